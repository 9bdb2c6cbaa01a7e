// An identity provider of the test's own: keys, a server that publishes them, and tokens of any kind.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { ALL_SCOPES } from './apiKeys.js';

const ISSUER = 'https://identity.test/';
const AUDIENCE = 'gradus';

/** The claims of a good token that are to be others; undefined takes one out. */
type Claims = Record<string, unknown>;

export interface SigningKey {
  /** undefined: its tokens do not name it. */
  kid: string | undefined;
  alg: string;
  /** As the issuer publishes it. */
  jwk: JWK;
  privateKey: CryptoKey;
}

export interface Issuer {
  /** The api's settings by which it takes the issuer's tokens. */
  env: Record<string, string>;
  /** How often the key set was asked for. */
  readonly asked: number;
  /** A new key, which is not published yet. */
  makeKey(alg?: string): Promise<SigningKey>;
  /** From now on the key set has these and no others. */
  publish(...keys: SigningKey[]): void;
  /**
   * A token of the issuer's first key: of the subject `somebody`, with every scope, good for ten minutes.
   *
   * @param claims others, or undefined for none
   * @param by another key
   */
  token(claims?: Claims, by?: SigningKey): Promise<string>;
  /** The key set is not to be had until the server is up again. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

export const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

let made = 0;

async function makeKey(alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  made += 1;
  const kid = `key-${made}`;
  return { kid, alg, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }, privateKey };
}

export async function startIssuer(): Promise<Issuer> {
  const first = await makeKey();
  let published: readonly SigningKey[] = [first];
  let asked = 0;
  let server: Server | null = null;
  let port = 0;

  const comeUp = async () => {
    const started = createServer((_, response) => {
      asked += 1;
      response.setHeader('Content-Type', 'application/jwk-set+json');
      response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
    });
    await new Promise<void>((resolve) => started.listen(port, '127.0.0.1', resolve));
    port = (started.address() as AddressInfo).port;
    server = started;
  };
  const goDown = async () => {
    const stopped = server;
    server = null;
    if (stopped === null) return;
    const closed = new Promise((resolve) => stopped.close(resolve));
    stopped.closeAllConnections();
    await closed;
  };

  await comeUp();
  return {
    env: {
      GRADUS_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
      GRADUS_JWT_ISSUER: ISSUER,
      GRADUS_JWT_AUDIENCE: AUDIENCE,
    },
    get asked() {
      return asked;
    },
    makeKey,
    publish: (...keys) => {
      published = keys;
    },
    token: (claims = {}, { kid, alg, privateKey } = first) => {
      const good = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'somebody',
        exp: secondsFromNow(600),
        scope: ALL_SCOPES.join(' '),
      };
      return new SignJWT({ ...good, ...claims })
        .setProtectedHeader(kid === undefined ? { alg } : { alg, kid })
        .sign(privateKey);
    },
    goDown,
    comeUp,
    stop: goDown,
  };
}
