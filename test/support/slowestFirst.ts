// The order of the test files: those that take longest begin first, so that none of them is what all others wait for.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Ends of paths; files of which much is waiting, whatever their size. The longest first. */
const SLOW = [
  'e2e/crash.test.ts',
  'chaos/chaos.test.ts',
  'e2e/versions.test.ts',
  'model/model.test.ts',
  'redis/sentinel.test.ts',
  'redis/cluster.test.ts',
  'start/readme.test.ts',
  'e2e/drain.test.ts',
  'e2e/rollingRestart.test.ts',
  'security/jwt.test.ts',
  'redis/waitReplicasForms.test.ts',
  'redis/waitReplicas.test.ts',
  'browser/console.test.ts',
  'operations/restore.test.ts',
  'cli/watchPiped.test.ts',
  'security/jwtSettings.test.ts',
  'redis/tls.test.ts',
  'browser/board.test.ts',
  'e2e/push.test.ts',
  'fuzz/fuzz.test.ts',
  'contract/newerPlan.test.ts',
  'cli/exitCodes.test.ts',
  'devices/ddi.test.ts',
  'e2e/threshold.test.ts',
];

function placeOf({ moduleId }: TestSpecification): number {
  const place = SLOW.findIndex((end) => moduleId.endsWith(end));
  return place === -1 ? SLOW.length : place;
}

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
