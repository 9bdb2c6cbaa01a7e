// Lines of a stream of bytes, of which no line is held that is longer than it may be.

/** `text` is null where the line is too long or no UTF-8. */
export type Line =
  | { number: number; text: string }
  | { number: number; text: null; reason: 'too-long' | 'not-utf-8' };

const NEWLINE = 0x0a;

/**
 * @param maxBytes of a line, without its end
 * @returns the lines, counted from 1
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pieces: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const hold = (piece: Uint8Array) => {
    length += piece.byteLength;
    if (length <= maxBytes) pieces.push(piece);
    else pieces = [];
  };
  const end = (): Line => {
    const line = { number: number++, text: null };
    const isTooLong = length > maxBytes;
    const whole = Buffer.concat(pieces);
    pieces = [];
    length = 0;
    if (isTooLong) return { ...line, reason: 'too-long' };
    try {
      return { ...line, text: decoder.decode(whole) };
    } catch {
      return { ...line, reason: 'not-utf-8' };
    }
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      hold(chunk.subarray(from, to));
      yield end();
      from = to + 1;
    }
    hold(chunk.subarray(from));
  }
  if (length > 0) yield end();
}
