// Random requests of every route: none may break the api, hang, show its internals or be answered otherwise than documented.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeArtifactFolder } from '../support/artifactFolder.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createAsk } from '../support/http.js';
import { type Issuer, startIssuer } from '../support/issuer.js';
import type { OpenApi } from '../support/openApiSchema.js';
import { fuzz } from './fuzzSettings.js';
import { type Grounds, layGrounds } from './grounds.js';
import { faultOf } from './judge.js';
import { type FuzzedRequest, fuzzedRequests, withToken } from './requests.js';
import { bytesOf, exchange } from './wire.js';

const REFRESH_EVERY = 200;
/** Far beyond what any of them takes: the check-ins among them wait a second at most. */
const ANSWER_WITHIN_MS = 10_000;
const MS_A_REQUEST = 100;
const SHOWN_BYTES = 3_000;

/** An answer that may not be. */
class Faulty extends Error {
  readonly code = 'faulty-answer';
}

const artifacts = makeArtifactFolder();
let issuer: Issuer;
let gradus: Gradus;
let grounds: Grounds;
let document: OpenApi;

beforeAll(async () => {
  issuer = await startIssuer();
  gradus = await startGradus({ env: { ...issuer.env, ...artifacts.env } });
  document = (await createAsk(gradus)('GET', '/openapi.json')).json as OpenApi;
  grounds = layGrounds(gradus);
});
afterAll(async () => {
  await gradus.stop();
  await issuer.stop();
});

/** Route → status → how often. */
type Tally = Map<string, Map<string, number>>;

function count(tally: Tally, route: string, status: string): void {
  const ofRoute = tally.get(route) ?? new Map<string, number>();
  tally.set(route, ofRoute.set(status, (ofRoute.get(status) ?? 0) + 1));
}

function shown(tally: Tally): string {
  const rows = [...tally].sort(([a], [b]) => a.localeCompare(b));
  return rows
    .map(([route, statuses]) => {
      const counts = [...statuses].sort(([a], [b]) => a.localeCompare(b));
      return `fuzz | ${route}: ${counts.map(([status, times]) => `${status} × ${times}`).join(', ')}`;
    })
    .join('\n');
}

test(
  'whatever is asked, the answer is documented and comes in time',
  async () => {
    const tally: Tally = new Map();
    const port = Number(new URL(gradus.url).port);
    let sent = 0;
    const latin1Of = (request: FuzzedRequest) => grounds.filledIn(bytesOf(request).toString('latin1'));
    const property = fc.asyncProperty(fuzzedRequests(document), async (request) => {
      if (sent++ % REFRESH_EVERY === 0) await grounds.refresh();
      const bytes = Buffer.from(withToken(latin1Of(request), gradus.token), 'latin1');
      const answer = await exchange(port, bytes, request.isBroken, ANSWER_WITHIN_MS);
      count(tally, request.route, typeof answer === 'string' ? answer : String(answer.status));
      const fault = faultOf(document, request, answer);
      if (fault !== null) throw new Faulty(fault);
    });
    const details = await fc.check(property, {
      numRuns: fuzz.requests,
      ...(fuzz.seed === undefined ? {} : { seed: fuzz.seed }),
      ...(fuzz.path === undefined ? {} : { path: fuzz.path }),
    });
    const { failed, seed, numRuns, counterexample, counterexamplePath, errorInstance } = details;
    console.log(`fuzz | seed ${seed}: ${numRuns} requests\n${shown(tally)}`);
    const lines = [
      `seed ${seed}, path ${counterexamplePath}`,
      errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
      counterexample === null ? '' : latin1Of(counterexample[0]).slice(0, SHOWN_BYTES),
    ];
    expect(failed ? lines.join('\n') : null).toBeNull();
    expect(tally.size).toBe(Object.values(document.paths).flatMap(Object.keys).length + 1);
  },
  Math.max(120_000, fuzz.requests * MS_A_REQUEST),
);
