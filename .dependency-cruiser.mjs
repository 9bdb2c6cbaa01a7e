// Who may import whom.

/** What apps are built on, beside the domain. */
const LAYERS = '^packages/(client|queues|store)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'domain-imports-only-itself',
      comment: 'The domain has no I/O, no clock and no library: what it needs are arguments.',
      severity: 'error',
      from: { path: '^packages/domain/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/domain/src/' },
    },
    {
      name: 'domain-tests-import-only-the-domain',
      comment: 'Its tests may have vitest and fast-check beside it.',
      severity: 'error',
      from: { path: '^packages/domain/src/.*\\.test\\.ts$' },
      to: { pathNot: '^(packages/domain/src/|node_modules/)' },
    },
    {
      name: 'redis-package-imports-no-other-of-ours',
      comment: 'Connecting to Redis knows nothing of what is kept there.',
      severity: 'error',
      from: { path: '^packages/redis/src/' },
      to: { path: '^(packages|apps)/', pathNot: '^packages/redis/' },
    },
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'client-queues-store-not-each-other',
      comment: 'Each stands for itself on the domain; what needs two of them is an app.',
      severity: 'error',
      from: { path: LAYERS },
      to: { path: LAYERS, pathNot: '^packages/$1/' },
    },
    {
      name: 'metrics-for-apps-alone',
      comment: 'What is counted is handed over by the app; whoever does it knows no Prometheus.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/metrics/' },
      to: { path: '^packages/metrics/' },
    },
    {
      name: 'prom-client-in-metrics',
      comment: 'A metric has its name, its labels and their values in one place.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/metrics/' },
      to: { path: '(^|/)node_modules/prom-client/' },
    },
    {
      name: 'outbound-imports-no-other-of-ours',
      comment: 'It sends what it is given to where it is told, or does not; what that is it does not know.',
      severity: 'error',
      from: { path: '^packages/outbound/src/' },
      to: { path: '^(packages|apps)/', pathNot: '^packages/outbound/' },
    },
    {
      name: 'outbound-for-the-worker-alone',
      comment: 'The api answers; nobody has it call an address.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^(packages/outbound|apps/worker)/' },
      to: { path: '^packages/outbound/' },
    },
    {
      name: 'requests-to-others-in-outbound',
      comment: 'What is called in the name of somebody else is judged in one place.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/outbound/' },
      to: { path: '(^|/)node_modules/(undici|standardwebhooks|ipaddr\\.js)/' },
    },
    {
      name: 'traces-import-no-other-of-ours',
      comment: 'What a span is about, it is told.',
      severity: 'error',
      from: { path: '^packages/traces/src/' },
      to: { path: '^(packages|apps)/', pathNot: '^packages/traces/' },
    },
    {
      name: 'traces-for-apps-alone',
      comment: 'Store and queues take what they are to pass on as an argument.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/traces/' },
      to: { path: '^packages/traces/' },
    },
    {
      name: 'opentelemetry-in-traces',
      comment: 'Of its SDK nothing is loaded unless something is to be traced.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/traces/' },
      to: { path: '(^|/)node_modules/(@opentelemetry|bullmq-otel)/' },
    },
    {
      name: 'client-knows-no-redis',
      comment: 'It runs where only HTTP reaches, in browsers too.',
      severity: 'error',
      from: { path: '^packages/client/src/' },
      to: { path: '^packages/redis/' },
    },
    {
      name: 'apps-never-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-know-no-redis',
      comment: 'What an app wants of Redis it asks of the store or the queues.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^(packages/redis/|node_modules/ioredis/)' },
    },
    {
      name: 'cli-knows-the-api-alone',
      comment: 'What it does it does over HTTP, as any other client.',
      severity: 'error',
      from: { path: '^apps/cli/' },
      to: { path: '^packages/', pathNot: '^packages/(client|domain)/' },
    },
    {
      name: 'ioredis-in-three-packages',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/(redis|store|queues)/' },
      to: { path: '(^|/)node_modules/ioredis/' },
    },
    {
      name: 'bullmq-in-queues-and-worker',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^(packages/queues|apps/worker)/' },
      to: { path: '(^|/)node_modules/bullmq/' },
    },
    {
      name: 'products-import-no-tests',
      severity: 'error',
      from: { path: '^(packages|apps|scripts)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports and that imports nothing is forgotten.',
      severity: 'error',
      from: { orphan: true, path: '^(packages|apps)/[^/]+/src/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no API for tools; without a parser of its own nothing would be seen of the sources.
    parser: 'swc',
    tsPreCompilationDeps: true,
    detectJSDocImports: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.json'],
    },
  },
};
