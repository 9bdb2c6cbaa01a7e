// The order of the test files: those that take longest begin first, so that none of them is what all others wait for.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Ends of paths; files of which much is waiting, whatever their size. The longest first. */
const SLOW = [
  'chaos/chaos.test.ts',
  'start/readme.test.ts',
  'model/model.test.ts',
  'redis/waitReplicas.test.ts',
  'redis/sentinel.test.ts',
  'overload/overload.test.ts',
  'cli/exitCodes.test.ts',
  'browser/console.test.ts',
  'redis/cluster.test.ts',
  'devices/ddi.test.ts',
  'agent/upgrade.test.ts',
  'browser/board.test.ts',
  'devices/swupdate.test.ts',
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
