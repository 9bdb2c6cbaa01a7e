// What a device says of an action: read as far as it can be, and what that comes to.
import { z } from 'zod';

const MAX_ERROR_CHARACTERS = 1_000;
/** What JSON does not let stand in a string as it is, and devices send all the same. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about those.
const CONTROLS = /[\u0000-\u001f]+/g;

/** Everything else is passed over. */
const feedback = z.object({
  status: z.object({
    execution: z.string(),
    result: z.object({ finished: z.string() }),
    details: z.array(z.unknown()).optional(),
  }),
});

export interface Feedback {
  execution: string;
  finished: string;
  /** Whether it was JSON: what was not is never taken for a success. */
  isWhole: boolean;
  details: string;
}

function field(text: string, name: string): string {
  return new RegExp(`"${name}"\\s*:\\s*"(\\w+)"`).exec(text)?.[1] ?? '';
}

function cut(details: string): string {
  return details.trim().slice(0, MAX_ERROR_CHARACTERS);
}

/** @param text the body, which may be no JSON: SWUpdate puts what a script printed into it as it is */
export function readFeedback(text: string): Feedback {
  const clean = text.replaceAll(CONTROLS, ' ');
  try {
    const parsed = feedback.safeParse(JSON.parse(clean));
    if (parsed.success) {
      const { execution, result, details = [] } = parsed.data.status;
      const said = cut(details.map(String).join('; '));
      return { execution, finished: result.finished, isWhole: true, details: said };
    }
  } catch {
    // As far as it can be read.
  }
  const [, details = ''] = /"details"\s*:\s*\[(.*)/.exec(clean) ?? [];
  // Cut before anything else is looked for in it: a device may send any length.
  const said = cut(details);
  return {
    execution: field(clean, 'execution'),
    finished: field(clean, 'finished'),
    isWhole: false,
    details: said.replace(/[\s\]}]{1,9}$/, ''),
  };
}

/** What feedback comes to. `warning`: the action is refused for now, and stays open. */
export type Outcome = 'completed' | 'failed' | 'running' | 'warning';

/** Of feedback on a deployment. */
export function outcomeOf({ execution, finished, isWhole }: Feedback): Outcome {
  if (execution === 'rejected') return 'warning';
  // Of what is no JSON the failure alone is believed, wherever it stands.
  if (finished === 'failure' && (execution === 'closed' || !isWhole)) return 'failed';
  if (!isWhole || execution !== 'closed') return 'running';
  return finished === 'success' || finished === 'none' ? 'completed' : 'running';
}

/** What feedback on a cancellation comes to. `refused`: the device goes on with the action. */
export type CancelOutcome = 'cancelled' | 'failed' | 'refused' | 'open';

export function cancelOutcomeOf({ execution, finished, isWhole }: Feedback): CancelOutcome {
  if (execution === 'rejected') return 'refused';
  if (finished === 'failure' && (execution === 'closed' || !isWhole)) return 'failed';
  return isWhole && execution === 'closed' && finished === 'success' ? 'cancelled' : 'open';
}
