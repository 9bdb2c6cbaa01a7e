// The buttons for what can be done to a plan now. Without the scope to do it there are none.
import type { PlanSummary } from '@gradus/domain';
import { useId, useState } from 'preact/hooks';
import { go, planPath } from '../router.js';
import { may } from '../session.js';
import { Fault } from '../ui/fault.js';
import { BackIcon, CheckIcon, CrossIcon, PauseIcon, PlayIcon, RetryIcon } from '../ui/icons.js';
import { CommandDialog } from './commandDialog.js';
import { type Command, carryOut, commandsOf, type Verb } from './commands.js';

const ICONS: Record<Verb, () => preact.JSX.Element> = {
  start: PlayIcon,
  pause: PauseIcon,
  resume: PlayIcon,
  promote: CheckIcon,
  cancel: CrossIcon,
  retry: RetryIcon,
  rollback: BackIcon,
  delete: CrossIcon,
};

interface CommandBarProps {
  plan: PlanSummary;
  /** Given the plan as the command has left it. */
  onDone: (plan: PlanSummary) => void;
  /** Asked to look again where a command was refused. */
  onRefused: () => void;
}

export function CommandBar({ plan, onDone, onRefused }: CommandBarProps) {
  const [asked, setAsked] = useState<Command | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const consequenceId = useId();
  if (!may('plans:write')) return null;
  const commands = commandsOf(plan);
  const immediate = commands.find(({ isImmediate }) => isImmediate);

  function done(next: PlanSummary | null): void {
    setAsked(null);
    if (next === null) go('/');
    else if (next.id !== plan.id) go(planPath(next.id));
    else onDone(next);
  }

  async function click(command: Command): Promise<void> {
    setFault(null);
    if (!command.isImmediate) return setAsked(command);
    setBusy(true);
    try {
      done(await carryOut(plan, command.verb, {}, ''));
    } catch (error) {
      setFault(error);
      onRefused();
    }
    setBusy(false);
  }

  return (
    <div class="commands">
      <div class="buttons">
        {commands.map((command) => {
          const Icon = ICONS[command.verb];
          return (
            <button
              key={command.verb}
              type="button"
              class={command.tone}
              disabled={isBusy}
              title={command.consequence}
              aria-describedby={command === immediate ? consequenceId : undefined}
              onClick={() => void click(command)}
            >
              <Icon />
              {command.label}
            </button>
          );
        })}
      </div>
      {immediate && (
        <p id={consequenceId} class="faint">
          {immediate.label}: {immediate.consequence}
        </p>
      )}
      {fault !== null && <Fault error={fault} />}
      {asked !== null && (
        <CommandDialog
          plan={plan}
          command={commands.find(({ verb }) => verb === asked.verb) ?? asked}
          onDone={done}
          onClose={() => {
            setAsked(null);
            onRefused();
          }}
        />
      )}
    </div>
  );
}
