// A release: what a component's instances are to run by a version and a release, with what it is made of.

/** Which release: a component, and what its instances are to run. */
export interface ReleaseId {
  componentName: string;
  version: string;
  release: string;
}

/** A file that a release is made of. */
export interface Artifact {
  filename: string;
  /** Bytes. */
  size: number;
  /** In lower-case hexadecimal digits, as the other hashes. */
  sha256: string;
  sha1: string | null;
  md5: string | null;
  /** Where it can be had. */
  url: string;
  /** Of the file, for whoever installs it: Gradus does not look into it. */
  signature: string | null;
  /** Which key the signature is to be checked with. */
  publicKeyId: string | null;
}

/** @returns where an LCA has a file from that its task's target is made of, below the address of the api */
export function taskArtifactPath(lcaUuid: string, lifecycleTaskUuid: string, filename: string): string {
  return `/api/v1/lifecycle/lcas/${lcaUuid}/tasks/${lifecycleTaskUuid}/artifacts/${filename}`;
}

export interface Release extends ReleaseId {
  artifacts: Artifact[];
  createdAt: string;
  /** Whether a plan has it for its target, or had: it changes no more. */
  used: boolean;
}
