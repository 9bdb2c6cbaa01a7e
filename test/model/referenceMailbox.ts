// An LCA's mailbox by the contract's rules alone.

const DISPATCHED_AGAIN_MS = 30_000;
const RUNNING_AGAIN_MS = 300_000;
const CANCEL_AGAIN_MS = 30_000;
const BLOCK_MS = 300_000;
const FORGET_MS = 86_400_000;
/** Reading: what the LCA never saw is remembered this long, so that a late dispatch cannot bring it back. */
const FORGET_UNSEEN_MS = 600_000;

interface Waiting {
  instance: string;
  dueAt: number;
  handedOut: boolean;
  isRunning: boolean;
}

interface Withdrawn {
  instance: string;
  blockUntil: number;
  forgetAt: number;
  /** When the LCA is told again; null where it never had the task. */
  dueAt: number | null;
}

/** Tasks are known by names that say plan, agent, instance and attempt. */
export class ReferenceMailbox {
  private readonly waiting = new Map<string, Waiting>();
  private readonly withdrawn = new Map<string, Withdrawn>();
  private readonly everPut = new Set<string>();
  private readonly everHandedOut = new Set<string>();

  put(task: string, instance: string): void {
    this.everPut.add(task);
    if (this.withdrawn.has(task) || this.waiting.has(task)) return;
    this.waiting.set(task, { instance, dueAt: 0, handedOut: false, isRunning: false });
  }

  wasPut(task: string): boolean {
    return this.everPut.has(task);
  }

  /** Whether the LCA knows the task: it speaks of no other. */
  wasHandedOut(task: string): boolean {
    return this.everHandedOut.has(task);
  }

  withdraw(task: string, instance: string, now: number): void {
    if (this.withdrawn.has(task)) return;
    const handedOut = this.waiting.get(task)?.handedOut === true;
    this.waiting.delete(task);
    this.withdrawn.set(task, {
      instance,
      blockUntil: handedOut ? now + BLOCK_MS : now,
      forgetAt: now + (handedOut ? FORGET_MS : FORGET_UNSEEN_MS),
      dueAt: handedOut ? 0 : null,
    });
  }

  settle(task: string, isEnded: boolean, now: number): void {
    const waiting = this.waiting.get(task);
    if (isEnded) {
      this.waiting.delete(task);
      this.withdrawn.delete(task);
    } else if (waiting !== undefined) {
      waiting.isRunning = true;
      waiting.dueAt = now + RUNNING_AGAIN_MS;
    }
  }

  /** What may be handed out now. */
  due(now: number): { tasks: string[]; cancel: string[] } {
    const remembered = [...this.withdrawn].filter(([, { forgetAt }]) => forgetAt > now);
    const blocked = new Set(
      remembered.filter(([, { blockUntil }]) => blockUntil > now).map(([, { instance }]) => instance),
    );
    const tasks = [...this.waiting].filter(
      ([, { dueAt, instance }]) => dueAt <= now && !blocked.has(instance),
    );
    const cancel = remembered.filter(([, { dueAt }]) => dueAt !== null && dueAt <= now);
    return { tasks: tasks.map(([task]) => task), cancel: cancel.map(([task]) => task) };
  }

  /** These were handed out. */
  handOut(taken: { tasks: readonly string[]; cancel: readonly string[] }, now: number): void {
    for (const [task, { forgetAt }] of [...this.withdrawn]) {
      if (forgetAt <= now) this.withdrawn.delete(task);
    }
    for (const task of taken.tasks) {
      const waiting = this.waiting.get(task);
      if (waiting === undefined) continue;
      waiting.handedOut = true;
      this.everHandedOut.add(task);
      waiting.dueAt = now + (waiting.isRunning ? RUNNING_AGAIN_MS : DISPATCHED_AGAIN_MS);
    }
    for (const task of taken.cancel) {
      const withdrawn = this.withdrawn.get(task);
      if (withdrawn !== undefined) withdrawn.dueAt = now + CANCEL_AGAIN_MS;
    }
  }
}
