// What a command will do, what it may be told, and the button that does it.
import type { PlanSummary } from '@gradus/domain';
import { useRef, useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog.js';
import { Fault } from '../ui/fault.js';
import { counted } from '../words/numbers.js';
import { batchOf } from '../words/statusText.js';
import { type Command, type CommandInput, carryOut } from './commands.js';

const TITLES: Record<Command['verb'], string> = {
  start: 'Start the plan',
  pause: 'Pause the plan',
  resume: 'Resume the plan',
  promote: 'Promote the batch',
  cancel: 'Cancel the plan',
  retry: 'Retry the agents that failed',
  rollback: 'Roll back',
  delete: 'Delete the plan',
};

interface CommandDialogProps {
  plan: PlanSummary;
  command: Command;
  onDone: (next: PlanSummary | null) => void;
  onClose: () => void;
}

function numberOf(form: FormData, name: string): number | undefined {
  const text = String(form.get(name) ?? '').trim();
  return text === '' ? undefined : Number(text);
}

function inputOf(form: FormData, plan: PlanSummary): CommandInput {
  const percent = numberOf(form, 'threshold');
  const threshold = percent === undefined ? undefined : Number((percent / 100).toFixed(6));
  const concurrency = numberOf(form, 'concurrency');
  const reason = String(form.get('reason') ?? '').trim();
  return {
    failureThreshold: threshold === plan.failureThreshold ? undefined : threshold,
    concurrency: concurrency === plan.concurrency ? undefined : concurrency,
    retryFailed: form.get('retryFailed') === null ? undefined : true,
    reason: reason === '' ? undefined : reason,
  };
}

function ResumeFields({ plan }: { plan: PlanSummary }) {
  const failed = batchOf(plan)?.counts.failed ?? 0;
  return (
    <>
      <label>
        Failure threshold, percent of a batch
        <input
          name="threshold"
          type="number"
          min="0"
          max="100"
          step="any"
          required
          defaultValue={String(Number((plan.failureThreshold * 100).toFixed(4)))}
        />
      </label>
      <label>
        Agents at once
        <input
          name="concurrency"
          type="number"
          min="1"
          step="1"
          required
          defaultValue={String(plan.concurrency)}
        />
      </label>
      {failed > 0 && (
        <label class="check">
          <input name="retryFailed" type="checkbox" />
          Try the {counted(failed, 'failed agent')} of this batch again
        </label>
      )}
    </>
  );
}

export function CommandDialog({ plan, command, onDone, onClose }: CommandDialogProps) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const key = useRef(crypto.randomUUID());

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      const form = new FormData(event.target as HTMLFormElement);
      onDone(await carryOut(plan, command.verb, inputOf(form, plan), key.current));
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  }

  return (
    <Dialog title={TITLES[command.verb]} onClose={onClose}>
      <form onSubmit={submit}>
        <p class="consequence">{command.consequence}</p>
        {command.verb === 'resume' && <ResumeFields plan={plan} />}
        {command.verb === 'cancel' && (
          <label>
            Reason, for those who read it later (optional)
            <input name="reason" maxLength={200} autocomplete="off" />
          </label>
        )}
        {fault !== null && <Fault error={fault} />}
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class={command.tone} disabled={isBusy}>
            {isBusy ? 'Doing it…' : command.label.replace('…', '')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
