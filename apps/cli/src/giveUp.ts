// How long an api that is away is waited for, by what goes on for long.
import type { Command } from 'commander';
import { duration } from './flags.js';

const GIVE_UP_AFTER_MS = 300_000;

export interface GiveUpFlags {
  /** Milliseconds. */
  giveUpAfter?: number;
}

export function withGiveUpOption(command: Command): Command {
  return command.option(
    '--give-up-after <duration>',
    'stop where no api answered for so long (default: 5m)',
    duration,
  );
}

export function giveUpAfterMs({ giveUpAfter = GIVE_UP_AFTER_MS }: GiveUpFlags): number {
  return giveUpAfter;
}
