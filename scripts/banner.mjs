// What `npm start` shows once everything answers.

/** The documented request: its agents are among the demo's. */
const EXAMPLE = {
  name: 'Upgrade agents to v1.3.0',
  fromVersion: '1.2.0',
  toVersion: '1.3.0',
  toRelease: '221',
  agentIds: 'item1,item2',
  batchSize: 10,
  failureThreshold: 0.1,
  concurrency: 5,
  createdBy: 'admin',
  observeDuration: '10s',
};

/**
 * @param {object} shown
 * @param {string} shown.url the api's address
 * @param {string | null} shown.token
 * @param {number} shown.demoAgents
 * @param {readonly number[]} shown.metricsPorts the api's, then the workers'
 * @returns {string}
 */
export function banner({ url, token, demoAgents, metricsPorts }) {
  const auth = token ?? '<a token of yours>';
  return `
  Gradus runs.

  Console     ${url}  (asks for the token)
  API         ${url}/api/v1/lifecycle
  OpenAPI     ${url}/openapi.json, to look at: ${url}/docs
  Bull Board  ${url}/queues  (asks for the token)
  Metrics     ${metricsPorts.map((port) => `http://127.0.0.1:${port}/metrics`).join(', ')}  (the api's, then each worker's)
  Token       ${token ?? 'one of GRADUS_API_KEYS; set GRADUS_DEMO_TOKEN to it to have the demo fleet too'}
  Fleet       ${demoAgents === 0 ? 'none' : `${demoAgents} simulated agents`}

  Upgrade two of them:

curl -X POST '${url}/api/v1/lifecycle/upgrade-plans' \\
  -H 'Authorization: Bearer ${auth}' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(EXAMPLE)}'

  Ctrl-C stops everything; the plans are kept.
`;
}
