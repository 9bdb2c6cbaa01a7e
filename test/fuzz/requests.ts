// Random requests of every operation of the document, well formed and otherwise, and of paths beside it.
import fc from 'fast-check';
import { BASE } from '../support/http.js';
import type { OpenApi, Operation, Schema } from '../support/openApiSchema.js';
import { fitting, mutated, mutatedBytes, mutatedText } from './values.js';
import type { Framing, WireRequest } from './wire.js';

export interface FuzzedRequest extends WireRequest {
  /** For the count: an operation's id, or what else was asked. */
  route: string;
  /** Whose answers the answer must be among; null where the path or the method may lead anywhere. */
  operation: Operation | null;
  /** No HTTP, or not all of it: the connection may be closed without an answer. */
  isBroken: boolean;
}

type Header = readonly [name: string, value: string];
type Parameter = NonNullable<Operation['parameters']>[number];

const TOKEN = 'TOKEN-OF-ALL-SCOPES';
/** `{"alg":"ES256","kid":"\u0000"}` */
const JWT_HEADER = 'eyJhbGciOiJFUzI1NiIsImtpZCI6Ilx1MDAwMCJ9';
/** Replaces what stands for the token in a request's bytes. */
export const withToken = (latin1: string, token: string) => latin1.replaceAll(TOKEN, token);

const HOST: Header = ['Host', '127.0.0.1'];
const VISIBLE = /[^\x20-\x7e\x80-\xff]/g;
const LONG = 'x'.repeat(20_000);

const latin1Text = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll(VISIBLE, 'ÿ'));

/** @returns mostly what follows first, else one of the others */
function mostly<T>(weight: number, usual: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, ...others.map((arbitrary) => ({ weight: 1, arbitrary })));
}

const authorization: fc.Arbitrary<Header[]> = mostly<Header[]>(
  30,
  fc.constant([['Authorization', `Bearer ${TOKEN}`]]),
  fc.constantFrom<Header[]>(
    [],
    [['Authorization', 'Bearer']],
    [
      ['Authorization', 'Bearer x'],
      ['Authorization', `Bearer ${TOKEN}`],
    ],
    [['Authorization', `bearer  ${TOKEN}`]],
    [['Authorization', 'Bearer \xff\xfe']],
    [['Authorization', `Basic ${TOKEN}`]],
    [['Authorization', `Bearer ${JWT_HEADER}.e30.${'A'.repeat(86)}`]],
    [['Authorization', `Bearer ${JWT_HEADER}.x.`]],
    [['Authorization', `Bearer ${JWT_HEADER}`]],
    [['Authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.']],
    [['Cookie', 'gradus_session=\xff; gradus_session=%ff; =; ;']],
  ),
);

const ABUSED: readonly string[] = [
  ...['If-Match', 'If-None-Match', 'Idempotency-Key', 'Prefer', 'Last-Event-ID', 'Accept', 'X-Request-Id'],
  ...['Content-Type', 'Content-Encoding', 'Origin', 'X-Forwarded-Proto', 'Range', 'Accept-Encoding', 'Host'],
];
const ABUSES: readonly string[] = [
  ...[
    '',
    '*',
    '"',
    '"7',
    'W/"1"',
    '"1", "2"',
    ' ',
    ',',
    ';',
    '\xff\xfe',
    '%00',
    '-1',
    '1e9',
    '9'.repeat(300),
  ],
  ...['text/event-stream', 'application/json; charset=utf-16', 'application/jsonx', 'gzip', 'identity', LONG],
  ...[
    'multipart/form-data; boundary=',
    'application/x-www-form-urlencoded',
    'bytes=0-',
    'return=',
    '__proto__',
  ],
];
const abuse: fc.Arbitrary<Header> = fc.tuple(
  fc.constantFrom(...ABUSED),
  fc.oneof(fc.constantFrom(...ABUSES), latin1Text),
);
const abuses: fc.Arbitrary<Header[]> = mostly<Header[]>(
  5,
  fc.constant([]),
  fc.array(abuse, { minLength: 1, maxLength: 3 }),
  fc.constantFrom<Header[]>(
    Array.from({ length: 300 }, (_, index) => [`X-Fuzz-${index}`, 'x']),
    [['Expect', '100-continue']],
    [['Upgrade', 'websocket']],
    [['Transfer-Encoding', 'gzip']],
    [
      ['Content-Length', '1'],
      ['Content-Length', '2'],
    ],
    [['Content-Length', '-1']],
    [['Content-Length', '99999999999']],
    [['X Y', 'z']],
    [['X', 'a\x00b']],
    [['__proto__', 'x']],
  ),
);
/** What Node's parser refuses, or what makes the body another one. */
const BREAKING = /^(?:expect|upgrade|transfer-encoding|content-length|x y|x)$/i;

