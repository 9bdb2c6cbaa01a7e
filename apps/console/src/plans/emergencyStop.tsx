// The emergency stop: pauses every running plan, and takes that back.
import { useState } from 'preact/hooks';
import { client } from '../api.js';
import { Dialog } from '../ui/dialog.js';
import { Fault } from '../ui/fault.js';
import { PlayIcon, StopIcon } from '../ui/icons.js';
import { counted } from '../words/numbers.js';

interface EmergencyStopProps {
  running: number;
  inFlight: number;
  /** How many plans the emergency stop has paused. */
  stopped: number;
  onDone: () => void;
}

export function EmergencyStop({ running, inFlight, stopped, onDone }: EmergencyStopProps) {
  const [asked, setAsked] = useState<'stop' | 'resume' | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);

  async function carryOut(): Promise<void> {
    setBusy(true);
    try {
      await (asked === 'stop' ? client.pauseAllPlans() : client.resumeAllPlans());
      setAsked(null);
      setFault(null);
      onDone();
    } catch (error) {
      setFault(error);
    }
    setBusy(false);
  }

  const says =
    asked === 'stop'
      ? `Pauses ${counted(running, 'running plan')}, and any that begins to run meanwhile. ${counted(inFlight, 'agent')} in flight will finish; no further one is started.`
      : `Resumes ${counted(stopped, 'plan')}: those that the emergency stop has paused, and no others.`;
  return (
    <>
      {stopped > 0 && (
        <button type="button" onClick={() => setAsked('resume')}>
          <PlayIcon />
          Resume all…
        </button>
      )}
      {running > 0 && (
        <button type="button" class="danger" onClick={() => setAsked('stop')}>
          <StopIcon />
          Pause all…
        </button>
      )}
      {asked !== null && (
        <Dialog
          title={asked === 'stop' ? 'Pause every running plan' : 'End the emergency stop'}
          onClose={() => setAsked(null)}
        >
          <p class="consequence">{says}</p>
          {fault !== null && <Fault error={fault} />}
          <div class="buttons">
            <button type="button" onClick={() => setAsked(null)}>
              Leave it
            </button>
            <button
              type="button"
              class={asked === 'stop' ? 'danger' : 'primary'}
              disabled={isBusy}
              onClick={() => void carryOut()}
            >
              {asked === 'stop' ? 'Pause all' : 'Resume all'}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
