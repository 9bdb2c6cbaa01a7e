// Examples of releases and their artifacts.
import type { Artifact, Release } from '@gradus/domain';
import type { Examples } from '../schemas/content.js';

export const EXAMPLE_ARTIFACT: Artifact = {
  filename: 'zmetis-1.3.0.tar',
  size: 10_485_760,
  sha256: '6b3f0e0b6a1a1f4e6f1c5b0a3e1d7c9f8e2b4a6d0c1f3e5a7b9d8c6e4f2a0b1c',
  sha1: '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
  md5: '9e107d9d372bb6826bd81d3542a419d6',
  url: 'https://gradus.example/api/v1/lifecycle/releases/zmetis/1.3.0/221/artifacts/zmetis-1.3.0.tar',
  signature: null,
  publicKeyId: null,
};

export const EXAMPLE_RELEASE: Release = {
  componentName: 'zmetis',
  version: '1.3.0',
  release: '221',
  artifacts: [EXAMPLE_ARTIFACT],
  createdAt: '2026-01-15T07:30:00.000Z',
  used: true,
};

export const RELEASES: Examples<Release> = {
  release: { summary: 'With its one artifact, which was uploaded', value: EXAMPLE_RELEASE },
};

export const RELEASE_INPUTS = {
  elsewhere: {
    summary: 'Its artifact lies elsewhere',
    value: {
      artifacts: [
        {
          filename: 'zmetis-1.3.0.tar',
          size: EXAMPLE_ARTIFACT.size,
          sha256: EXAMPLE_ARTIFACT.sha256,
          sha1: EXAMPLE_ARTIFACT.sha1 ?? undefined,
          url: 'https://artifacts.example/zmetis-1.3.0.tar',
          signature: 'MEUCIQDf1cPzXq0=',
          publicKeyId: 'build-2026',
        },
      ],
    },
  },
  bare: { summary: 'It is there, and what it is made of is known elsewhere', value: { artifacts: [] } },
};
