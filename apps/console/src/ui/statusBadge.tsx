// A state as a word, with a sign and a colour beside it.
import type { BatchStatus, PlanStatus, TaskStatus } from '@gradus/domain';
import { AlertIcon, CheckIcon, ClockIcon, CrossIcon, EyeIcon, PauseIcon, PlayIcon } from './icons.js';

type Status = PlanStatus | BatchStatus | TaskStatus;

const ICONS: Record<Status, () => preact.JSX.Element> = {
  pending: ClockIcon,
  queued: ClockIcon,
  dispatched: PlayIcon,
  running: PlayIcon,
  observing: EyeIcon,
  paused: PauseIcon,
  completed: CheckIcon,
  skipped: CheckIcon,
  failed: AlertIcon,
  cancelled: CrossIcon,
};

export function StatusBadge({ status }: { status: Status }) {
  const Icon = ICONS[status];
  return (
    <span class={`badge is-${status}`}>
      <Icon />
      {status}
    </span>
  );
}
