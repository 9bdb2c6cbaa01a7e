// What should happen now, from the state and the time alone.
import { decide, JUDGE_GRACE_MS, type Snapshot } from '@gradus/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const NOW = 1_800_000_000_000;

type Change = {
  plan?: Partial<Snapshot['plan']>;
  batch?: Partial<Snapshot['batch']>;
  withdrawals?: number;
  unannounced?: number;
};

function snapshot({ plan, batch, withdrawals = 0, unannounced = 0 }: Change = {}): Snapshot {
  return {
    plan: {
      status: 'running',
      batchCount: 3,
      currentBatch: 0,
      gate: 'auto',
      failureThreshold: 0.1,
      concurrency: 5,
      observeMs: 60_000,
      startAt: null,
      autoStart: true,
      isRollingBack: false,
      resumedAt: null,
      ...plan,
    },
    batch: {
      status: 'running',
      counts: { agents: 10, pending: 0, running: 0, completed: 10, failed: 0, skipped: 0, cancelled: 0 },
      allowedFailures: 1,
      open: 0,
      unreleased: 0,
      returned: 0,
      nextReturnAt: null,
      nextDeadlineAt: null,
      nextOutboxAt: null,
      sweptAt: NOW,
      lastOutcomeAt: NOW,
      observingUntil: null,
      promoted: false,
      ...batch,
    },
    withdrawals,
    unannounced,
  };
}

function commands(change: Change, now = NOW, appliedUntil = now) {
  return decide(snapshot(change), now, appliedUntil).commands;
}

function types(change: Change, now = NOW, appliedUntil = now) {
  return commands(change, now, appliedUntil).map(({ type }) => type);
}

const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    status: fc.constantFrom('pending', 'running', 'paused', 'completed', 'failed', 'cancelled'),
    batchStatus: fc.constantFrom('pending', 'running', 'observing', 'completed', 'failed'),
    open: fc.integer({ min: 0, max: 5 }),
    unreleased: fc.integer({ min: 0, max: 3 }),
    returned: fc.integer({ min: 0, max: 3 }),
    failed: fc.integer({ min: 0, max: 10 }),
    gate: fc.constantFrom('auto', 'manual'),
    promoted: fc.boolean(),
    observingUntil: fc.option(fc.integer({ min: NOW - 100, max: NOW + 100 })),
    nextReturnAt: fc.option(fc.integer({ min: NOW - 100, max: NOW + 100 })),
    nextDeadlineAt: fc.option(fc.integer({ min: NOW - 10_000, max: NOW + 100 })),
    startAt: fc.option(fc.integer({ min: NOW - 100, max: NOW + 100 })),
    autoStart: fc.boolean(),
    withdrawals: fc.integer({ min: 0, max: 2 }),
    unannounced: fc.integer({ min: 0, max: 2 }),
  })
  .map((any) =>
    snapshot({
      plan: { status: any.status, gate: any.gate, startAt: any.startAt, autoStart: any.autoStart } as Partial<
        Snapshot['plan']
      >,
      batch: {
        status: any.batchStatus,
        open: any.open,
        unreleased: any.unreleased,
        returned: any.returned,
        promoted: any.promoted,
        observingUntil: any.observingUntil,
        nextReturnAt: any.nextReturnAt,
        nextDeadlineAt: any.nextDeadlineAt,
        counts: {
          agents: 10,
          pending: 0,
          running: 0,
          completed: 10 - any.failed,
          failed: any.failed,
          skipped: 0,
          cancelled: 0,
        },
      } as Partial<Snapshot['batch']>,
      withdrawals: any.withdrawals,
      unannounced: any.unannounced,
    }),
  );

