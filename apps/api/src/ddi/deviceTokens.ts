// The tokens of devices and their gateways, of which only the SHA-256 is held.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { DeviceToken } from './settings.js';

/** As clients write it, to the letter. */
const HEADER = /^(TargetToken|GatewayToken) (\S+)$/;

interface Held {
  token: DeviceToken;
  digest: Buffer;
}

const targetOf = (tenant: string, controllerId: string) => `${tenant} ${controllerId}`;

export class DeviceTokens {
  /** By tenant and controllerId: there are as many as devices. */
  readonly #targets = new Map<string, Held[]>();
  readonly #gateways: Held[] = [];

  constructor(tokens: readonly DeviceToken[]) {
    for (const token of tokens) {
      const held = { token, digest: Buffer.from(token.sha256, 'hex') };
      if (token.controllerId === undefined) this.#gateways.push(held);
      else {
        const name = targetOf(token.tenant, token.controllerId);
        this.#targets.set(name, [...(this.#targets.get(name) ?? []), held]);
      }
    }
  }

  /**
   * Takes the same time whichever token it is.
   *
   * @param header `Authorization` as it was sent
   * @returns whose the token is; null where it does not speak for this device
   */
  find(header: string | undefined, tenant: string, controllerId: string): DeviceToken | null {
    const [, kind, text] = HEADER.exec(header ?? '') ?? [];
    if (kind === undefined || text === undefined) return null;
    const presented = createHash('sha256').update(text).digest();
    const held =
      kind === 'TargetToken' ? (this.#targets.get(targetOf(tenant, controllerId)) ?? []) : this.#gateways;
    let found: DeviceToken | null = null;
    for (const { token, digest } of held) {
      if (timingSafeEqual(presented, digest) && token.tenant === tenant) found = token;
    }
    return found;
  }
}
