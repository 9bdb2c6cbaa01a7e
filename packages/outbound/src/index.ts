// Requests to addresses that others have named, signed.
export { InvalidNetwork, type Network, parseNetworks } from './addresses.js';
export { NotDelivered, type Outbound, openOutbound } from './openOutbound.js';
export { signedHeaders } from './signature.js';
