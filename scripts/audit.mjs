// Known vulnerabilities of what runs in production, where the registry can be asked.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ROOT } from './bootstrap.mjs';

const ASK_WITHIN_MS = 20_000;
const GRAVE = ['high', 'critical'];

/**
 * @typedef {{
 *   vulnerabilities?: Record<string, {severity: string}>,
 *   metadata?: object,
 *   message?: string,
 *   error?: {summary?: string},
 * }} Report
 */
/** @typedef {{isAnswered: false, why: string} | {isAnswered: true, grave: string[]}} Audit */

/**
 * Reads what `npm audit --json` printed.
 *
 * @param {string} json
 * @returns {Audit} the packages with grave vulnerabilities, each once; or why nobody knows
 */
export function readAudit(json) {
  /** @type {Report | null} */
  let report;
  try {
    report = JSON.parse(json);
  } catch {
    return { isAnswered: false, why: 'npm audit printed no JSON' };
  }
  if (report?.vulnerabilities === undefined || report.metadata === undefined) {
    return { isAnswered: false, why: report?.message ?? report?.error?.summary ?? 'no report came' };
  }
  const grave = Object.entries(report.vulnerabilities)
    .filter(([, { severity }]) => GRAVE.includes(severity))
    .map(([name, { severity }]) => `${name} (${severity})`);
  return { isAnswered: true, grave };
}

/**
 * Asks the registry. An advisory that is not grave is `npm audit`'s to show.
 *
 * @returns {Promise<Audit>}
 */
export async function audit() {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0'];
  const child = spawn('npm', args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: ASK_WITHIN_MS,
  });
  child.once('error', () => undefined);
  return readAudit(await text(child.stdout));
}
