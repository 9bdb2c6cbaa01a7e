// Agents become batches and tasks.
import { type Agent, assemble, type BatchCut, cutBatches, upgradeOfAgent } from '@gradus/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const UPGRADE = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };

function agent(agentId: string, ...instances: [version: string | null, release: string | null][]): Agent {
  return {
    agentId,
    nodeUuid: `node-${agentId}`,
    lcaUuid: `lca-${agentId}`,
    components: instances.map(([actualVersion, actualRelease], index) => ({
      componentUuid: `component-${index}`,
      componentInstanceUuid: `${agentId}-${index}`,
      componentName: `c${index}`,
      runtimeStatus: 'running',
      actualVersion,
      actualRelease,
    })),
    attributes: {},
    registeredAt: '2026-01-01T00:00:00.000Z',
    lastSeenAt: null,
  };
}

function plan(agents: Agent[], cut: BatchCut = { batchSize: 10 }) {
  let uuid = 0;
  const planned = assemble(agents.map(upgradeOfAgent(UPGRADE, () => `task-${uuid++}`)), cut);
  if (planned.outcome !== 'planned') throw new TypeError(`planning ended in ${planned.outcome}`);
  return planned;
}

const cuts: fc.Arbitrary<BatchCut> = fc.oneof(
  fc.integer({ min: 1, max: 50 }).map((batchSize) => ({ batchSize })),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 100 }).map((percent): `${number}%` => `${percent}%`),
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((batchSizes) => ({ batchSizes })),
);

describe('a plan', () => {
  it('has each agent once, in order, whatever the cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), cuts, (total, cut) => {
        const agents = Array.from({ length: total }, (_, index) => agent(`a${index}`, ['1.2.0', '215']));
        const { batches, agents: planned } = plan(agents, cut);
        expect(planned.map(({ agentId }) => agentId)).toEqual(agents.map(({ agentId }) => agentId));
        let next = 0;
        for (const { first, size } of batches) {
          expect(first).toBe(next);
          expect(size).toBeGreaterThan(0);
          next += size;
        }
        expect(next).toBe(total);
      }),
    );
  });

  it('has one task for each component instance, each with a uuid of its own', () => {
    const { agents } = plan([agent('a', ['1.2.0', '215'], ['1.2.0', '215']), agent('b', ['1.2.0', '215'])]);
    const uuids = agents.flatMap(({ tasks }) => tasks.map((task) => task.lifecycleTaskUuid));
    expect(uuids).toHaveLength(3);
    expect(new Set(uuids).size).toBe(3);
  });

  it('skips an instance that is on the target already, and counts agents that have nothing to do', () => {
    const { agents, batches } = plan([
      agent('done', ['1.3.0', '221']),
      agent('half', ['1.3.0', '221'], ['1.2.0', '215']),
      agent('todo', ['1.2.0', '215']),
    ]);
    expect(agents.map(({ tasks }) => tasks.map((task) => task.status))).toEqual([
      ['skipped'],
      ['skipped', 'pending'],
      ['pending'],
    ]);
    expect(batches).toEqual([{ first: 0, size: 3, skipped: 1 }]);
  });

  it('names every agent with an instance on neither version', () => {
    const agents = [
      agent('ok', ['1.2.0', '215']),
      agent('old', ['1.1.0', '200']),
      agent('unknown', [null, null]),
      agent('other-release', ['1.3.0', '220']),
    ];
    expect(assemble(agents.map(upgradeOfAgent(UPGRADE, () => 'task')), { batchSize: 1 })).toEqual({
      outcome: 'version-mismatch',
      agents: [
        { agentId: 'old', actualVersion: '1.1.0' },
        { agentId: 'unknown', actualVersion: null },
        { agentId: 'other-release', actualVersion: '1.3.0' },
      ],
    });
  });

  it('shows the release it starts from only where all instances share it', () => {
    expect(plan([agent('a', ['1.2.0', '215']), agent('b', ['1.2.0', '215'])]).fromRelease).toBe('215');
    expect(plan([agent('a', ['1.2.0', '215']), agent('b', ['1.2.0', '216'])]).fromRelease).toBeNull();
  });
});

describe('batches', () => {
  it.each<[number, BatchCut, number[]]>([
    [25, { batchSize: 10 }, [10, 10, 5]],
    [5, { batchSize: 10 }, [5]],
    [100, { batchSizes: [1, '10%', 50] }, [1, 10, 50, 39]],
    [7, { batchSizes: ['5%', '50%'] }, [1, 4, 2]],
    [3, { batchSizes: [2, 5, 9] }, [2, 1]],
    [1000, { batchSizes: ['0.15%', '100%'] }, [2, 998]],
  ])('%i agents by %j are %j', (total, cut, sizes) => {
    expect(cutBatches(total, cut)).toEqual(sizes);
  });
});