describe('deciding', () => {
  it('releases nothing, opens nothing and closes nothing while the plan is not running', () => {
    fc.assert(
      fc.property(anySnapshot, (any) => {
        fc.pre(any.plan.status !== 'running');
        const drives = ['open-batch', 'release-agents', 'observe-batch', 'close-batch'];
        for (const { type } of decide(any, NOW, NOW).commands) expect(drives).not.toContain(type);
      }),
    );
  });

  it('never releases past the concurrency', () => {
    fc.assert(
      fc.property(anySnapshot, (any) => {
        if (any.batch.open < any.plan.concurrency) return;
        for (const { type } of decide(any, NOW, NOW).commands) expect(type).not.toBe('release-agents');
      }),
    );
  });

  it('never closes a batch that is not observed to its end or promoted', () => {
    fc.assert(
      fc.property(anySnapshot, (any) => {
        for (const { type } of decide(any, NOW, NOW).commands) {
          if (type !== 'close-batch') continue;
          expect(any.batch.status).toBe('observing');
          expect(any.batch.promoted || (any.batch.observingUntil ?? NOW + 1) <= NOW).toBe(true);
        }
      }),
    );
  });

  it('judges a deadline only once no report that was taken before it can still come', () => {
    const overdue = { batch: { open: 1, nextDeadlineAt: NOW - JUDGE_GRACE_MS } };
    expect(types(overdue, NOW - 1)).toEqual([]);
    expect(types(overdue, NOW, NOW - JUDGE_GRACE_MS - 1)).toEqual([]);
    expect(commands(overdue)).toEqual([{ type: 'sweep-batch', judgeUntil: NOW - JUDGE_GRACE_MS }]);
  });

  it('closes no observe window while a report that was taken in it waits to be applied', () => {
    const observed = { batch: { status: 'observing' as const, observingUntil: NOW } };
    expect(types(observed, NOW, NOW - 1)).toEqual([]);
    expect(types(observed, NOW, NOW)).toEqual(['close-batch']);
  });

  it('always says when to look again while the plan is under way', () => {
    fc.assert(
      fc.property(anySnapshot, (any) => {
        fc.pre(any.plan.status === 'running' || any.plan.status === 'paused');
        const { lookAgainAt } = decide(any, NOW, NOW);
        expect(lookAgainAt).not.toBeNull();
        expect(lookAgainAt).toBeGreaterThan(NOW);
        expect(lookAgainAt).toBeLessThanOrEqual(NOW + 5_000);
      }),
    );
  });

  it('starts a pending plan at its time, and one without autoStart never by itself', () => {
    expect(types({ plan: { status: 'pending' } })).toEqual(['start-plan']);
    expect(types({ plan: { status: 'pending', startAt: NOW + 1 } })).toEqual([]);
    expect(decide(snapshot({ plan: { status: 'pending', startAt: NOW + 1 } }), NOW, 0).lookAgainAt).toBe(
      NOW + 1,
    );
    expect(types({ plan: { status: 'pending', startAt: NOW + 1 } }, NOW + 1)).toEqual(['start-plan']);
    expect(types({ plan: { status: 'pending', autoStart: false } })).toEqual([]);
  });

  it('opens a batch with the failures that the threshold allows it', () => {
    const counts = { agents: 30, pending: 30, running: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 };
    expect(commands({ batch: { status: 'pending', counts, unreleased: 30 } })).toEqual([
      { type: 'open-batch', failureThreshold: 0.1, allowedFailures: 3 },
    ]);
  });

  it('observes from the last outcome, or from the resume where that came later', () => {
    expect(commands({ batch: { lastOutcomeAt: NOW - 500 } })).toEqual([
      { type: 'observe-batch', observingUntil: NOW - 500 + 60_000 },
    ]);
    expect(commands({ plan: { resumedAt: NOW - 100 }, batch: { lastOutcomeAt: NOW - 500 } })).toEqual([
      { type: 'observe-batch', observingUntil: NOW - 100 + 60_000 },
    ]);
  });

  it('waits for every agent before it observes', () => {
    expect(types({ batch: { open: 1 } })).toEqual([]);
    expect(types({ batch: { returned: 1, nextReturnAt: NOW + 1 } })).toEqual([]);
    expect(types({ batch: { returned: 1, nextReturnAt: NOW } })).toEqual(['release-agents']);
  });

  it('closes a batch of skipped agents alone at once, past a manual gate', () => {
    const counts = { agents: 10, pending: 0, running: 0, completed: 0, failed: 0, skipped: 10, cancelled: 0 };
    expect(commands({ batch: { counts, lastOutcomeAt: null } })).toEqual([
      { type: 'observe-batch', observingUntil: NOW },
    ]);
    const observing = { status: 'observing' as const, counts, observingUntil: NOW };
    expect(types({ plan: { gate: 'manual' }, batch: observing })).toEqual(['close-batch']);
  });

  it('waits at a manual gate for its promotion, but not after the last batch', () => {
    const observing = { status: 'observing' as const, observingUntil: NOW - 1 };
    expect(types({ plan: { gate: 'manual' }, batch: observing })).toEqual([]);
    expect(types({ plan: { gate: 'manual' }, batch: { ...observing, promoted: true } })).toEqual([
      'close-batch',
    ]);
    expect(types({ plan: { gate: 'manual', currentBatch: 2 }, batch: observing })).toEqual(['close-batch']);
  });

  it('comes back for a window that reports wait to speak against as soon as they may be applied', () => {
    const lookIn = (change: Change, appliedUntil: number) =>
      Number(decide(snapshot(change), NOW, appliedUntil).lookAgainAt) - NOW;
    const observing = { batch: { status: 'observing' as const, observingUntil: NOW - 100 } };
    expect(lookIn(observing, NOW - 101)).toBe(20);
    expect(lookIn(observing, NOW - 900)).toBe(800);
    expect(lookIn(observing, 0)).toBe(5_000);
    expect(lookIn({ batch: { open: 1, nextDeadlineAt: NOW - 5_001 } }, NOW - 5_301)).toBe(300);
    expect(lookIn({ plan: { gate: 'manual' }, ...observing }, NOW)).toBe(5_000);
  });

  it('looks the more seldom the longer a report waits that a window waits for', () => {
    const lookIn = (dueForMs: number) => {
      const observing = { batch: { status: 'observing' as const, observingUntil: NOW - dueForMs } };
      return Number(decide(snapshot(observing), NOW, NOW - dueForMs - 1).lookAgainAt) - NOW;
    };
    expect([100, 1_000, 20_000, 3_600_000].map(lookIn)).toEqual([20, 50, 1_000, 5_000]);
  });

  it('closes as failed what has more failures than allowed', () => {
    const counts = { agents: 10, pending: 0, running: 0, completed: 8, failed: 2, skipped: 0, cancelled: 0 };
    const observing = { status: 'observing' as const, observingUntil: NOW, counts };
    expect(commands({ batch: observing })).toEqual([{ type: 'close-batch', event: 'fail', failed: 2 }]);
    expect(commands({ batch: { ...observing, allowedFailures: 2 } })).toEqual([
      { type: 'close-batch', event: 'close', failed: 2 },
    ]);
  });

  it('retires an ended plan only once its LCAs are told', () => {
    expect(types({ plan: { status: 'cancelled' }, withdrawals: 1 })).toEqual(['withdraw-tasks']);
    expect(types({ plan: { status: 'cancelled' }, unannounced: 1 })).toEqual(['announce-events']);
    expect(types({ plan: { status: 'cancelled' } })).toEqual(['retire-plan']);
  });
});
