// The signature of what is sent, as Standard Webhooks has it (https://www.standardwebhooks.com).
import { Webhook } from 'standardwebhooks';

/**
 * @param id the same for every try at the same thing, whereby a receiver knows what it has had
 * @param secrets `whsec_…`; with several the receiver may know any of them, so that they can be replaced
 * @param at when it is sent: a receiver refuses what is old
 */
export function signedHeaders(
  id: string,
  secrets: readonly string[],
  at: Date,
  body: string,
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': Math.floor(at.getTime() / 1_000).toString(),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
