// `gradus simulate`: plays a plan through in virtual time. Nothing is asked of the api.
import { drawFates, repeat, simulate } from '@gradus/simulation';
import type { Command } from 'commander';
import { withOutputOptions } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { withExamples } from '../help.js';
import { courseLines, repeatedLines } from './courseText.js';
import { readSimulation, type SimulateFlags, withSimulateOptions } from './simulateFlags.js';

export function addSimulate(program: Command, context: Context): void {
  const command = program
    .command('simulate')
    .description('Play a plan through in virtual time: how long it takes, and how far a bad release gets.');
  withExamples(
    withSimulateOptions(command),
    'simulate --agents 100000 --batch-sizes 1%,10% --concurrency 500 --upgrade-time 5m --observe-duration 1h',
    'simulate --agents 5000 --batch-size 500 --concurrency 50 --failure-rate 0.2 --runs 200',
  );
  withOutputOptions(command).action(() => {
    const flags = command.opts<SimulateFlags>();
    const { settings, controlPlane, devices } = readSimulation(flags);
    if (flags.runs > 1) {
      const repeated = repeat(settings, controlPlane, devices, flags);
      answer(context.out, repeated, () => repeatedLines(repeated));
      return;
    }
    const course = simulate(settings, controlPlane, drawFates(devices, flags.seed));
    answer(context.out, course, () => courseLines(course));
  });
}
