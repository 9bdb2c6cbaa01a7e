// One click in the list, and the plan starts no further agent.
import type { PlanSummary } from '@gradus/domain';
import { useState } from 'preact/hooks';
import { carryOut, commandsOf } from '../plan/commands.js';
import { may } from '../session.js';
import { PauseIcon } from '../ui/icons.js';
import { faultText } from '../words/faultText.js';

export function PauseButton({ plan, onDone }: { plan: PlanSummary; onDone: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const command = commandsOf(plan).find(({ verb }) => verb === 'pause');
  if (command === undefined || !may('plans:write')) return null;

  async function pause(): Promise<void> {
    setBusy(true);
    try {
      await carryOut(plan, 'pause', {}, '');
      setFault(null);
    } catch (error) {
      setFault(faultText(error));
    }
    setBusy(false);
    onDone();
  }

  return (
    <>
      <button
        type="button"
        class="small"
        disabled={isBusy}
        title={command.consequence}
        aria-label={`Pause ${plan.name}: ${command.consequence}`}
        onClick={() => void pause()}
      >
        <PauseIcon />
        Pause
      </button>
      {fault !== null && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
    </>
  );
}
