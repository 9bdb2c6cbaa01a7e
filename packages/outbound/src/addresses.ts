// Which addresses may be reached from inside: public ones, and those of networks that an operator has named.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A text that names no network. */
export class InvalidNetwork extends Error {
  readonly code = 'invalid-network';
  constructor(text: string) {
    super(`${JSON.stringify(text.slice(0, 60))} is not a network such as 10.1.0.0/16 or fd00:12::/32`);
    this.name = 'InvalidNetwork';
  }
}

export type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** @throws InvalidNetwork */
function parseNetwork(text: string): Network {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  const whole = version === 4 ? 32 : 128;
  const prefix = length === undefined ? whole : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version === 0 || more.length > 0 || !(prefix <= whole)) throw new InvalidNetwork(text);
  return ipaddr.parseCIDR(`${address}/${prefix}`);
}

/**
 * @param text addresses of networks with the length of their prefix, commas between; a single address has its whole
 * @throws InvalidNetwork
 */
export function parseNetworks(text: string): Network[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map(parseNetwork);
}

/** All of IPv6 that is given out for use on the internet; ipaddr.js calls unicast also what is not. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** What is said of an address: by whom it may be reached. */
export type Reach =
  /** By anybody, over TLS. */
  | 'public'
  /** It lies in a network that was named. */
  | 'named'
  /** By nobody. */
  | 'refused';

/**
 * Judges by what an address is known to be for: what is not plainly public is refused, so that a range which nobody
 * thought of is refused too.
 *
 * @param address as a resolver gives it
 */
export function reachOf(address: string, named: readonly Network[]): Reach {
  // The zone of a link-local address is of this machine.
  const [bare = ''] = address.split('%');
  if (isIP(bare) === 0) return 'refused';
  // An IPv4 address that is written as IPv6 is judged as what it is.
  const parsed = ipaddr.process(bare);
  const isNamed = named.some(
    ([network, length]) => network.kind() === parsed.kind() && parsed.match([network, length] as never),
  );
  if (isNamed) return 'named';
  const isGlobal = parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST as never);
  return isGlobal && parsed.range() === 'unicast' ? 'public' : 'refused';
}
