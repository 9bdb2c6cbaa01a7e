// The inventory: agents put, read, listed, deleted and imported.
import { type Client, createClient } from '@gradus/client';
import type { Agent } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { type Ask, type Asking, BASE, createAsk } from '../support/http.js';
import { expectProblem } from '../support/problems.js';

const AGENTS = `${BASE}/agents`;
const NDJSON = { 'content-type': 'application/x-ndjson' };
const HEX = /^[0-9a-f]{32}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus({ workers: 0 });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

const put = (agentId: string, json: unknown) => ask('PUT', `${AGENTS}/${agentId}`, { json });

describe('PutAgent', () => {
  it('answers 201 and the agent with derived UUIDs, then 200 with the same ones', async () => {
    const json = { components: [{ componentName: 'zmetis', ...ON_FROM }, { componentName: 'hermes' }] };
    const created = await put('derived', json);
    expect(created.status, created.text).toBe(201);
    const agent = created.json as Agent;
    expect(agent).toEqual({
      agentId: 'derived',
      nodeUuid: expect.stringMatching(HEX),
      lcaUuid: expect.stringMatching(HEX),
      components: [
        {
          componentUuid: expect.stringMatching(HEX),
          componentInstanceUuid: expect.stringMatching(HEX),
          componentName: 'zmetis',
          ...ON_FROM,
        },
        {
          componentUuid: expect.stringMatching(HEX),
          componentInstanceUuid: expect.stringMatching(HEX),
          componentName: 'hermes',
          runtimeStatus: null,
          actualVersion: null,
          actualRelease: null,
        },
      ],
      attributes: {},
      registeredAt: expect.stringMatching(INSTANT),
      lastSeenAt: null,
    });
    const uuids = agent.components.flatMap((one) => [one.componentUuid, one.componentInstanceUuid]);
    expect(new Set([agent.nodeUuid, agent.lcaUuid, ...uuids]).size).toBe(6);

    const again = await put('derived', json);
    expect(again).toMatchObject({ status: 200, json: agent });
    await client.deleteAgent('derived');
    const anew = await put('derived', json);
    expect(anew.status).toBe(201);
    expect(anew.json).toEqual({ ...agent, registeredAt: expect.stringMatching(INSTANT) });
    expect(await client.getAgent('derived')).toEqual(anew.json);
  });

  it('derives from the agent and the component’s name: the component is one, its instances are not', async () => {
    const json = { components: [{ componentName: 'shared' }] };
    const [one, other] = [
      (await put('twin-1', json)).json as Agent,
      (await put('twin-2', json)).json as Agent,
    ];
    expect(one.nodeUuid).not.toBe(other.nodeUuid);
    expect(one.lcaUuid).not.toBe(other.lcaUuid);
    const [mine, its] = [one.components[0], other.components[0]];
    expect(mine?.componentInstanceUuid).not.toBe(its?.componentInstanceUuid);
  });

  it('keeps UUIDs that are given', async () => {
    const given = {
      nodeUuid: 'node:7',
      lcaUuid: 'LCA_7',
      components: [
        { componentUuid: 'c.1', componentInstanceUuid: 'i-1', componentName: 'zmetis', ...ON_FROM },
        { componentUuid: 'c.1', componentInstanceUuid: 'i-2', componentName: 'zmetis', ...ON_FROM },
      ],
      attributes: { site: 'north', rack: '' },
    };
    expect(await client.putAgent('kept', given)).toMatchObject(given);
    expect(await client.getAgent('kept')).toMatchObject(given);
  });

  it('changes what an agent runs', async () => {
    await registerAgents(client, 'changed', 1);
    const components = [{ componentName: 'zmetis', ...ON_FROM, actualVersion: '1.2.1' }];
    const agent = await client.putAgent('changed-0', { components });
    expect(agent).toMatchObject({ lcaUuid: 'lca-changed', components });
  });
});

describe('DeleteAgent', () => {
  it('answers 204 without a body; the agent is gone', async () => {
    await registerAgents(client, 'gone', 1);
    expect(await ask('DELETE', `${AGENTS}/gone-0`)).toMatchObject({ status: 204, text: '' });
    expectProblem(await ask('GET', `${AGENTS}/gone-0`), 404, 'not-found');
    expectProblem(await ask('DELETE', `${AGENTS}/gone-0`), 404, 'not-found');
    const listed = await ask('GET', `${AGENTS}?lcaUuid=lca-gone`);
    expect(listed.json).toEqual({ items: [], nextCursor: null });
  });
});

