// Requests to addresses that others have named: nowhere inside, within limits, and following nobody.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNetworks, reachOf } from '../../packages/outbound/src/addresses.js';
import { openOutbound } from '../../packages/outbound/src/openOutbound.js';

const INSIDE: [what: string, ...addresses: string[]][] = [
  ['loopback', '127.0.0.1', '127.8.8.8', '::1'],
  ['unspecified', '0.0.0.0', '0.1.2.3', '::'],
  ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ['link-local, with the metadata of clouds', '169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
  ['unique local', 'fc00::1', 'fd00:ec2::254'],
  ['shared by carriers', '100.64.0.1', '100.127.255.255'],
  ['multicast and broadcast', '224.0.0.1', '239.255.255.255', 'ff02::1', '255.255.255.255'],
  ['kept for examples, benchmarks and later', '192.0.2.1', '198.18.0.1', '240.0.0.1', '2001:db8::1'],
  ['IPv4 in IPv6', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe'],
  ['IPv4 behind a translator or a tunnel', '64:ff9b::7f00:1', '64:ff9b::a00:1', '2002:7f00:1::', '2001::1'],
  ['IPv4 in IPv6, as it was before', '::127.0.0.1', '::a00:1'],
  ['site-local', 'fec0::1'],
  ['no address', 'localhost', '', '1.2.3'],
];

describe('an address', () => {
  it.each(INSIDE)('that is %s is reached by nobody', (_, ...addresses) => {
    expect(addresses.filter((address) => reachOf(address, []) !== 'refused')).toEqual([]);
  });

  it('that is public is reached by anybody', () => {
    const addresses = ['93.184.215.14', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'];
    expect(addresses.map((address) => reachOf(address, []))).toEqual(addresses.map(() => 'public'));
  });

  it('in a network that was named is reached, and none beside it', () => {
    const networks = parseNetworks('10.1.0.0/16, fd00:12::/32,127.0.0.1');
    const named = ['10.1.255.1', '::ffff:10.1.0.1', 'fd00:12:3::1', '127.0.0.1'];
    expect(named.map((address) => reachOf(address, networks))).toEqual(named.map(() => 'named'));
    const others = ['10.2.0.1', 'fd00:13::1', '127.0.0.2', '::1'];
    expect(others.map((address) => reachOf(address, networks))).toEqual(others.map(() => 'refused'));
  });

  it.each([
    '10',
    '10.1/16',
    '0x7f.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'hooks.example',
    'fd00::/x',
  ])('%s is no network', (text) => {
    expect(() => parseNetworks(text)).toThrow('is not a network');
  });
});

describe('a request', () => {
  let server: Server;
  let port: number;
  const asked: string[] = [];
  const outside = openOutbound([]);
  const local = openOutbound(parseNetworks('127.0.0.1,::1'));
  const given = { headers: { 'content-type': 'application/json' }, body: '{}', withinMs: 2_000 };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { url = '' } = request;
      asked.push(url);
      request.resume();
      if (url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end();
      else if (url === '/endless') {
        response.writeHead(200);
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      } else if (url !== '/silent') response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    await Promise.all([outside.close(), local.close()]);
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  it.each(['127.0.0.1', 'localhost', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '127.0.0.1.'])(
    'to %s is made to nowhere',
    async (host) => {
      const before = asked.length;
      for (const scheme of ['http', 'https']) {
        const posted = outside.post(`${scheme}://${host}:${port}/inside`, given);
        await expect(posted).rejects.toMatchObject({ code: 'not-delivered' });
        await expect(posted).rejects.toThrow('leads to no address that may be reached');
      }
      expect(asked.length).toBe(before);
    },
  );

  it('to a network that was named is made, by address and by name', async () => {
    expect(await local.post(`http://127.0.0.1:${port}/named`, given)).toBe(204);
    expect(await local.post(`http://localhost:${port}/named`, given)).toBe(204);
  });

  it('without TLS is made to named networks alone, however public the address is', async () => {
    for (const outbound of [outside, local]) {
      const posted = outbound.post('http://192.88.98.1/', { ...given, withinMs: 200 });
      await expect(posted).rejects.toThrow('leads to no address that may be reached');
    }
  });

  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd'])('to %s is none', async (url) => {
    await expect(local.post(url, given)).rejects.toThrow('leads to no address');
  });

  it('follows nobody', async () => {
    expect(await local.post(`http://127.0.0.1:${port}/redirect`, given)).toBe(302);
    expect(asked).not.toContain('/elsewhere');
  });

  it('reads no answer to its end that has none', async () => {
    expect(await local.post(`http://127.0.0.1:${port}/endless`, given)).toBe(200);
  });

  it('gives up where nobody answers', async () => {
    const posted = local.post(`http://127.0.0.1:${port}/silent`, { ...given, withinMs: 200 });
    await expect(posted).rejects.toMatchObject({ code: 'not-delivered' });
  });
});
