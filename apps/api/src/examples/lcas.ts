// Examples of LCAs that are pushed what is for them.
import type { Lca, LcaInput } from '@gradus/domain';
import type { Examples } from '../schemas/content.js';

const EXAMPLE_LCA: Lca = {
  lcaUuid: 'lca-hall-2',
  callbackUrl: 'https://gateway.hall-2.example/tasks',
  registeredAt: '2026-01-15T07:30:00.000Z',
  registeredBy: 'gateways',
  lastPushedAt: '2026-01-15T07:59:55.120Z',
  failures: 0,
  lastFault: null,
  retryAt: null,
};

export const LCAS: Examples<Lca> = {
  taken: { summary: 'It takes what it is pushed', value: EXAMPLE_LCA },
  failing: {
    summary: 'It does not, and is left alone for a while',
    value: {
      ...EXAMPLE_LCA,
      failures: 3,
      lastFault: 'answered 502',
      retryAt: '2026-01-15T08:00:03.310Z',
    },
  },
};

export const LCA_INPUTS: Examples<LcaInput> = {
  lca: {
    summary: 'Where it listens, and what it is signed with',
    value: {
      callbackUrl: EXAMPLE_LCA.callbackUrl,
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    },
  },
};
