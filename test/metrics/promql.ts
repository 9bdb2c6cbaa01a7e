// What a query asks for, by Prometheus' own grammar.
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Query {
  /** Where the grammar does not take it; empty where it does. */
  faults: string[];
  selectors: { name: string; matchers: Matcher[] }[];
  /** That it groups by. */
  groupedBy: string[];
}

/** @param expression variables of Grafana may stand in the place of durations */
export function readQuery(expression: string): Query {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const query: Query = { faults: [], selectors: [], groupedBy: [] };
  parser.parse(text).iterate({
    enter: ({ node, name, type }) => {
      const textOf = (part: { from: number; to: number } | null) =>
        text.slice(part?.from ?? 0, part?.to ?? 0);
      if (type.isError) query.faults.push(`at ${node.from} of ${text}`);
      if (name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
        query.selectors.push({
          name: textOf(node.getChild('Identifier')),
          matchers: matchers.map((matcher) => ({
            label: textOf(matcher.getChild('LabelName')),
            operator: textOf(matcher.getChild('MatchOp')),
            value: textOf(matcher.getChild('StringLiteral')).slice(1, -1),
          })),
        });
      }
      if (name === 'GroupingLabels') query.groupedBy.push(...node.getChildren('LabelName').map(textOf));
    },
  });
  return query;
}
