// The benchmark's part of docs/performance.md, and its plots.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { init } from 'echarts';
import { median, spread } from './numbers.mjs';

const DOC = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const PLOTS = fileURLToPath(new URL('../docs/performance/', import.meta.url));
const BEGIN = '<!-- npm run bench: from here -->';
const END = '<!-- npm run bench: to here -->';
const SIZE = { width: 720, height: 300 };
const GIBIBYTE = 1024 ** 3;

/** @param {string} file @param {object} option of echarts */
function plot(file, option) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'sans-serif' },
    ...option,
  });
  writeFileSync(`${PLOTS}${file}`, chart.renderToSVGString());
  chart.dispose();
}

/** @typedef {{row: import('./row.mjs').Row, ours: number[], ratios: number[]}[]} Measured */

/** @param {Measured} measured @returns {number[]} how many agents the plans of the table of growth have */
function sizesIn(measured) {
  return [...new Set(measured.flatMap(({ row }) => row.agents ?? []))].sort((a, b) => a - b);
}

/** A line for each size of plan, a column for each figure of it. @param {Measured} measured */
export function growthTable(measured) {
  const sizes = sizesIn(measured);
  if (sizes.length === 0) return [];
  const rows = measured.filter(({ row }) => row.agents !== undefined);
  const figures = [...new Set(rows.map(({ row }) => row.figure))];
  const cell = (/** @type {number} */ agents, /** @type {string} */ figure) => {
    const one = rows.find(({ row }) => row.agents === agents && row.figure === figure);
    return one === undefined ? '–' : spread(one.ours);
  };
  return [
    `| agents | ${figures.join(' | ')} |`,
    `| --- |${' --- |'.repeat(figures.length)}`,
    ...sizes.map(
      (agents) =>
        `| ${agents.toLocaleString('en')} | ${figures.map((figure) => cell(agents, figure)).join(' | ')} |`,
    ),
  ];
}

/**
 * @param {{lines: string[], growthLines: string[]}} tables
 * @param {Measured} measured
 * @param {{rounds: number, minutes: number}} run
 */
export function writeReport({ lines, growthLines }, measured, { rounds, minutes }) {
  mkdirSync(PLOTS, { recursive: true });
  const of = (/** @type {string} */ name) =>
    median(measured.find(({ row }) => row.name === name)?.ours ?? []);
  const ratios = measured.filter((one) => one.ratios.length > 0 && one.row.mark !== null);
  plot('ratios.svg', {
    title: { text: 'Ratio to the yardstick (median)' },
    grid: { left: 110, right: 40, bottom: 30 },
    xAxis: { type: 'value' },
    yAxis: { type: 'category', inverse: true, data: ratios.map(({ row }) => row.name) },
    series: [
      {
        type: 'bar',
        data: ratios.map((one) => Number(median(one.ratios).toFixed(3))),
        label: { show: true, position: 'right' },
      },
    ],
  });
  const sizes = sizesIn(measured);
  plot('growth.svg', {
    title: { text: 'Tasks a second, and seconds to make the plan, by its agents' },
    legend: { bottom: 0 },
    grid: { left: 60, right: 60, bottom: 60 },
    xAxis: { type: 'log', min: sizes[0], max: sizes.at(-1), name: 'agents' },
    yAxis: [
      { type: 'value', name: 'tasks/s' },
      { type: 'value', name: 's' },
    ],
    series: [
      {
        name: 'tasks/s',
        type: 'line',
        data: sizes.map((size) => [size, Math.round(of(`tasks${size}`))]),
      },
      {
        name: 'seconds to make',
        type: 'line',
        yAxisIndex: 1,
        data: sizes.map((size) => [size, Number(of(`create${size}`).toFixed(2))]),
      },
    ],
  });
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${Math.round(totalmem() / GIBIBYTE)} GiB, Node.js ${process.version}`;
  const text = [
    BEGIN,
    '',
    `Medians of ${rounds} rounds, with the least and the most; one run of ${minutes} minutes on ${machine}.`,
    '',
    ...lines,
    '',
    '![The ratios to their yardsticks](performance/ratios.svg)',
    '',
    '### Growth',
    '',
    ...growthLines,
    '',
    '![Tasks a second, and the time to make a plan, by its size](performance/growth.svg)',
    '',
    ...onPaper({
      redisUs: of('redisUs'),
      apiUs: of('apiUs'),
      workerUs: of('workerUs'),
      bytes: of('bytesRunning'),
      inventoryBytes: of('inventoryBytes'),
      networkBytes: of('networkBytes'),
    }),
    '',
    END,
  ].join('\n');
  const doc = readFileSync(DOC, 'utf8');
  const [before = '', rest = ''] = doc.split(BEGIN);
  writeFileSync(DOC, `${before}${text}${rest.split(END)[1] ?? '\n'}`);
}

/**
 * What ten million agents take, reckoned from the costs of one task.
 *
 * @param {{redisUs: number, apiUs: number, workerUs: number, bytes: number, inventoryBytes: number, networkBytes: number}} cost
 */
function onPaper({ redisUs, apiUs, workerUs, bytes, inventoryBytes, networkBytes }) {
  const AGENTS = 10_000_000;
  const HOURS = 8;
  /** The part of a processor that is planned with. */
  const USED = 0.5;
  const perSecond = AGENTS / (HOURS * 3_600);
  const processors = (/** @type {number} */ us) => Math.max(1, Math.ceil((perSecond * us) / 1e6 / USED));
  const gigabytes = (AGENTS * (bytes + inventoryBytes)) / 1e9;
  const megabits = (perSecond * networkBytes * 8) / 1e6;
  return [
    '### Ten million agents on paper',
    '',
    `10,000 plans of 1,000 agents each, all of them upgraded within ${HOURS} hours, are ${Math.round(perSecond)} tasks a second. From the costs above, with processors half used:`,
    '',
    '| what | reckoned | needs |',
    '| --- | --- | --- |',
    `| Redis (one thread a shard) | ${Math.round(perSecond)} × ${Math.round(redisUs)} µs ÷ ${USED} | ${processors(redisUs)} masters of a Cluster, beside a replica each |`,
    `| Redis' memory | 10,000,000 × (${Math.round(bytes)} B of its task + ${Math.round(inventoryBytes)} B of the inventory) | ${Math.ceil(gigabytes)} GB over all masters |`,
    `| api | ${Math.round(perSecond)} × ${Math.round(apiUs)} µs ÷ ${USED} | ${processors(apiUs)} processes, and one more to spare |`,
    `| worker | ${Math.round(perSecond)} × ${Math.round(workerUs)} µs ÷ ${USED} | ${processors(workerUs)} processes, and one more to spare |`,
    `| network, LCAs to api | ${Math.round(perSecond)} × ${Math.round(networkBytes)} B | ${Math.ceil(megabits)} Mbit/s |`,
    '',
    'That is the work of the upgrades. Ten million agents that poll every five minutes are 33,000 check-ins a second besides, where they are not behind gateways: see the rate of a check-in with nothing to do, and divide.',
  ];
}
