// A lifecycle task as the agent takes it: with the files that it is made of, where the api names any.
import type { LifecycleTask } from '@gradus/domain';

/** A file of the version and release that a task leads to. */
export interface Artifact {
  filename: string;
  /** Bytes. */
  size: number;
  /** In hexadecimal digits. */
  sha256: string;
  /** Absolute, or relative to the address of the api. */
  url: string;
  /** Of the file's bytes, by Ed25519, in base64. */
  signature?: string | null;
  publicKeyId?: string | null;
}

/** An api that knows no releases names no artifacts. */
export type TaskOrder = LifecycleTask & { artifacts?: readonly Artifact[] };
