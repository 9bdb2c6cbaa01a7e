// Addresses and secrets by which others are told of things.

/** A secret as Standard Webhooks writes it: 24 to 64 bytes in Base64. */
const SECRET = /^whsec_(?=.{32,88}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
export const CALLBACK_SECRET_RULE = 'must be whsec_ and 24 to 64 bytes in Base64';

export function isCallbackSecret(text: string): boolean {
  return SECRET.test(text);
}

const CALLBACK_URL = /^https?:\/\/[^\s/?#@\\]+([/?][^\s#\\]*)?$/i;
const CALLBACK_URL_LENGTH = 2_000;
export const CALLBACK_URL_RULE =
  'must be a URL such as https://hooks.example/gradus, of at most 2,000 characters, without user or fragment';

/** Whether the text has the form of such a URL. Where it leads is judged when it is gone to. */
export function isCallbackUrl(text: string): boolean {
  return text.length <= CALLBACK_URL_LENGTH && CALLBACK_URL.test(text) && URL.canParse(text);
}
