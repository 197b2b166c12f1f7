import type { TextMessage } from "./request.ts";

/** Numbers to which Twilio's test credentials give an error. */
const badTo = new Map([
  ["+15005550001", 21211],
  ["+15005550002", 21612],
  ["+15005550003", 21408],
  ["+15005550004", 21610],
  ["+15005550009", 21614],
]);

/** Numbers from which they do. */
const badFrom = new Map([
  ["+15005550001", 21212],
  ["+15005550007", 21606],
  ["+15005550008", 21611],
]);

const e164 = /^\+[1-9]\d{6,14}$/;
const maxBody = 1600;

/** The code with which Twilio refuses the message at once, or undefined. */
export function refusalOf({ to, from, body, messagingServiceSid }: TextMessage): number | undefined {
  if (to === "") return 21604;
  if (from === "" && messagingServiceSid === "") return 21603;
  if (body === "") return 21602;
  if (body.length > maxBody) return 21617;
  return badFrom.get(from) ?? badTo.get(to) ?? (e164.test(to) ? undefined : 21211);
}

/**
 * The code with which a message that was taken is not delivered after all. Twilio has no test numbers for these; here
 * `+1500555` and `3NNN` stand for error 30NNN: +15005553003 is an unreachable handset (30003).
 */
export function deliveryError(to: string): number | undefined {
  const digits = to.match(/^\+15005553(\d{3})$/)?.[1];
  return digits === undefined ? undefined : 30_000 + Number(digits);
}
