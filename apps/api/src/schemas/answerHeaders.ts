// The headers of answers, each described once: an operation's answers refer to them by their names.

export const ANSWER_HEADERS = {
  'X-Request-Id': {
    description:
      "What the log knows the request by: the request's own `X-Request-Id` where that is 1 to 128 of the " +
      'characters A-Z a-z 0-9 . _ -, else a new one',
    required: true,
    schema: { type: 'string' },
  },
  ETag: {
    description: 'Weak, and of all that is shown; to be sent as `If-None-Match`. A dry run has none',
    schema: { type: 'string' },
  },
  'Preference-Applied': {
    description: '`return=minimal` where the answer is the summary because that was preferred',
    schema: { type: 'string' },
  },
  'X-Newer-Plans': {
    description: 'How many plans this page leaves out, because only a newer version can show them',
    schema: { type: 'integer', minimum: 1 },
  },
  'Retry-After': {
    description: 'Seconds after which the request is worth another try',
    schema: { type: 'integer', minimum: 0 },
  },
  'WWW-Authenticate': {
    description: 'A challenge `Bearer` (RFC 6750), with why the token does not do where one was sent',
    schema: { type: 'string' },
  },
  'Accept-Ranges': { description: '`bytes`: ranges are served', schema: { type: 'string' } },
  'Content-Range': {
    description: 'Which bytes of how many these are, such as `bytes 0-9/100`',
    schema: { type: 'string' },
  },
  'Set-Cookie': {
    description: 'The cookie of the session; where it ends, an empty one',
    schema: { type: 'string' },
  },
} as const;

export type AnswerHeader = keyof typeof ANSWER_HEADERS;

/** @returns the part of an answer's definition that says which headers it has, beside those that all have */
export function withHeaders(...names: readonly AnswerHeader[]) {
  const headers = names.map((name) => [name, { $ref: `#/components/headers/${name}` }]);
  return { headers: Object.fromEntries(headers) as Record<string, { $ref: string }> };
}
