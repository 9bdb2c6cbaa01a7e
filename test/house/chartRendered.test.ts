// The Helm chart as Helm renders it, where there is one: by its defaults, and with everything switched on.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART_FOLDER, EVERYTHING } from './chart.js';

const KUBERNETES = '1.33.0';

interface Container {
  image: string;
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  securityContext: object;
}

/** An object of Kubernetes, as far as the tests look into it. */
interface Rendered {
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    replicas?: number;
    triggers?: { type: string; metadata: Record<string, string> }[];
    scaleTargetRef?: { name: string };
    template?: {
      metadata: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: object;
        automountServiceAccountToken: boolean;
        containers: Container[];
      };
    };
    selector?: Record<string, unknown> & { matchLabels?: Record<string, string> };
    podSelector?: { matchLabels: Record<string, string> };
  };
}

function hasHelm(): boolean {
  try {
    execFileSync('helm', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('SKIPPED: there is no helm on the PATH, so the chart is not rendered');
    return false;
  }
}

function helm(...args: string[]): string {
  return execFileSync('helm', args, {
    cwd: CHART_FOLDER,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function render(...args: string[]): Rendered[] {
  const text = helm('template', 'gradus', '.', '--kube-version', KUBERNETES, ...args);
  return parseAllDocuments(text).map((document) => document.toJS());
}

const kindsOf = (objects: readonly Rendered[]) =>
  objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`).toSorted();

const CASES = [
  { how: 'by its defaults', args: [] },
  { how: 'with everything on', args: ['-f', EVERYTHING] },
];

describe.skipIf(!hasHelm())('the chart, rendered', () => {
  it.each(CASES)('is without fault $how', ({ args }) => {
    expect(helm('lint', '--strict', '.', ...args)).toContain('0 chart(s) failed');
  });

  it('makes by default what two Deployments need, and nothing that the cluster may not have', () => {
    expect(kindsOf(render())).toEqual([
      'Deployment gradus-api',
      'Deployment gradus-worker',
      'NetworkPolicy gradus-api',
      'NetworkPolicy gradus-worker',
      'PodDisruptionBudget gradus-api',
      'PodDisruptionBudget gradus-worker',
      'Service gradus-api',
    ]);
  });

  it('makes besides what is switched on, and leaves the number of pods to it', () => {
    const objects = render(...['-f', EVERYTHING]);
    expect(kindsOf(objects)).toEqual(
      expect.arrayContaining([
        'HorizontalPodAutoscaler gradus-api',
        'Ingress gradus-api',
        'ScaledObject gradus-worker',
      ]),
    );
    const deployments = objects.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ spec }) => spec.replicas)).toEqual([undefined, undefined]);
    const scaled = objects.find(({ kind }) => kind === 'ScaledObject');
    expect(scaled?.spec.scaleTargetRef).toEqual({ name: 'gradus-worker' });
    expect(scaled?.spec.triggers?.map(({ type, metadata }) => `${type} ${metadata['listName']}`)).toEqual([
      'redis-sentinel {gradus}:plans:wait',
      'redis-sentinel {gradus}:batches:wait',
      'redis-sentinel {gradus}:reports:wait',
      'redis-sentinel {gradus}:webhooks:wait',
      'redis-sentinel {gradus}:pushes:wait',
    ]);
  });

  it.each(CASES)('confines every pod $how', ({ args }) => {
    const pods = render(...args).flatMap(({ spec }) =>
      spec.template === undefined ? [] : [spec.template.spec],
    );
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      });
    }
  });

  it('selects by labels that its own pods have, and api and worker apart', () => {
    const objects = render(...['-f', EVERYTHING]);
    const podsOf = (wanted: Record<string, unknown>) =>
      objects
        .filter(({ spec }) => spec.template !== undefined)
        .filter(({ spec }) =>
          Object.entries(wanted).every(([key, value]) => spec.template?.metadata.labels[key] === value),
        )
        .map(({ metadata }) => metadata.name);
    const selectors = objects.flatMap(({ metadata: { name }, spec: { selector, podSelector } }) => {
      const labels = podSelector?.matchLabels ?? selector?.matchLabels ?? selector;
      return labels === undefined ? [] : [{ name, labels }];
    });
    expect(selectors).toHaveLength(7);
    for (const { name, labels } of selectors) expect(podsOf(labels)).toEqual([name]);
  });

  it('has the secrets from one Secret alone, and numbers as they were written', () => {
    const objects = render(...['-f', EVERYTHING]);
    const env = objects.flatMap(({ spec }) => spec.template?.spec.containers[0]?.env ?? []);
    const secrets = env.flatMap(({ name, valueFrom }) =>
      valueFrom === undefined ? [] : [`${name} ${valueFrom.secretKeyRef.name} ${valueFrom.secretKeyRef.key}`],
    );
    expect(new Set(secrets)).toEqual(
      new Set(['REDIS_URL gradus REDIS_URL', 'GRADUS_API_KEYS gradus GRADUS_API_KEYS']),
    );
    expect(env).toContainEqual({ name: 'GRADUS_RATE_PER_TOKEN', value: '1000000' });
  });

  it('gives pods as long to end as their settings take', () => {
    const objects = render('--set', 'api.drainSeconds=40,api.drainNoticeSeconds=20,worker.drainSeconds=50');
    const grace = objects.flatMap(({ spec }) => spec.template?.spec.terminationGracePeriodSeconds ?? []);
    expect(grace.toSorted()).toEqual([55, 65]);
  });
});
