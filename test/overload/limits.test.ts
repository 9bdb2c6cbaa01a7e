// Where the api takes no more: by the second for each token and LCA, and by what it has in hand.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeApiKey } from '../support/apiKeys.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const PER_TOKEN = 40;
const PER_LCA = 5;
const WAITING = 3;
const BODY_BYTES = 50_000;
const SLOW_CLIENT_ENDS_WITHIN_MS = 20_000;

/** A token for each of the tests that say so: what one has asked is not held against the next. */
const tokens = { many: makeApiKey('many'), other: makeApiKey('other'), lcas: makeApiKey('lcas') };

let gradus: Gradus;
let ask: Ask;
const sockets: Socket[] = [];

beforeAll(async () => {
  gradus = await startGradus({
    workers: 0,
    keys: Object.values(tokens).map(({ key }) => key),
    env: {
      GRADUS_RATE_PER_TOKEN: String(PER_TOKEN),
      GRADUS_RATE_PER_LCA: String(PER_LCA),
      GRADUS_WAITING_AT_ONCE: String(WAITING),
      GRADUS_BODY_BYTES_AT_ONCE: String(BODY_BYTES),
      GRADUS_BODY_LIMIT: String(BODY_BYTES),
    },
  });
  ask = createAsk(gradus);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await gradus.stop();
});

function open(text: string): Socket {
  const socket = connect(Number(new URL(gradus.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket.resume());
  socket.write(text);
  return socket;
}

const askAs = (name: keyof typeof tokens) => createAsk({ url: gradus.url, token: tokens[name].token });
const checkIn = (lca: string, wait: number, askIt = ask) =>
  askIt('POST', `${BASE}/lcas/${lca}/check-in?wait=${wait}`, { json: {} });
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

function expectRetryLater(given: Answer | undefined, status: 429 | 503, code: string): void {
  const answer = given ?? expect.unreachable('nothing was refused');
  expectProblem(answer, status, code);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

it('refuses what one token asks beyond its share of a second, and nothing of another', async () => {
  const askAsMany = askAs('many');
  const many = Array.from({ length: 3 * PER_TOKEN }, () => askAsMany('GET', `${BASE}/agents/x`));
  const [answers, answer] = [await Promise.all(many), await askAs('other')('GET', `${BASE}/agents/x`)];
  expect(answer.status).toBe(404);
  expect(statuses(answers).filter((status) => status === 404).length).toBeGreaterThanOrEqual(PER_TOKEN);
  expectRetryLater(
    answers.find(({ status }) => status !== 404),
    429,
    'rate-limited',
  );
  await waitFor(async () => (await askAsMany('GET', `${BASE}/agents/x`)).status === 404, {
    what: 'the next second',
  });
});

it('refuses what one LCA asks beyond its share, and nothing of another', async () => {
  const askAsLcas = askAs('lcas');
  const eager = Array.from({ length: 4 * PER_LCA }, () => checkIn('eager', 0, askAsLcas));
  const [answers, calm] = [await Promise.all(eager), await checkIn('calm', 0, askAsLcas)];
  expect(calm.status).toBe(200);
  expectRetryLater(
    answers.find(({ status }) => status !== 200),
    429,
    'rate-limited',
  );
});

it('holds so many check-ins open and no more, and goes on answering those that do not wait', async () => {
  const waiting = Array.from({ length: WAITING + 2 }, (_, index) => checkIn(`waits-${index}`, 3));
  const refused = await Promise.race(waiting);
  expectRetryLater(refused, 503, 'unavailable');
  expect((await checkIn('does-not-wait', 0)).status).toBe(200);
  const answers = statuses(await Promise.all(waiting));
  expect(answers.toSorted()).toEqual([...Array.from({ length: WAITING }, () => 200), 503, 503]);
  expect((await checkIn('comes-later', 1)).status).toBe(200);
});

it('takes no large body while others are under way, and small ones all the same', async () => {
  const head = `PUT ${BASE}/agents/slow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.other.token}\r\n`;
  const slow: Socket[] = [];
  const json = { components: [{ componentName: 'c' }], attributes: { a: 'x'.repeat(1_000) } };
  const put = () => ask('PUT', `${BASE}/agents/large`, { json });
  const refused = await waitFor(
    async () => {
      // One that is itself refused holds nothing.
      slow.push(
        open(`${head}Content-Type: application/json\r\nContent-Length: ${BODY_BYTES - 1_000}\r\n\r\n{`),
      );
      const answer = await put();
      return answer.status === 503 && answer;
    },
    { what: 'the large body to be refused' },
  );
  expectRetryLater(refused, 503, 'unavailable');
  expect((await checkIn('small', 0)).status).toBe(200);
  for (const socket of slow) socket.destroy();
  await waitFor(async () => (await put()).status < 300, { what: 'the body to be taken' });
});

it('drops who does not say what it wants', async () => {
  const mute = open('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  let isClosed = false;
  mute.on('close', () => {
    isClosed = true;
  });
  await waitFor(async () => isClosed, {
    what: 'the connection to end',
    timeoutMs: SLOW_CLIENT_ENDS_WITHIN_MS,
  });
});
