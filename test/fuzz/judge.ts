// What no answer may be, whatever was asked.
import { type OpenApi, type Schema, schemaFaults } from '../support/openApiSchema.js';
import type { FuzzedRequest } from './requests.js';
import type { WireAnswer } from './wire.js';

/** Words of what lies behind the api, and what a failure looks like from within. */
const INTERNALS =
  /\bat \S+ \(|node:internal|node_modules|\/(?:apps|packages|tmp|home|root)\/|\.[jt]s:\d+|\.lua\b|\bredis|ioredis|bullmq|evalsha|wrongtype|noscript|\bERR |econn|(?:Type|Syntax|Range|Zod|Reply)Error|\[object Object\]|user_script/i;

/** The document says what the service is made of, and the queues' pages are about Redis. */
const OPEN_PAGES = /^(?:\/openapi\.json|\/queues)/;
/** As are the metrics, however their path was written. */
const METRICS = /^text\/plain; version=0\.0\.4/;

/** What Node's parser answers by itself to what is no HTTP: these have no body. */
const OF_THE_PARSER: ReadonlySet<number> = new Set([400, 408, 413, 417, 431]);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns what is wrong with the answer; null where nothing is */
export function faultOf(
  document: OpenApi,
  request: FuzzedRequest,
  answer: WireAnswer | 'none' | 'late',
): string | null {
  if (answer === 'late') return 'the connection was left open';
  if (answer === 'none') return request.isBroken ? null : 'there was no answer';
  const { status, headers, body } = answer;
  const text = body.toString();
  if (status >= 500) return `answered ${status}: ${text.slice(0, 500)}`;
  if (!(status >= 100)) return 'the answer is no HTTP';
  const isOpen = OPEN_PAGES.test(request.target) || METRICS.test(headers.get('content-type') ?? '');
  const internals = isOpen ? null : INTERNALS.exec(text);
  if (internals !== null) return `shows its internals (${internals[0]}): ${text.slice(0, 500)}`;
  if (request.method === 'HEAD' || status === 101 || status === 204 || status === 304) {
    return body.length === 0 ? null : `a ${status} with a body`;
  }
  if (body.length === 0 && headers.get('x-request-id') === undefined) {
    return OF_THE_PARSER.has(status) ? null : `${status} without a word`;
  }
  const type = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  if (type === 'text/event-stream') return null;
  const problems = Object.keys(document.components.schemas).filter((name) => /.Problem$/.test(name));
  const problem: Schema = { anyOf: problems.map((name) => ({ $ref: `#/components/schemas/${name}` })) };
  if (request.operation === null) {
    if (type !== 'application/problem+json') {
      return status >= 400 && !OPEN_PAGES.test(request.target) ? `${status} is no problem document` : null;
    }
    return told(schemaFaults(document, problem, parse(text)), text);
  }
  // Whether something is here at all is asked of the token before it is asked of the operation.
  const schema = request.operation.responses[status]?.content?.[type]?.schema;
  if (schema === undefined) return `${status} ${type} is not documented: ${text.slice(0, 300)}`;
  return told(schemaFaults(document, schema, type === 'text/plain' ? text : parse(text)), text);
}

function told(faults: readonly string[], text: string): string | null {
  return faults.length === 0
    ? null
    : `not as documented: ${faults.join('; ').slice(0, 500)} in ${text.slice(0, 500)}`;
}
