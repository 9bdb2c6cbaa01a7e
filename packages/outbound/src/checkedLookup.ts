// Resolving a name where a connection is made, so that what was judged is what is connected to: asked beforehand, a
// name may have another address by then.
import { lookup as resolve } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

/** Nothing that the name stands for may be reached. */
export class AddressRefused extends Error {
  readonly code = 'address-refused';
  constructor(host: string) {
    super(`${host} leads to no address that may be reached from here`);
    this.name = 'AddressRefused';
  }
}

/** @returns what `net` and `tls` resolve names by: it gives them the addresses that may be reached, and no others */
export function checkedLookup(mayReach: (address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }).then(
      (found) => {
        const allowed = found.filter(({ address }) => mayReach(address));
        const [first] = allowed;
        if (first === undefined) done(new AddressRefused(host), '', 4);
        else if (options.all === true) done(null, allowed);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, '', 4),
    );
  };
}
