// Importing many agents, one JSON object a line: good lines land though others are bad.
import type { AgentInput, ProblemCode } from '@gradus/domain';
import type { Inventory } from '@gradus/store';
import { agentBusy } from './agentProblems.js';
import { agentOfCaller } from './boundCaller.js';
import type { Caller } from './caller.js';
import { Problem } from './errors.js';
import { faultsOf } from './faults.js';
import { type Line, readLines } from './lines.js';
import { importedAgent } from './schemas/agent.js';

const MAX_LINE_BYTES = 64 * 1024;
const BATCH_AGENTS = 2_000;

/** The codes that a line can be rejected with. */
export const REJECTION_CODES = [
  'invalid-json',
  'body-too-large',
  'validation-failed',
  'agents-busy',
  'forbidden',
] as const satisfies readonly ProblemCode[];

type RejectionCode = (typeof REJECTION_CODES)[number];

interface Rejection {
  line: number;
  code: RejectionCode;
  message: string;
}

interface ReadAgent {
  line: number;
  agentId: string;
  input: AgentInput;
}

/** @returns the line's agent, or why it is none that the caller may state */
async function readAgent(inventory: Inventory, caller: Caller, line: Line): Promise<ReadAgent | Rejection> {
  const reject = (code: RejectionCode, message: string) => ({ line: line.number, code, message });
  if (line.text === null) {
    return line.reason === 'too-long'
      ? reject('body-too-large', `a line has at most ${MAX_LINE_BYTES} bytes`)
      : reject('invalid-json', 'the line is not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    return reject('invalid-json', 'the line is not JSON');
  }
  const parsed = importedAgent.safeParse(value);
  if (!parsed.success) {
    const faults = await faultsOf(importedAgent, value, '');
    return reject('validation-failed', faults.map(({ path, message }) => `${path}: ${message}`).join('; '));
  }
  const { agentId, ...input } = parsed.data;
  try {
    return { line: line.number, agentId, input: await agentOfCaller(inventory, caller, agentId, input) };
  } catch (error) {
    if (error instanceof Problem && error.code === 'forbidden') return reject('forbidden', error.message);
    throw error;
  }
}

/**
 * @param caller who imports: of one that is bound, only its own LCA's agents are taken
 * @param bytes NDJSON; blank lines are passed over
 * @returns how many agents were taken, and why each of the others was not
 */
export async function importAgents(
  inventory: Inventory,
  caller: Caller,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ imported: number; rejected: Rejection[] }> {
  const rejected: Rejection[] = [];
  let imported = 0;
  let batch = new Map<string, ReadAgent>();
  const put = async () => {
    const agents = [...batch.values()];
    batch = new Map();
    if (agents.length === 0) return;
    const results = await inventory.putMany(agents.map(({ agentId, input }) => ({ agentId, input })));
    results.forEach((result, index) => {
      const agent = agents[index];
      if (result.outcome !== 'busy') imported++;
      else if (agent !== undefined) {
        const { message } = agentBusy(agent.agentId, result.planId);
        rejected.push({ line: agent.line, code: 'agents-busy', message });
      }
    });
  };
  for await (const line of readLines(bytes, MAX_LINE_BYTES)) {
    if (line.text !== null && line.text.trim() === '') continue;
    const read = await readAgent(inventory, caller, line);
    if ('code' in read) {
      rejected.push(read);
      continue;
    }
    // Of two lines for one agent the later one holds: they must not land in any order.
    if (batch.size === BATCH_AGENTS || batch.has(read.agentId)) await put();
    batch.set(read.agentId, read);
  }
  await put();
  rejected.sort((a, b) => a.line - b.line);
  return { imported, rejected };
}
