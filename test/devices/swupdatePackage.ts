// Packages for SWUpdate: signed, and good or bad in the way that a test wants.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `cpio` fills its archives up to a multiple of it; SWUpdate waits a second for what lacks. */
const BLOCK_BYTES = 512;

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'ignore'] });
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface SigningKey {
  certificate: string;
  key: string;
}

/** @param folder where the key and its certificate are made */
export function makeSigningKey(folder: string): SigningKey {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const extensions = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=emailProtection'];
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=test'],
    ...extensions.flatMap((extension) => ['-addext', extension]),
    ...['-keyout', key, '-out', certificate],
  );
  return { certificate, key };
}

/** One member of a cpio archive of the kind that has checksums. */
function member(name: string, bytes: Buffer, inode: number): Buffer {
  const checksum = bytes.reduce((sum, byte) => (sum + byte) % 2 ** 32, 0);
  const mode = name === 'TRAILER!!!' ? 0 : 0o100644;
  const numbers = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, checksum];
  const header = `070702${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`;
  const padded = (length: number) => Math.ceil(length / 4) * 4;
  const [head, data] = [Buffer.alloc(padded(header.length)), Buffer.alloc(padded(bytes.length))];
  head.write(header, 'latin1');
  bytes.copy(data);
  return Buffer.concat([head, data]);
}

/** What is wrong with a package; null: it is good. */
export type Flaw = 'bad-hash' | 'failing-script' | null;

export interface Package {
  bytes: Buffer;
  /** What is in the target's file once it is installed. */
  payload: Buffer;
}

/**
 * @param target the file that it writes; in it, `DEVICE` is as each device has it
 * @param payloadBytes how long that file is to be, about
 */
export function makePackage(
  { certificate, key }: SigningKey,
  {
    version,
    target,
    flaw,
    payloadBytes,
  }: { version: string; target: string; flaw: Flaw; payloadBytes: number },
): Package {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-swu-'));
  try {
    const payload = Buffer.from(`${version}\n${randomBytes(payloadBytes / 2).toString('hex')}\n`);
    const sha256 = sha256Of(flaw === 'bad-hash' ? Buffer.from('something else') : payload);
    const script = Buffer.from('#!/bin/sh\necho "the script says \\"no\\"" >&2\nexit 1\n');
    const scripts =
      flaw === 'failing-script'
        ? `scripts: ( { filename = "fail.sh"; type = "shellscript"; sha256 = "${sha256Of(script)}"; } );`
        : '';
    const description = `software = {
  version = "${version}";
  hardware-compatibility: [ "1.0" ];
  files: ( { filename = "payload.bin"; path = "${target}"; sha256 = "${sha256}";
    properties = { create-destination = "true"; atomic-install = "true"; }; } );
  ${scripts}
}
`;
    const [plain, signed] = [join(folder, 'sw-description'), join(folder, 'sw-description.sig')];
    writeFileSync(plain, description);
    openssl(
      ...['cms', '-sign', '-in', plain, '-out', signed, '-signer', certificate, '-inkey', key],
      ...['-outform', 'DER', '-nosmimecap', '-binary'],
    );
    const files: [name: string, bytes: Buffer][] = [
      ['sw-description', Buffer.from(description)],
      ['sw-description.sig', readFileSync(signed)],
      ...(flaw === 'failing-script' ? [['fail.sh', script] as [string, Buffer]] : []),
      ['payload.bin', payload],
      ['TRAILER!!!', Buffer.alloc(0)],
    ];
    const archive = Buffer.concat(files.map(([name, bytes], index) => member(name, bytes, index)));
    const filled = Math.ceil(archive.length / BLOCK_BYTES) * BLOCK_BYTES;
    return { bytes: Buffer.concat([archive], filled), payload };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
