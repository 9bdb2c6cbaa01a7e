// The address at which clients and devices reach an api.

const PUBLIC_URL = /^https?:\/\/[^/?#]+\/?$/;
export const PUBLIC_URL_RULE = 'must be an address such as https://gradus.example';

/** Whether the text names a host and nothing below it. */
export function isPublicUrl(text: string): boolean {
  return PUBLIC_URL.test(text) && URL.canParse(text);
}
