// A release and its artifacts: as clients state them and as they are shown.

import type { Artifact, Release } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { integer, shownInstant, text } from './fields.js';

const FILENAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const MAX_ARTIFACTS = 100;

/** It stands in addresses that devices do not encode, and in headers. */
export const filename = z
  .string()
  .regex(FILENAME, 'must be 1 to 128 of the characters A-Z a-z 0-9 . _ + -, a letter or digit first');

function hash(digits: number) {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `must be ${digits} hexadecimal digits`)
    .transform((given) => given.toLowerCase());
}

/** What may be said of a content, in a body or, as text, in a query. */
export const contentHashes = {
  sha256: hash(64).optional(),
  sha1: hash(40).optional(),
  md5: hash(32).optional(),
};

const signing = {
  signature: text(8_192)
    .nullish()
    .openapi({ description: 'Of the file, for whoever installs it: Gradus does not look into it' }),
  publicKeyId: text(200).nullish().openapi({ description: 'Which key the signature is to be checked with' }),
};

const address = z
  .string()
  .max(2_048)
  .refine(
    (given) => URL.canParse(given) && /^https?:$/.test(new URL(given).protocol),
    'must be a URL of http or https',
  );

const artifactInput = z
  .strictObject({
    filename: filename.openapi({ description: 'Its name within the release', example: 'zmetis-1.3.0.tar' }),
    size: integer(1, Number.MAX_SAFE_INTEGER).optional().openapi({ description: 'Bytes' }),
    ...contentHashes,
    url: address.optional().openapi({
      description:
        'Where it lies; left out where it was uploaded. Whoever downloads it asks there, with their own token',
    }),
    ...signing,
  })
  .superRefine(({ url, size, sha256 }, ctx) => {
    if (url === undefined) return;
    const missing = { size, sha256 };
    for (const [field, value] of Object.entries(missing)) {
      if (value !== undefined) continue;
      ctx.addIssue({ code: 'custom', message: 'is required of what lies elsewhere', path: [field] });
    }
  })
  .openapi('ArtifactInput', { description: 'What is stated of an artifact' });

export type ArtifactInput = z.output<typeof artifactInput>;

export const releaseInput = z
  .strictObject({
    artifacts: z
      .array(artifactInput)
      .max(MAX_ARTIFACTS)
      .superRefine((given, ctx) => {
        const seen = new Set<string>();
        given.forEach((one, index) => {
          if (seen.has(one.filename)) {
            ctx.addIssue({ code: 'custom', message: 'is in the list already', path: [index, 'filename'] });
          }
          seen.add(one.filename);
        });
      })
      .openapi({ description: 'All that it has; what was uploaded and is not named here is dropped' }),
  })
  .openapi('ReleaseInput', { description: 'What a release is to be made of' });

export const artifact = z
  .object({
    filename: z.string().openapi({ example: 'zmetis-1.3.0.tar' }),
    size: z.int().openapi({ description: 'Bytes' }),
    sha256: z.string().openapi({ description: 'In lower-case hexadecimal digits, as the other hashes' }),
    sha1: z.string().nullable(),
    md5: z.string().nullable(),
    url: z.string().openapi({ description: 'Where it can be had' }),
    signature: z.string().nullable(),
    publicKeyId: z.string().nullable(),
  })
  .openapi('Artifact', { description: 'A file that a release is made of' }) satisfies z.ZodType<Artifact>;

export const release = z
  .object({
    componentName: z.string().openapi({ example: 'zmetis' }),
    version: z.string().openapi({ example: '1.3.0' }),
    release: z.string().openapi({ example: '221' }),
    artifacts: z.array(artifact),
    createdAt: shownInstant,
    used: z.boolean().openapi({ description: 'A plan has used it: it changes no more' }),
  })
  .openapi('Release', { description: 'What there is to be installed' }) satisfies z.ZodType<Release>;
