// What waits for each LCA.
import type { TaskOrder } from '@gradus/domain';

export interface TakenWork {
  tasks: TaskOrder[];
  /** Lifecycle task uuids. */
  cancel: string[];
  /** Of those tasks whose dispatch was traced: its `traceparent`. */
  traces: string[];
  /** Milliseconds since 1970, null where nothing waits for its time. */
  nextDueAt: number | null;
}

/** How the last task ended that a device has carried out, by its own word. */
export interface DeviceWord {
  lifecycleTaskUuid: string;
  status: 'completed' | 'failed';
  error: string | null;
  /** Milliseconds since 1970. */
  at: number;
  /** The plan that the task was of; null where it was not known any more. */
  planId: string | null;
}

/** What is remembered of an LCA that is one device. */
export interface DeviceMemory {
  /** When it last said what it is, in milliseconds since 1970; null for never. */
  configAt: number | null;
  said: DeviceWord | null;
}

/** What an LCA that does one thing at a time is to do. */
export interface Offer {
  /** To be carried out; where there are several, what runs comes first. */
  tasks: TaskOrder[];
  /** Of these, what the LCA has said to run. */
  running: string[];
  /** To be dropped, before anything is begun. */
  cancel: string | null;
  /** Withdrawn, and not ended as far as is known. */
  dropped: string[];
  /** It goes on with what was withdrawn: nothing new is to be begun. */
  isBlocked: boolean;
  device: DeviceMemory;
}

/** What waits for each LCA. */
export interface Mailboxes {
  /**
   * @param traceparent of the dispatch, where that is traced
   * @returns whether it is to be pushed to its LCA
   */
  putTask(lcaUuid: string, task: TaskOrder, now: number, traceparent?: string): Promise<boolean>;
  /** Hands out what is due, at least once; says when there will be something again though nothing new comes. */
  take(lcaUuid: string, now: number, limit: number): Promise<TakenWork>;
  /** What was taken did not reach the LCA, as far as is known: it is handed out again at that instant. */
  giveBack(
    lcaUuid: string,
    given: { tasks: readonly string[]; cancel: readonly string[] },
    dueAt: number,
  ): Promise<void>;
  /** @returns the task where the mailbox has it, handed out or not */
  find(lcaUuid: string, lifecycleTaskUuid: string): Promise<TaskOrder | null>;
  /**
   * What an LCA that does one thing at a time is to do; nothing is handed out by that.
   *
   * @param cancelTimeoutMs a cancellation that is not answered for so long is offered no more
   */
  offer(lcaUuid: string, now: number, cancelTimeoutMs: number): Promise<Offer>;
  /** Hands one task out. @returns whether the mailbox has it */
  handOut(lcaUuid: string, lifecycleTaskUuid: string, now: number): Promise<boolean>;
  /** It goes on with a task that was withdrawn: for `goesOnMs` nothing new is begun, unless it ends before. */
  refuseCancel(lcaUuid: string, lifecycleTaskUuid: string, now: number, goesOnMs: number): Promise<void>;
  rememberDevice(lcaUuid: string, memory: Partial<DeviceMemory>): Promise<void>;
  /**
   * `running`: hand it out less often. `ended`: no more.
   *
   * @param isTraced whether it is of interest how its dispatch was traced
   * @returns the dispatch's `traceparent`; null where it has none, or it is of no interest
   */
  settle(
    lcaUuid: string,
    lifecycleTaskUuid: string,
    outcome: 'running' | 'ended',
    now: number,
    isTraced?: boolean,
  ): Promise<string | null>;
  /**
   * Resolves when something has come for the LCA, when `waitMs` have passed, once `gone` resolves, or when all are
   * woken. A notice that was missed costs the rest of the wait, never a task.
   *
   * @param ready called once listening has begun, to look for what came before; true ends the wait at once
   */
  waitForWork(
    lcaUuid: string,
    waitMs: number,
    gone: Promise<void>,
    ready: () => Promise<boolean>,
  ): Promise<void>;
  /** Ends every wait of this process. */
  wakeAll(): void;
}
