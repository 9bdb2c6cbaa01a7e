// What a request carries with it through the middleware, and what the app is given.

import type { ProblemCode } from '@gradus/domain';
import type { Metrics } from '@gradus/metrics';
import type { Queues } from '@gradus/queues';
import type { Store } from '@gradus/store';
import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import type { ApiKey } from './apiKeys.js';
import type { ArtifactFiles } from './artifacts/files.js';
import type { Caller } from './caller.js';
import type { Device } from './ddi/device.js';
import type { DdiSettings } from './ddi/settings.js';
import type { JwtSettings } from './jwtSettings.js';
import type { Admission, LoadLimits } from './limits.js';

/** What a request turned out to be about, for its log line. */
interface About {
  /** Who sent it. */
  subject?: string;
  planId?: string;
  batchIndex?: number;
  agentId?: string;
  lcaUuid?: string;
  /** Of an import: how many agents were taken, and how many were not. */
  imported?: number;
  rejected?: number;
  /** Which release, as its component, version and release. */
  release?: string;
  /** The problem that it ended in, and why where it was not let in. */
  code?: ProblemCode;
  refusal?: string;
}

export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    about: About;
    /** Who asks; set on every route under `/api`. */
    caller: Caller;
    /** Whose token is sent; set on every route of DDI. */
    device: Device;
    /** What the request holds of the limits; set on every route under `/api`, and of DDI. */
    admission: Admission;
    /** Whether the request waited for something to come. */
    hasWaited?: boolean;
  };
}

export type ApiApp = OpenAPIHono<ApiEnv>;

export interface ApiDeps {
  store: Store;
  queues: Queues;
  measured: Metrics['api'];
  /** Whether spans are recorded. */
  isTraced: boolean;
  keys: readonly ApiKey[];
  /** null: no JWTs are taken. */
  jwt: JwtSettings | null;
  /** Whether what a proxy says of the browser's own address is believed. */
  trustProxy: boolean;
  /** null: no device that speaks DDI is answered. */
  ddi: DdiSettings | null;
  /** Where clients and devices reach the api; null: where each of them asked. */
  publicUrl: string | null;
  /** null: nothing can be uploaded. */
  artifactFiles: ArtifactFiles | null;
  /** Bytes that an uploaded artifact may have. */
  artifactLimitBytes: number;
  maxAgentsPerPlan: number;
  bodyLimitBytes: number;
  limits: LoadLimits;
  /** Requests a second; 0: any number. */
  rates: { perToken: number; perLca: number };
  logger: Logger;
  /** Aborts when the process is about to end: it is not ready for more, and says so. */
  leaving: AbortSignal;
  /** Aborts when the process is to end: open long polls are answered at once. */
  shutdown: AbortSignal;
}
