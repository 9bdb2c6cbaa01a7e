// Plays a plan through in virtual time, from event to event.
import { decide } from '@gradus/domain';
import type { FateOf } from './fates.js';
import { type ControlPlane, type Course, createSimulatedPlan, type PlanSettings } from './simulatedPlan.js';

/**
 * A discrete-event simulation of one plan: after each thing that happens to an agent, and at each instant at which
 * it asked to be looked at, the plan is brought to where it should be by the same `decide` that drives plans in Redis.
 *
 * @param fateOf what becomes of each attempt
 * @returns what has come of it: ended, or paused by its threshold with nothing in flight any more
 * @throws InvalidFraction where the threshold is no number from 0 to 1
 */
export function simulate(settings: PlanSettings, controlPlane: ControlPlane, fateOf: FateOf): Course {
  const simulated = createSimulatedPlan(settings, controlPlane, fateOf);
  const { snapshot } = simulated;
  let now = 0;
  for (;;) {
    const lookAgainAt = advance();
    if (simulated.isOver()) return simulated.course();
    const gateAt = promotionAt();
    const instants = [lookAgainAt, simulated.nextEventAt(), gateAt].filter((at) => at !== null);
    now = Math.max(now, Math.min(...instants));
    if (gateAt !== null && gateAt <= now) simulated.promote();
    // One at a time: an agent that ends makes room before the next one does.
    if ((simulated.nextEventAt() ?? Number.POSITIVE_INFINITY) <= now) simulated.happen();
  }

  function advance(): number | null {
    for (;;) {
      const { commands, lookAgainAt } = decide(snapshot, now, now);
      const [command] = commands;
      if (command === undefined || command.type === 'retire-plan') return lookAgainAt;
      simulated.carryOut(command, now);
    }
  }

  /** When the operator opens the gate at which the batch stands; null where it stands at none. */
  function promotionAt(): number | null {
    const { plan, batch } = snapshot;
    const isLast = plan.currentBatch === plan.batchCount - 1;
    if (plan.gate === 'auto' || isLast || plan.status !== 'running' || batch.promoted) return null;
    return batch.observingUntil === null ? null : batch.observingUntil + controlPlane.promoteAfterMs;
  }
}
