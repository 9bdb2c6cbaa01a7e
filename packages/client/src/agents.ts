// The inventory: agents and their component instances.
import type { Agent, AgentInput } from '@gradus/domain';
import { type Source, toNdjson } from './ndjson.js';
import { eachItem } from './pages.js';
import type { Request } from './request.js';
import type { CallOptions } from './send.js';

/** One line of an import. */
export type AgentLine = AgentInput & { agentId: string };

/** What the whole fleet runs. */
export interface AgentVersions {
  /** How many agents there are. */
  agents: number;
  /** The most common first; null: not known. */
  items: {
    componentName: string;
    actualVersion: string | null;
    actualRelease: string | null;
    instances: number;
  }[];
  /** How many instances run versions that are not among them. */
  others: number;
}

export interface ImportAnswer {
  imported: number;
  /** Lines that were not taken, counted from 1. */
  rejected: { line: number; code: string; message: string }[];
}

/** The calls about agents. */
export function agentCalls(request: Request) {
  const importAgentLines = async (
    lines: Source<string>,
    options: CallOptions = {},
  ): Promise<ImportAnswer> => {
    const sourceErrors: unknown[] = [];
    try {
      return await request<ImportAnswer>({
        ...options,
        method: 'POST',
        path: '/agents/import',
        ndjson: (onProgress) => toNdjson(lines, onProgress, (error) => sourceErrors.push(error)),
      });
    } catch (error) {
      throw sourceErrors[0] ?? error;
    }
  };

  return {
    /** @returns the agent with its UUIDs, given or derived */
    putAgent: (agentId: string, agent: AgentInput, options: CallOptions = {}) =>
      request<Agent>({ ...options, method: 'PUT', path: pathOf(agentId), json: agent }),

    /** Streams the agents as they come; good ones land though others are rejected. */
    importAgents: (agents: Source<AgentLine>, options: CallOptions = {}) =>
      importAgentLines(jsonLines(agents), options),

    /** The same of lines that are JSON texts already, sent as they are: each keeps its number. */
    importAgentLines,

    getAgent: (agentId: string, options: CallOptions = {}) =>
      request<Agent>({ ...options, method: 'GET', path: pathOf(agentId), isRepeatable: true }),

    /** By agentId. `limit` is the size of a page. */
    listAgents: (
      filter: {
        lcaUuid?: string | undefined;
        version?: string | undefined;
        limit?: number | undefined;
      } = {},
      options: CallOptions = {},
    ) => eachItem<Agent>(request, '/agents', filter, options),

    /** How many component instances run which version and release. */
    listAgentVersions: (options: CallOptions = {}) =>
      request<AgentVersions>({ ...options, method: 'GET', path: '/agent-versions', isRepeatable: true }),

    deleteAgent: (agentId: string, options: CallOptions = {}) =>
      request<void>({ ...options, method: 'DELETE', path: pathOf(agentId) }),
  };
}

function pathOf(agentId: string): string {
  return `/agents/${encodeURIComponent(agentId)}`;
}

async function* jsonLines(agents: Source<AgentLine>): AsyncGenerator<string, void, undefined> {
  for await (const agent of agents) yield JSON.stringify(agent);
}
