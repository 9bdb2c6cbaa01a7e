// `npm run bench`: Gradus beside its yardsticks, in one run on one machine. Prints the table, and writes it with its
// plots where docs/performance.md has room for it. `--only create,pause` measures what these rows need, `--quick` is for
// trying it out, `--rounds 5` repeats more often, `--million` adds a plan of a million agents, measured once.
import { parseArgs } from 'node:util';
import { median, shown, spread } from './numbers.mjs';
import { growthTable, writeReport } from './report.mjs';
import { growth } from './rows/growth.mjs';
import { million } from './rows/million.mjs';
import { path } from './rows/path.mjs';
import { pause } from './rows/pause.mjs';
import { plans } from './rows/plans.mjs';
import { reading } from './rows/reading.mjs';
import { workers } from './rows/workers.mjs';
import { say } from './system.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
});
const only = values.only?.split(',');
const rounds = values.quick ? 1 : Number(values.rounds);

/** @typedef {import('./row.mjs').Row} Row */
/** @typedef {{row: Row, ours: number[], yardstick: number[], ratios: number[], isReached: boolean | null}} Measured */

/** @param {Row} row @param {import('./row.mjs').Figures[]} figures @returns {Measured} */
function measuredOf(row, figures) {
  const all = figures.flatMap((round) => round[row.name] ?? []);
  const ours = all.map((one) => one.ours);
  const yardstick = all.flatMap((one) => one.yardstick ?? []);
  const ratios = all.flatMap((one) => (one.yardstick === undefined ? [] : one.ours / one.yardstick));
  const judged = median(ratios.length > 0 ? ratios : ours);
  const { mark } = row;
  const isReached = mark === null ? null : 'least' in mark ? judged >= mark.least : judged <= mark.most;
  return { row, ours, yardstick, ratios, isReached };
}

const groups = [path, growth, plans, reading, pause, workers, ...(values.million ? [million] : [])];
const names = groups.flatMap((group) => group.rows.map(({ name }) => name));
const unknown = only?.filter((name) => !names.includes(name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exit(2);
}

/** @type {Measured[]} */
const measured = [];
const began = performance.now();
for (const group of groups) {
  const wanted = group.rows.filter(({ name }) => only === undefined || only.includes(name));
  if (wanted.length === 0) continue;
  /** @type {import('./row.mjs').Figures[]} */
  const figures = [];
  for (let round = 0; round < Math.min(rounds, group.rounds ?? rounds); round += 1) {
    figures.push(await group.measure(values.quick));
    for (const row of wanted) {
      const figure = figures.at(-1)?.[row.name];
      const beside = figure?.yardstick === undefined ? '' : ` beside ${shown(figure.yardstick)}`;
      say(`round ${round + 1}, ${row.name}: ${shown(figure?.ours ?? Number.NaN)}${beside}`);
    }
  }
  measured.push(...wanted.map((row) => measuredOf(row, figures)));
}

/** @param {Row['mark']} mark */
function markText(mark) {
  if (mark === null) return '–';
  return 'least' in mark ? `≥ ${mark.least}` : `≤ ${mark.most}`;
}

const lines = [
  '| figure | ours | yardstick | ratio | must reach | |',
  '| --- | --- | --- | --- | --- | --- |',
  ...measured
    .filter(({ row }) => row.agents === undefined)
    .map(({ row, ours, yardstick, ratios, isReached }) => {
      const beside = row.yardstick === null ? '–' : `${spread(yardstick)}: ${row.yardstick}`;
      const reached = isReached === null ? '' : isReached ? 'reached' : '**not reached**';
      const ratio = ratios.length === 0 ? '–' : spread(ratios);
      return `| ${row.figure} | ${spread(ours)} | ${beside} | ${ratio} | ${markText(row.mark)} | ${reached} |`;
    }),
];
const minutes = Math.round((performance.now() - began) / 60_000);
const growthLines = growthTable(measured);
console.log([...lines, '', ...growthLines].join('\n'));
say(`${minutes} min, ${rounds} rounds`);
if (!values.quick && only === undefined) writeReport({ lines, growthLines }, measured, { rounds, minutes });
process.exitCode = values.quick || measured.every(({ isReached }) => isReached !== false) ? 0 : 1;