const framing: fc.Arbitrary<Framing> = mostly<Framing>(
  20,
  fc.constant('length'),
  fc.constant('chunked'),
  fc.constantFrom('too-long', 'too-short', 'none'),
);

const ODD_TARGETS: readonly ((target: string) => string)[] = [
  (target) => `${target}%`,
  (target) => `${target}%zz`,
  (target) => `${target}%00`,
  (target) => `${target}%ff%fe`,
  (target) => `${target}/`,
  (target) => `/${target}`,
  (target) => target.replace('/', '/%2e%2e/'),
  (target) => `${target}/../..`,
  (target) => target.replaceAll('/', '%2f'),
  (target) => target.toUpperCase(),
  (target) => `${target}?`,
  (target) => `${target}?__proto__=1&constructor=2&x[]=1&=&&%`,
  (target) => `${target}?${'a=1&'.repeat(2_000)}`,
  (target) => `${target}?limit=1&limit=2`,
  (target) => `${target}#part`,
  (target) => `${target};a=b`,
  (target) => `http://elsewhere.example${target}`,
  (target) => `http://[${target}`,
  (target) => target.replaceAll('/', '\\'),
  (target) => `${target}\xff`,
  (target) => `${target} x`,
  (target) => target + LONG,
  (target) => target.slice(1),
  () => '*',
  () => '/',
  () => '//',
  () => '/%',
  () => '/favicon.ico',
  () => BASE,
];

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'NONSENSE',
];

/** @returns the target's path and query, whose every part is percent-encoded */
function targets(document: OpenApi, path: string, parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const textOf = ({ name, schema = {} }: Parameter) => mutatedText(fitting(document, schema, name));
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const pathTexts = fc.record(Object.fromEntries(inPath.map((one) => [one.name, textOf(one)])));
  const queryTexts = fc.record(Object.fromEntries(inQuery.map((one) => [one.name, textOf(one)])), {
    requiredKeys: [],
  });
  const encode = (text: string) => encodeURIComponent(text.toWellFormed());
  return fc.tuple(pathTexts, queryTexts).map(([texts, query]) => {
    const filled = path.replaceAll(/{(\w+)}/g, (_, name: string) => encode(texts[name] ?? '') || '%20');
    const pairs = Object.entries(query).flatMap(([name, text]) =>
      text === undefined ? [] : [`${name}=${encode(text)}`],
    );
    return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
  });
}

function headersOf(document: OpenApi, parameters: readonly Parameter[]): fc.Arbitrary<Header[]> {
  const named = parameters.filter((parameter) => parameter.in === 'header');
  const texts = fc.record(
    Object.fromEntries(
      named.map(({ name, schema = {} }) => [name, mutatedText(fitting(document, schema, name))]),
    ),
    { requiredKeys: [] },
  );
  return texts.map((given) =>
    Object.entries(given).flatMap(([name, text]): Header[] =>
      text === undefined ? [] : [[name, text.replaceAll(VISIBLE, 'ÿ')]],
    ),
  );
}

interface Sent {
  body: Buffer | null;
  contentType: Header[];
}

function bodies(document: OpenApi, operation: Operation): fc.Arbitrary<Sent> {
  const [[type, { schema = {} }] = [null, {}]] = Object.entries(operation.requestBody?.content ?? {});
  if (type === null) {
    const none: Sent = { body: null, contentType: [] };
    const some = mutatedBytes(fc.constant('{}')).map(
      (body): Sent => ({ body, contentType: [['Content-Type', 'application/json']] }),
    );
    return mostly(6, fc.constant(none), some);
  }
  const contentType = mostly<Header[]>(
    25,
    fc.constant([['Content-Type', type]]),
    fc.constantFrom<Header[]>(
      [],
      [['Content-Type', 'text/plain']],
      [['Content-Type', 'application/json; charset=utf-8']],
      [
        ['Content-Type', 'application/x-ndjson'],
        ['Content-Type', 'application/json'],
      ],
    ),
  );
  return fc.record({ body: mutatedBytes(textsOf(document, schema, type)), contentType });
}

