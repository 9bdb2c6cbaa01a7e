// Signatures of artifacts: Ed25519 (RFC 8032) over the file's bytes, in base64.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Artifact } from '@gradus/domain';
import { UsageError } from '../failures.js';
import { ArtifactFault } from './download.js';

/** By the id that artifacts name them by. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

const SIGNATURE_BYTES = 64;

/**
 * @param option `ID=PATH`, a key as PEM
 * @throws UsageError
 */
export function readPublicKeys(options: readonly string[]): PublicKeys {
  return new Map(
    options.map((option) => {
      const [, id, path] = /^([^=]+)=(.+)$/s.exec(option) ?? [];
      if (id === undefined || path === undefined) {
        throw new UsageError(`--public-key must be <id>=<path>, not ${option}.`);
      }
      return [id, readKey(path)];
    }),
  );
}

function readKey(path: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(readFileSync(path));
  } catch (error) {
    throw new UsageError(
      `--public-key: ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new UsageError(`--public-key: ${path} is a key of ${key.asymmetricKeyType}; it must be Ed25519.`);
}

/**
 * Ed25519 reads its message twice, so the whole file is in memory meanwhile.
 *
 * @param keys an artifact that names none may be signed by any of them
 * @throws ArtifactFault where none of them has signed it
 */
export async function verifySignature(
  { filename, signature, publicKeyId }: Artifact,
  path: string,
  keys: PublicKeys,
): Promise<void> {
  if (!signature) throw new ArtifactFault(filename, 'it is not signed');
  const asked = publicKeyId ? [keys.get(publicKeyId)] : [...keys.values()];
  const known = asked.filter((key) => key !== undefined);
  if (known.length === 0) throw new ArtifactFault(filename, `the key ${publicKeyId} is not known`);
  const bytes = Buffer.from(signature, 'base64');
  if (bytes.length !== SIGNATURE_BYTES) {
    throw new ArtifactFault(filename, 'its signature is not one of Ed25519 in base64');
  }
  const content = await readFile(path).catch((error: Error) => {
    throw new ArtifactFault(filename, `it cannot be read to verify its signature: ${error.message}`);
  });
  if (!known.some((key) => verify(null, content, key, bytes))) {
    throw new ArtifactFault(filename, 'its signature is wrong');
  }
}
