// A device that speaks DDI by hand: the test says what it asks for, and sees each answer as it is.
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, createAsk } from '../support/http.js';
import { waitFor } from '../support/waitFor.js';

export const TENANT = 'DEFAULT';

/** What the api is given of a device's token. */
export interface DeviceToken {
  name: string;
  sha256: string;
  tenant: string;
  controllerId?: string;
}

/** @param controllerId of the one device that the token is for; none: it is a gateway's */
export function makeDeviceToken(
  name: string,
  controllerId?: string,
  tenant = TENANT,
): { authorization: string; token: DeviceToken } {
  // As hawkBit's are: one that begins with a dash would be an option to SWUpdate.
  const text = randomBytes(16).toString('hex');
  const sha256 = createHash('sha256').update(text).digest('hex');
  const bound = controllerId === undefined ? {} : { controllerId };
  return {
    authorization: `${controllerId === undefined ? 'GatewayToken' : 'TargetToken'} ${text}`,
    token: { name, sha256, tenant, ...bound },
  };
}

export interface PollDocument {
  config: { polling: { sleep: string } };
  _links: { [Link in 'deploymentBase' | 'cancelAction' | 'configData']?: { href: string } };
}

export interface DeploymentDocument {
  id: string;
  deployment: {
    download: string;
    update: string;
    chunks: {
      part: string;
      version: string;
      name: string;
      artifacts: {
        filename: string;
        size: number;
        hashes: { sha1: string; md5?: string; sha256: string };
        _links: { download?: { href: string }; 'download-http'?: { href: string } };
      }[];
    }[];
  };
}

export type DdiDevice = ReturnType<typeof createDdiDevice>;

/** @param url of the api */
export function createDdiDevice(url: string, authorization: string, controllerId: string, tenant = TENANT) {
  const ask = createAsk({ url: '', token: '' });
  const at = `${url}/${tenant}/controller/v1/${controllerId}`;
  const get = (href: string, headers: Record<string, string> = {}) =>
    ask('GET', href, { authorization, headers });
  const poll = async () => {
    const answer = await get(at);
    return { answer, ...(answer.json as PollDocument) };
  };
  /** Says it again where the api has no time for it, as the clients do. */
  const send = (method: string, href: string, body: string) =>
    waitFor(
      async () => {
        const headers = { 'content-type': 'application/json' };
        const answer = await ask(method, href, { authorization, body, headers });
        return answer.status !== 503 && answer;
      },
      { what: `${controllerId} to be heard` },
    );
  return {
    at,
    ask,
    get,
    poll,
    /** Polls until a link is there, or is not. */
    untilLink: (link: keyof PollDocument['_links'], isThere = true) =>
      waitFor(
        async () => {
          const document = await poll();
          return (document._links[link] !== undefined) === isThere && document;
        },
        { what: `${controllerId} to be offered ${isThere ? '' : 'no '}${link}`, timeoutMs: 20_000 },
      ),
    /** Polls until there is a deployment, and reads it. */
    async takeDeployment() {
      const { _links } = await this.untilLink('deploymentBase');
      const href = _links.deploymentBase?.href ?? '';
      const answer = await get(href);
      return { href, answer, document: answer.json as DeploymentDocument };
    },
    /** @param href of the action */
    feedback: (
      href: string,
      execution: string,
      finished: string,
      details: string[] = [],
    ): Promise<Answer> => {
      const id = href.slice(href.lastIndexOf('/') + 1);
      const status = { execution, result: { finished }, details, code: 0 };
      return send('POST', `${href}/feedback`, JSON.stringify({ id, time: '20260101T120000', status }));
    },
    send,
    putConfig: (data: Record<string, string>, mode?: string) =>
      send('PUT', `${at}/configData`, JSON.stringify({ ...(mode === undefined ? {} : { mode }), data })),
  };
}
