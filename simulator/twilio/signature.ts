import { createHmac } from "node:crypto";

/**
 * `X-Twilio-Signature` of a form post: HMAC-SHA1, in base64, over the URL as it was configured followed by each
 * parameter's name and value, in the order of the names.
 */
export function signForm(authToken: string, url: string, form: Readonly<Record<string, string>>): string {
  const text = Object.keys(form)
    .sort()
    .reduce((signed, name) => `${signed}${name}${form[name]}`, url);
  return createHmac("sha1", authToken).update(text, "utf8").digest("base64");
}
