// Examples of agents.
import type { Agent, AgentInput } from '@gradus/domain';
import type { importAgents } from '../agentImport.js';
import type { VersionCounts } from '../schemas/agent.js';
import type { Examples } from '../schemas/content.js';

type ImportAnswer = Awaited<ReturnType<typeof importAgents>>;

export const EXAMPLE_AGENT: Agent = {
  agentId: 'press-7',
  nodeUuid: '8bc7cf2abe9d5e76d1eca00bd478d2bf',
  lcaUuid: 'lca-hall-2',
  components: [
    {
      componentUuid: 'fbb1c5107da28be044b49353efce6cf7',
      componentInstanceUuid: '6a0eb130adbdab50be021d8d7fee46b0',
      componentName: 'zmetis',
      runtimeStatus: 'running',
      actualVersion: '1.2.0',
      actualRelease: '215',
    },
  ],
  attributes: { site: 'north' },
  registeredAt: '2026-01-15T07:30:00.000Z',
  lastSeenAt: '2026-01-15T07:59:55.120Z',
};

export const VERSIONS: Examples<VersionCounts> = {
  versions: {
    summary: 'A fleet that is being upgraded',
    value: {
      agents: 120,
      items: [
        { componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215', instances: 80 },
        { componentName: 'zmetis', actualVersion: '1.3.0', actualRelease: '221', instances: 39 },
        { componentName: 'zmetis', actualVersion: null, actualRelease: null, instances: 1 },
      ],
      others: 0,
    },
  },
};

export const AGENTS: Examples<Agent> = {
  agent: { summary: 'With its one instance', value: EXAMPLE_AGENT },
};

export const AGENT_INPUTS: Examples<AgentInput> = {
  short: {
    summary: 'Identifiers that are left out are derived',
    value: {
      lcaUuid: 'lca-hall-2',
      components: [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }],
    },
  },
  full: {
    summary: 'Everything that can be said of an agent',
    value: {
      nodeUuid: EXAMPLE_AGENT.nodeUuid,
      lcaUuid: EXAMPLE_AGENT.lcaUuid,
      components: EXAMPLE_AGENT.components,
      attributes: EXAMPLE_AGENT.attributes,
    },
  },
};

/** One line of an import. */
export const IMPORT_LINES: Examples<AgentInput & { agentId: string }> = {
  line: {
    summary: 'One of its lines',
    value: {
      agentId: 'press-8',
      lcaUuid: 'lca-hall-2',
      components: [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }],
    },
  },
};

export const IMPORT_ANSWERS: Examples<ImportAnswer> = {
  answer: {
    summary: 'One line was taken, and one was not',
    value: {
      imported: 1,
      rejected: [{ line: 2, code: 'validation-failed', message: 'components: must have at least 1 item' }],
    },
  },
};