function textsOf(document: OpenApi, schema: Schema, type: string): fc.Arbitrary<string> {
  const json = mutated(fitting(document, schema)).map((value) => JSON.stringify(value) ?? '');
  if (!type.includes('ndjson')) return json;
  const middle = fc.tuple(json, fc.nat(60)).map(([line, at]) => line.slice(0, at));
  return fc
    .tuple(fc.array(mostly(4, json, middle), { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\n\n'))
    .map(([lines, end]) => lines.join(end));
}

/** @returns requests of one operation, most of them at its place */
function requestsOf(document: OpenApi, path: string, method: string, operation: Operation) {
  const { parameters = [], operationId = `${method} ${path}` } = operation;
  const oddity = mostly<number | null>(14, fc.constant(null), fc.nat(ODD_TARGETS.length - 1));
  const methods = mostly(25, fc.constant(method.toUpperCase()), fc.constantFrom(...METHODS));
  return fc
    .record({
      target: targets(document, path, parameters),
      oddity,
      method: methods,
      authorization,
      own: headersOf(document, parameters),
      abuses,
      sent: bodies(document, operation),
      framing,
    })
    .map((parts): FuzzedRequest => {
      const odd = parts.oddity === null ? undefined : ODD_TARGETS[parts.oddity];
      const { body, contentType } = parts.sent;
      const headers = [HOST, ...parts.authorization, ...contentType, ...parts.own, ...parts.abuses];
      const isBroken =
        parts.framing === 'too-long' ||
        parts.framing === 'too-short' ||
        odd !== undefined ||
        parts.abuses.some(([name]) => BREAKING.test(name));
      return {
        route: operationId,
        operation: odd === undefined && parts.method === method.toUpperCase() ? operation : null,
        method: parts.method,
        target: odd === undefined ? parts.target : odd(parts.target),
        headers,
        body,
        framing: parts.framing,
        isBroken,
      };
    });
}

/** What the document does not name: the queues' pages and the document itself. */
const BESIDE = [
  ...['/openapi.json', '/queues', '/queues/', '/queues/sign-in', '/queues/sign-out', '/queues/api/queues'],
  ...[
    '/queues/api/queues?activeQueue=plans&page=1',
    '/queues/static/..%2f..%2fpackage.json',
    '/queues/queue/plans',
  ],
  ...['/queues/api/queues/plans/x', '/queues/api/queues/nothing/x', '/queues/api/redis/stats', '/nowhere'],
];

function requestsBeside(): fc.Arbitrary<FuzzedRequest> {
  const form = fc.constantFrom<Sent>(
    { body: null, contentType: [] },
    {
      body: Buffer.from(`token=${TOKEN}`),
      contentType: [['Content-Type', 'application/x-www-form-urlencoded']],
    },
    {
      body: Buffer.from('token=%ff&token=2&__proto__=3'),
      contentType: [['Content-Type', 'application/x-www-form-urlencoded']],
    },
    {
      body: Buffer.from('--x\r\nbroken'),
      contentType: [['Content-Type', 'multipart/form-data; boundary=x']],
    },
    { body: Buffer.alloc(20_000, 'x'), contentType: [['Content-Type', 'multipart/form-data']] },
  );
  return fc
    .record({
      target: fc.constantFrom(...BESIDE),
      method: fc.constantFrom('GET', 'GET', 'POST', 'PUT', 'HEAD'),
      authorization,
      abuses,
      form,
      framing,
    })
    .map(({ target, method, form: { body, contentType }, ...parts }) => ({
      route: 'beside the document',
      operation: null,
      method,
      target,
      headers: [HOST, ...parts.authorization, ...contentType, ...parts.abuses],
      body,
      framing: parts.framing,
      isBroken:
        parts.framing === 'too-long' ||
        parts.framing === 'too-short' ||
        parts.abuses.some(([name]) => BREAKING.test(name)),
    }));
}

/** @returns requests of all operations, each as often as the others */
export function fuzzedRequests(document: OpenApi): fc.Arbitrary<FuzzedRequest> {
  const ofOperations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestsOf(document, path, method, operation)),
  );
  return fc.oneof(...ofOperations, requestsBeside());
}
