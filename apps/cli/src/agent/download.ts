// One artifact onto the disk: taken up where it broke off, and kept only as what it is said to be.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Artifact } from '@gradus/domain';

export interface Source {
  /** Where the api is: addresses are relative to it, and the token is for it alone. */
  apiUrl: string;
  token: () => string;
}

/** An artifact that cannot be had, or is not what it is said to be. */
export class ArtifactFault extends Error {
  readonly code = 'artifact-fault';
  constructor(filename: string, what: string) {
    super(`artifact ${filename}: ${what}`);
    this.name = 'ArtifactFault';
  }
}

/** The connection broke, or the server asks to come again later. */
class BrokenOff extends Error {
  readonly code = 'broken-off';
}

/** Tries in a row that bring nothing; together about a minute. */
const MAX_VAIN_TRIES = 10;
const BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 15_000;
const STALL_MS = 60_000;
const OF_THE_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'ENOENT']);
const COMES_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * @param folder that is there; what an earlier try has left of the file is gone on with
 * @returns the file's path
 * @throws ArtifactFault, the signal's reason where that aborts
 */
export async function download(
  artifact: Artifact,
  folder: string,
  source: Source,
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, artifact.filename);
  if ((await sizeOf(path)) > 0 && (await sha256Of(path, signal)) === artifact.sha256.toLowerCase())
    return path;
  const part = `${path}.part`;
  let wasResumed = (await sizeOf(part)) > 0;
  for (let isSecond = false; ; isSecond = true) {
    wasResumed = (await fetchAll(artifact, part, source, signal)) || wasResumed;
    const sha256 = await sha256Of(part, signal);
    if (sha256 === artifact.sha256.toLowerCase()) {
      await rename(part, path);
      return path;
    }
    await rm(part, { force: true });
    // Pieces of two files that stood at the address one after the other; the second time it is one.
    if (!wasResumed || isSecond) {
      throw new ArtifactFault(artifact.filename, `its sha256 is ${sha256}, not ${artifact.sha256}`);
    }
    wasResumed = false;
  }
}

/** @returns whether it came in more than one piece */
async function fetchAll(
  artifact: Artifact,
  part: string,
  source: Source,
  signal: AbortSignal,
): Promise<boolean> {
  let before = await sizeOf(part);
  for (let pieces = 1, vain = 0; before < artifact.size; pieces += 1) {
    try {
      await fetchPiece(artifact, part, before, source, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BrokenOff)) throw error;
      const now = await sizeOf(part);
      vain = now > before ? 0 : vain + 1;
      if (vain === MAX_VAIN_TRIES) throw new ArtifactFault(artifact.filename, error.message);
      const backoffMs = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** vain) * (0.5 + Math.random());
      await sleep(backoffMs, undefined, { signal });
    }
    const after = await sizeOf(part);
    if (after === artifact.size) return pieces > 1;
    before = after;
  }
  return false;
}

/** @throws BrokenOff, ArtifactFault */
async function fetchPiece(
  artifact: Artifact,
  part: string,
  start: number,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const address = new URL(artifact.url, source.apiUrl);
  if (!/^https?:$/.test(address.protocol)) {
    throw new ArtifactFault(artifact.filename, `it lies at ${address.protocol}, which is not HTTP`);
  }
  const isOurs = address.origin === new URL(source.apiUrl).origin;
  const cut = new AbortController();
  const end = () => cut.abort(signal.reason);
  const stalled = new BrokenOff(`nothing came from ${address.host} for ${STALL_MS / 1000} s`);
  const timer = setTimeout(() => cut.abort(stalled), STALL_MS);
  signal.addEventListener('abort', end);
  try {
    const response = await fetch(address, {
      headers: {
        'accept-encoding': 'identity',
        ...(start > 0 ? { range: `bytes=${start}-` } : {}),
        ...(isOurs ? { authorization: `Bearer ${source.token()}` } : {}),
      },
      signal: cut.signal,
    });
    // Most likely it is the api under another name.
    if (response.status === 401 && !isOurs) {
      const why = `${address.host} wants a token, and the agent's is for ${new URL(source.apiUrl).host} alone`;
      throw new ArtifactFault(artifact.filename, why);
    }
    const from = startOf(artifact, response, start, address);
    await write(artifact, response, part, from, () => timer.refresh());
  } catch (error) {
    if (error instanceof ArtifactFault || error instanceof BrokenOff) throw error;
    if (isOfTheDisk(error)) throw new ArtifactFault(artifact.filename, error.message);
    throw new BrokenOff(`the connection to ${address.host} broke: ${rootOf(error).message}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    // Of an answer that was not read to its end, so that its connection is not held.
    cut.abort();
  }
}

/** @returns at which byte the answer begins @throws BrokenOff, ArtifactFault */
function startOf(
  { filename }: Artifact,
  { status, headers }: Response,
  start: number,
  { host }: URL,
): number {
  if (status >= 500 || COMES_AGAIN.has(status)) throw new BrokenOff(`${host} answered ${status}`);
  if (status === 200) return 0;
  if (status !== 206) throw new ArtifactFault(filename, `${host} answered ${status}`);
  if (headers.get('content-range')?.startsWith(`bytes ${start}-`)) return start;
  throw new ArtifactFault(filename, `${host} answered another range`);
}

/** Each chunk is on its way to the disk before the next one is asked for: what came before a break is kept. */
async function write(
  { filename, size }: Artifact,
  { body }: Response,
  part: string,
  start: number,
  onProgress: () => void,
): Promise<void> {
  const file = await open(part, start > 0 ? 'a' : 'w');
  try {
    let length = start;
    for await (const chunk of body ?? []) {
      onProgress();
      length += chunk.length;
      // A server that sends without an end must not fill the disk.
      if (length > size) throw new ArtifactFault(filename, `it is longer than ${size} bytes`);
      await file.writeFile(chunk);
    }
    if (length < size) throw new BrokenOff(`it ended after ${length} of ${size} bytes`);
  } finally {
    await file.close();
  }
}

function isOfTheDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && OF_THE_DISK.has(String(error.code));
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

function rootOf(error: unknown): Error {
  if (!(error instanceof Error)) return new BrokenOff(String(error));
  return error.cause instanceof Error && error.cause.message !== '' ? rootOf(error.cause) : error;
}
