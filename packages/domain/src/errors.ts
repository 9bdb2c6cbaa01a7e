// Errors of the domain: each has a code of its own.

/** A state and an event that the transitions table does not list. */
export class IllegalTransition extends Error {
  readonly code = 'illegal-transition';
  constructor(machine: string, from: string, event: string) {
    super(`a ${machine} that is ${from} does not take ${event}`);
    this.name = 'IllegalTransition';
  }
}

/** A text that is not a duration. */
export class InvalidDuration extends Error {
  readonly code = 'invalid-duration';
  constructor(text: string) {
    super(
      `${JSON.stringify(text.slice(0, 40))} is not a duration; accepted are 90s, 10m, 1h30m, 2d or ISO 8601 such as PT10M`,
    );
    this.name = 'InvalidDuration';
  }
}

/** A fraction that is not a finite number from 0 to 1. */
export class InvalidFraction extends Error {
  readonly code = 'invalid-fraction';
  constructor(value: number) {
    super(`${value} is not a fraction from 0 to 1`);
    this.name = 'InvalidFraction';
  }
}
