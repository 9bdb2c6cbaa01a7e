// How heavy the load run is: a light one in npm test, the whole one by scripts/overload.mjs.

const isWhole = process.env['GRADUS_OVERLOAD'] === '1';

export const overload = isWhole
  ? {
      lcas: 10_000,
      checkInEveryMs: 10_000,
      createsASecond: 200,
      longPolls: 5_200,
      waitingAtOnce: 5_000,
      slowClients: 500,
      largeBodies: 10,
      bodyLimit: 16 * 1024 * 1024,
      planAgents: 100,
      atLeastMs: 60_000,
      rssMiB: 700,
    }
  : {
      lcas: 200,
      checkInEveryMs: 1_000,
      createsASecond: 30,
      longPolls: 300,
      waitingAtOnce: 250,
      slowClients: 50,
      largeBodies: 10,
      bodyLimit: 2 * 1024 * 1024,
      planAgents: 10,
      atLeastMs: 5_000,
      rssMiB: 600,
    };
