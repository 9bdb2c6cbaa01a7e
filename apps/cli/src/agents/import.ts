// ImportAgents.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { readLines } from '../files.js';
import { withExamples } from '../help.js';

export function addImport(agents: Command, context: Context): void {
  const command = agents
    .command('import')
    .summary('Register or change many agents.')
    .description(
      'Register or change many agents, one JSON object a line. Good lines land though others are refused.',
    )
    .argument('[file]', 'where the lines are; - for the standard input', '-');
  withExamples(command, 'agents import agents.ndjson', 'agents import < agents.ndjson');
  onApi(command, context, async ({ out, client, call }, _, file = '-') => {
    const imported = await client.importAgentLines(readLines(context, file), call);
    if (imported.rejected.length > 0) context.ending = 'refused';
    answer(out, imported, () => [
      `${imported.imported} agents imported, ${imported.rejected.length} lines refused`,
      ...imported.rejected.map(({ line, code, message }) => `  line ${line}: ${message} (${code})`),
    ]);
  });
}
