// The inventory by the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { type Ended, jsonLines, reach, runCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';

vi.setConfig({ testTimeout: 120_000 });

let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  gradus = await startGradus({ workers: 0 });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

function cli(args: string[], stdin?: string): Promise<Ended> {
  return runCli(args, reach(gradus), stdin);
}

function line(agentId: string, version = '1.2.0'): string {
  const component = { componentName: 'zmetis', actualVersion: version, actualRelease: '215' };
  return JSON.stringify({ agentId, lcaUuid: `lca-${agentId}`, components: [component] });
}

test('import takes lines from a file or the standard input; those refused are named by their line, and are 6', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-cli-'));
  try {
    const file = join(folder, 'agents.ndjson');
    writeFileSync(file, `${line('filed-1')}\n\n${line('filed-2')}\n`);
    const good = await cli(['agents', 'import', file]);
    expect(good).toEqual({ code: 0, stderr: '', stdout: '2 agents imported, 0 lines refused\n' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const mixed = `${line('piped-1')}\n\nnot json\n{"agentId":"piped-2"}\n${line('piped-3')}\n`;
  const [text, json] = [
    await cli(['agents', 'import'], mixed),
    await cli(['agents', 'import', '-', '--json'], mixed),
  ];
  expect(text).toMatchObject({ code: 6, stderr: '' });
  expect(text.stdout).toMatch(
    /^2 agents imported, 2 lines refused\n {2}line 3: the line is not JSON \(invalid-json\)\n {2}line 4: components: .*\(validation-failed\)\n$/,
  );
  expect(json.code).toBe(6);
  expect(jsonLines(json.stdout)).toEqual([
    { imported: 2, rejected: [expect.objectContaining({ line: 3 }), expect.objectContaining({ line: 4 })] },
  ]);
  expect(await client.getAgent('piped-3')).toMatchObject({ lcaUuid: 'lca-piped-3' });
  expect((await cli(['agents', 'import', '/nowhere.ndjson'])).code).toBe(2);
});

test('put registers an agent, get shows it, delete takes it out', async () => {
  const agent = { lcaUuid: 'lca-hall-2', components: [{ componentName: 'zmetis', actualVersion: '1.2.0' }] };
  const put = await cli(
    ['agents', 'put', 'press-7', '--json'],
    JSON.stringify({ ...agent, attributes: { site: 'north' } }),
  );
  expect(jsonLines(put.stdout)).toEqual([await client.getAgent('press-7')]);
  const shown = await cli(['agents', 'get', 'press-7']);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^id +press-7\n/);
  expect(shown.stdout).toMatch(/^lca +lca-hall-2$/m);
  expect(shown.stdout).toMatch(/^attribute site +north$/m);
  expect(shown.stdout).toMatch(/^zmetis +[0-9a-f]{32} +1\.2\.0$/m);
  const bad = await cli(['agents', 'put', 'press-8'], '{"components":[]}');
  expect(bad).toMatchObject({ code: 6, stderr: expect.stringMatching(/^ {2}components: /m) });
  expect(await cli(['agents', 'delete', 'press-7'])).toEqual({
    code: 0,
    stderr: '',
    stdout: 'press-7  deleted\n',
  });
  expect((await cli(['agents', 'get', 'press-7'])).code).toBe(8);
});

test('list filters by LCA and version', async () => {
  await registerAgents(client, 'old', 2, { actualVersion: '1.1.0' });
  await registerAgents(client, 'new', 1);
  const old = await cli(['agents', 'list', '--version', '1.1.0']);
  expect(old.stdout).toMatch(
    /^agent +lca +runs +last seen\nold-0 +lca-old +zmetis 1\.1\.0 +\S+\nold-1 .*\n$/,
  );
  const owned = await cli(['agents', 'list', '--lca-uuid', 'lca-new', '--all', '--json']);
  expect(jsonLines(owned.stdout)).toEqual([await client.getAgent('new-0')]);
});
