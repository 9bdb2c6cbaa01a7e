// The reference: an inventory, the plans made of its agents, and the mailboxes of its LCAs.

import { type Facts, FROM, factsOf, isOnTarget, type Known, knownFrom, learn } from './facts.js';
import { ReferenceMailbox } from './referenceMailbox.js';
import { type CommandOutcome, ReferencePlan } from './referencePlan.js';
import type { PlanSpec } from './referenceState.js';

export interface AgentSpec {
  /** Which LCA owns it. */
  lca: number;
  /** What each of its instances runs. */
  instances: readonly Facts[];
}

export type CreateOutcome = 'created' | 'agents-busy' | 'version-mismatch';

interface Agent {
  lca: number;
  known: Known[];
  /** The newest plan that it was in. */
  plan: ReferencePlan | null;
}

export class Reference {
  readonly agents: Agent[];
  readonly plans: ReferencePlan[] = [];
  private readonly mailboxes: ReferenceMailbox[] = [];

  constructor(agents: readonly AgentSpec[], now: number) {
    this.agents = agents.map(({ lca, instances }) => ({
      lca,
      known: instances.map((facts) => knownFrom(facts, now)),
      plan: null,
    }));
  }

  agent(index: number): Agent {
    const agent = this.agents[index];
    if (agent === undefined) throw new RangeError(`there is no agent ${index}`);
    return agent;
  }

  mailbox(lca: number): ReferenceMailbox {
    const mailbox = this.mailboxes[lca] ?? new ReferenceMailbox();
    this.mailboxes[lca] = mailbox;
    return mailbox;
  }

  create(spec: PlanSpec, now: number): CreateOutcome {
    const agents = spec.agents.map((index) => this.agent(index));
    if (agents.some(({ plan }) => plan !== null && !plan.hasEnded)) return 'agents-busy';
    const fits = (known: Known) =>
      isOnTarget(factsOf(known)) || known.actualVersion.value === FROM.actualVersion;
    if (!agents.every(({ known }) => known.every(fits))) return 'version-mismatch';
    const plan = new ReferencePlan(`p${this.plans.length}`, spec, (agent) => this.agent(agent).known, now);
    for (const agent of agents) agent.plan = plan;
    this.plans.push(plan);
    return 'created';
  }

  learn(agent: number, facts: ReadonlyMap<number, Partial<Facts>>, takenAt: number): void {
    for (const [instance, part] of facts) {
      const known = this.agent(agent).known[instance];
      if (known !== undefined) learn(known, part, takenAt);
    }
  }

  /** The emergency stop. @returns how many plans it paused */
  pauseAll(): number {
    return this.plans.filter((plan) => plan.pause('stop') === 'done').length;
  }

  /** Resumes just those. */
  resumeAll(now: number): number {
    const outcomes = this.plans.map((plan): CommandOutcome => plan.resume(now, {}, 'stop'));
    return outcomes.filter((outcome) => outcome === 'done').length;
  }
}
