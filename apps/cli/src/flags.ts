// The values of options: read, or refused with what is accepted.
import { parseDuration } from '@gradus/domain';
import { InvalidArgumentError, Option } from 'commander';

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** As `wholeNumber`, from 1. */
export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

/** @throws InvalidArgumentError */
export function decimal(text: string): number {
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) {
    throw new InvalidArgumentError('It must be a number such as 0.1.');
  }
  return Number(text);
}

/** @throws InvalidArgumentError */
export function share(text: string): number {
  const value = decimal(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

/** @returns milliseconds @throws InvalidArgumentError */
export function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('It must be a duration such as 90s, 10m or 1h30m.');
  }
}

/** @returns the items, without the spaces around them */
export function commaSeparated(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** The revision that a plan must be at for a command to be carried out. */
export function ifRevision(): Option {
  return new Option('--if-revision <n>', 'only if the plan is at this revision').argParser(wholeNumber);
}
