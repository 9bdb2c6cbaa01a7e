// Newline-delimited JSON, streamed.

const CHUNK_CHARACTERS = 65_536;

export type Source<Value> = Iterable<Value> | AsyncIterable<Value>;

/**
 * @param lines each one JSON text, without its end
 * @param onChunk called before each chunk
 * @param onError given what the source throws, since a request reports a broken body only as a broken request
 */
export function toNdjson(
  lines: Source<string>,
  onChunk: () => void,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const chunks = encode(lines);
  return new ReadableStream({
    async pull(controller) {
      onChunk();
      try {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        onError(error);
        controller.error(error);
      }
    },
    async cancel() {
      await chunks.return();
    },
  });
}

async function* encode(lines: Source<string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}