describe('ListAgents', () => {
  it('answers every agent once, page by page, by LCA and by version', async () => {
    const old = await registerAgents(client, 'page', 23);
    const lines = old.slice(0, 4).map((agentId) => ({
      agentId,
      lcaUuid: 'lca-page',
      components: [{ componentName: 'zmetis', ...ON_FROM, actualVersion: '1.2.9' }],
    }));
    await client.importAgents(lines);
    const idsOf = async (query: string, limit: number) => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const answer = await ask('GET', `${AGENTS}?${query}limit=${limit}${at}`);
        const page = answer.json as { items: Agent[]; nextCursor: string | null };
        expect(Object.keys(page)).toEqual(['items', 'nextCursor']);
        if (page.nextCursor !== null) expect(page.items).toHaveLength(limit);
        ids.push(...page.items.map(({ agentId }) => agentId));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return ids;
    };
    for (const limit of [1, 5, 23, 1_000]) {
      expect((await idsOf('lcaUuid=lca-page&', limit)).toSorted()).toEqual(old.toSorted());
    }
    expect(await idsOf('lcaUuid=lca-page&version=1.2.9&', 3)).toEqual(old.slice(0, 4));
    expect(await idsOf('version=1.2.9&', 3)).toEqual(old.slice(0, 4));
    expect(await idsOf('lcaUuid=lca-nobody&', 3)).toEqual([]);
    const all = await idsOf('', 7);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(old));
  });
});

describe('ImportAgents', () => {
  const importing = (body: NonNullable<Asking['body']>, headers = NDJSON) =>
    ask('POST', `${AGENTS}/import`, { body, headers });
  const line = (agentId: string, more: object = {}) =>
    JSON.stringify({ agentId, components: [{ componentName: 'zmetis', ...ON_FROM }], ...more });

  it('takes the good lines, and says of each bad one where it is and what is wrong', async () => {
    const tooLong = line('long', { attributes: { text: 'x'.repeat(70_000) } });
    const lines = [
      `${line('import-1')}\r`,
      '',
      '  ',
      '{"agentId":"cut',
      line('import-2'),
      line('bad id'),
      JSON.stringify({ agentId: 'import-3', components: [], colour: 'red' }),
      tooLong,
      '[1]',
      line('import-4'),
    ];
    const answer = await importing(lines.join('\n'));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toEqual({
      imported: 3,
      rejected: [
        { line: 4, code: 'invalid-json', message: expect.stringMatching(/JSON/) },
        { line: 6, code: 'validation-failed', message: expect.stringMatching(/agentId.*1 to 128/) },
        {
          line: 7,
          code: 'validation-failed',
          message: expect.stringMatching(/(components.*at least 1.*colour|colour.*components.*at least 1)/),
        },
        { line: 8, code: 'body-too-large', message: expect.stringMatching(/\d+ bytes/) },
        { line: 9, code: 'validation-failed', message: expect.stringMatching(/object/) },
      ],
    });
    for (const agentId of ['import-1', 'import-2', 'import-4']) {
      expect((await client.getAgent(agentId)).components[0]).toMatchObject(ON_FROM);
    }
  });

  it('reads lines however they are cut on the way, in the middle of a character too', async () => {
    const bytes = new TextEncoder().encode(
      `${line('cut-1', { attributes: { city: 'Kraków 🏭' } })}\n${line('cut-2')}\r\n${line('cut-3')}`,
    );
    let from = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (from >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(from, from + 7));
        from += 7;
      },
    });
    expect((await importing(body)).json).toEqual({ imported: 3, rejected: [] });
    expect((await client.getAgent('cut-1')).attributes).toEqual({ city: 'Kraków 🏭' });
    expect((await client.getAgent('cut-3')).components).toHaveLength(1);
  });

  it('rejects a line that is no UTF-8', async () => {
    const body = Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(line('after-noise'))]);
    expect((await importing(body)).json).toMatchObject({
      imported: 1,
      rejected: [{ line: 1, code: 'invalid-json' }],
    });
  });

  it('lets the later of two lines for one agent hold', async () => {
    const second = { components: [{ componentName: 'zmetis', ...ON_FROM, actualVersion: '1.9.0' }] };
    const body = `${line('twice')}\n${line('twice', second)}`;
    expect((await importing(body)).json).toEqual({ imported: 2, rejected: [] });
    expect((await client.getAgent('twice')).components[0]?.actualVersion).toBe('1.9.0');
  });

  it('takes nothing from a body without lines', async () => {
    expect((await importing('')).json).toEqual({ imported: 0, rejected: [] });
    expect((await importing('\n\r\n\n')).json).toEqual({ imported: 0, rejected: [] });
  });

  it('takes more than a JSON body may have', async () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      line(`heavy-${index}`, { attributes: { text: 'x'.repeat(1_000), more: 'y'.repeat(1_000) } }),
    );
    const limited = await startGradus({ workers: 0, env: { GRADUS_BODY_LIMIT: '10000' } });
    try {
      const answer = await createAsk(limited)('POST', `${AGENTS}/import`, {
        body: lines.join('\n'),
        headers: NDJSON,
      });
      expect(answer.json).toEqual({ imported: 300, rejected: [] });
    } finally {
      await limited.stop();
    }
  });

  it('refuses another content type', async () => {
    for (const type of ['application/json', 'text/plain']) {
      const answer = await importing(line('typed'), { 'content-type': type });
      expectProblem(answer, 415, 'unsupported-media-type', {
        detail: expect.stringContaining('application/x-ndjson'),
      });
    }
    const charset = { 'content-type': 'application/x-ndjson; charset=utf-8' };
    expect((await importing(line('typed'), charset)).json).toEqual({ imported: 1, rejected: [] });
  });
});
