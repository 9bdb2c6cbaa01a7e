// What the OpenAPI document says of the API as a whole: what no single operation shows.

const DESCRIPTION = `
Graduated over-the-air upgrades for fleets of agents. A plan cuts agents into batches and upgrades one batch after
the other, a few agents at a time; it pauses by itself where more agents of a batch fail than it lets fail. The agents
are reached through their LCAs (lifecycle agents), which ask for work and report by the operation CheckIn; one that cannot ask is pushed its work.

**Tokens.** Send \`Authorization: Bearer TOKEN\`. Each operation names the one scope that it takes; no scope holds
another. A token may be bound to one LCA: it then reads, changes and checks in that LCA's agents alone.

**Bodies.** JSON in UTF-8, but for ImportAgents, which takes a JSON object a line. Fields and query parameters that
are not known are refused (\`validation-failed\`), but for those of a check-in, which are passed over. In an answer a
field without a value is \`null\`, never absent; a later version may add fields, so pass over what you do not know.
Instants are ISO 8601 in UTC; durations are \`90s\`, \`10m\`, \`1h30m\`, \`2d\`, or ISO 8601 such as \`PT10M\`.

**Problems.** Whatever fails is answered as \`application/problem+json\` (RFC 9457). Decide by its \`code\`, which is
stable; \`title\` and \`detail\` are for people. What nothing is found for, another path or method, is answered 404
\`not-found\` too.

**Trying again.** \`rate-limited\`, \`unavailable\`, \`newer-version\` and \`idempotency-in-progress\` pass: wait for
\`Retry-After\` and a random while, then repeat. GETs, check-ins, and whatever makes a plan and has an
\`Idempotency-Key\` may be repeated at any time, also where no answer came. A write that is answered \`unavailable\`
may have happened; it has happened wholly or not at all.

**Commands.** With \`If-Match\` a command is carried out only where the plan is at the \`revision\` that you have
seen. A command that finds its aim reached already (a pause of a paused plan) answers 200 and changes nothing.

**Lists.** Page by page: repeat the request with \`nextCursor\` as the \`cursor\`, filters included, until it is null.
No item comes twice.

**Request ids.** Every answer has \`X-Request-Id\`, by which the log knows the request; send your own to be found by it.
`.trim();

export const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Gradus',
    version: '1.0',
    description: DESCRIPTION,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'Plans', description: 'Upgrade plans: made, watched and steered by operators' },
    { name: 'Inventory', description: 'The agents that plans upgrade' },
    { name: 'Releases', description: 'What there is to be installed' },
    { name: 'LCAs', description: 'The lifecycle agents that carry the upgrades out' },
    { name: 'Sessions', description: 'Browsers, signed in by a token' },
    { name: 'Health', description: 'Probes, and metrics' },
  ],
};
