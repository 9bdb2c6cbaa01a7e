// The part of the parser that is used here: it comes without types.
declare module 'parse-prometheus-text-format' {
  interface ParsedFamily {
    name: string;
    metrics: { labels?: Record<string, string>; value: string }[];
  }
  export default function parse(text: string): ParsedFamily[];
}
