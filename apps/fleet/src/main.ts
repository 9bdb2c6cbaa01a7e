// The fleet's process: simulated LCAs that speak the check-in over HTTP.
import { pino } from 'pino';
import { z } from 'zod';
import { runFleet } from './fleet.js';
import { parseSettings, type Settings } from './settings.js';

function settingsOrExit(): Settings {
  try {
    return parseSettings(process.env);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    process.stderr.write(`${z.prettifyError(error)}\n`);
    process.exit(1);
  }
}

const settings = settingsOrExit();
const log = pino({ name: 'fleet', level: settings.logLevel });
const ending = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => ending.abort());

try {
  await runFleet(settings, log, ending.signal);
} catch (error) {
  if (!ending.signal.aborted) {
    log.fatal({ err: error }, 'the fleet cannot go on');
    process.exit(1);
  }
}
// Kept-alive sockets would hold the process for seconds.
process.exit(0);
