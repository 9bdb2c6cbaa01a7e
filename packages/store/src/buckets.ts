// The inventory's agents by the bucket that they lie in.
import { chunks } from './chunks.js';
import type { Keys } from './keys.js';

const AGENTS_A_COMMAND = 250;

export interface BucketPart<Member> {
  bucket: number;
  part: Member[];
}

/** The members by their bucket, in parts that one command takes. */
export function byBucket<Member extends { agentId: string }>(
  keys: Keys,
  members: readonly Member[],
): BucketPart<Member>[] {
  const buckets = new Map<number, Member[]>();
  for (const member of members) {
    const bucket = keys.bucketOf(member.agentId);
    const others = buckets.get(bucket);
    if (others === undefined) buckets.set(bucket, [member]);
    else others.push(member);
  }
  return [...buckets].flatMap(([bucket, all]) =>
    chunks(all, AGENTS_A_COMMAND).map((part) => ({ bucket, part })),
  );
}
