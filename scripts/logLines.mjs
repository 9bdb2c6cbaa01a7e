// What the processes log, made readable: pino's JSON as one line of text, everything else as it is.

/** @type {Record<number, string>} */
const LEVELS = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
/** The same in every line of a process, or shown elsewhere in the line. */
const HIDDEN = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'v']);

/**
 * @param {string} line as a process wrote it
 * @returns {string}
 */
export function readable(line) {
  const entry = parseEntry(line);
  if (entry === null) return line;
  const level = typeof entry['level'] === 'number' ? LEVELS[entry['level']] : entry['level'];
  const fields = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key}=${shown(value)}`);
  return [timeOf(entry['time']), String(level ?? '').padEnd(5), entry['msg'], ...fields].join(' ').trimEnd();
}

/**
 * @param {string} line
 * @returns {Record<string, unknown> | null} null where the line is no log entry
 */
function parseEntry(line) {
  if (!line.startsWith('{')) return null;
  try {
    const entry = JSON.parse(line);
    return typeof entry.msg === 'string' ? entry : null;
  } catch {
    return null;
  }
}

/** @param {unknown} time */
function timeOf(time) {
  const date = typeof time === 'number' || typeof time === 'string' ? new Date(time) : new Date();
  return Number.isNaN(date.getTime()) ? '--:--:--' : date.toISOString().slice(11, 19);
}

/** @param {unknown} value */
function shown(value) {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null && 'stack' in value) return `\n${value.stack}`;
  return JSON.stringify(value);
}
