import { startWorld } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { type HostileRequest, sendHostile, standstillBound, usualStandstill } from "./standstill.ts";

const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };
const kib = 1024;

/** So many names, cut to a length. */
function names(count: number, bytes: number): string {
  return Array.from({ length: count }, (_, at) => `f${at}=`)
    .join("&")
    .slice(0, bytes);
}

function posted(path: string, headers: Readonly<Record<string, string>>, body: string): HostileRequest {
  return { path, headers, body };
}

const status = "/webhooks/twilio/status";
const attack = posted(status, { ...form, "x-twilio-signature": "x" }, names(60_000, 344 * kib));

const fields = JSON.stringify(Object.fromEntries(Array.from({ length: 65_000 }, (_, at) => [`f${at}`, 0])));
const nested = `${"[".repeat(380 * kib)}${"]".repeat(380 * kib)}`;
const event = (payload: string) =>
  `{"name":"booking.confirmed","cause_ref":"a","actors":[{"role":"buyer","user_id":"a"}],"payload":${payload}}`;
const sns = (message: string) =>
  JSON.stringify({
    Type: "Notification",
    MessageId: "m",
    TopicArn: "arn:aws:sns:us-east-1:123456789012:comms-ses-events",
    Message: message,
    Timestamp: new Date().toISOString(),
    SignatureVersion: "2",
    Signature: "A".repeat(1_000),
    SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
  });
const token = `/unsubscribe/${"a.".repeat(2_000)}`;
const blanks = " ".repeat(15 * kib);

/** What a stranger may post to each route, as large as a body or a head may be. */
const siblings: Readonly<Record<string, readonly HostileRequest[]>> = {
  [status]: [
    posted(status, { ...form, "x-twilio-signature": "x" }, names(200_000, 767 * kib)),
    posted(status, { ...form, "x-twilio-signature": "x" }, names(256, 64 * kib)),
    posted(status, { ...form, "x-twilio-signature": "x" }, `a=${"%20".repeat(21 * kib)}`),
    posted(status, { ...form, "x-twilio-signature": "x" }, "a=1&".repeat(255)),
    posted(status, { "content-type": `a${blanks}` }, "a=1"),
    posted(`${status}?${names(2_000, 15 * kib)}`, { ...form, "x-twilio-signature": "x" }, "a=1"),
  ],
  "/webhooks/ses": [
    posted("/webhooks/ses", json, fields),
    posted("/webhooks/ses", json, nested),
    posted("/webhooks/ses", json, sns('\\"{['.repeat(100 * kib))),
    posted("/webhooks/ses", json, sns("a".repeat(700 * kib))),
  ],
  "/v1/events": [
    posted("/v1/events?dry_run=1", json, fields),
    posted("/v1/events?dry_run=1", json, nested),
    posted("/v1/events?dry_run=1", json, event(fields)),
    posted("/v1/events?dry_run=1", json, event(`{"note":"${"\\u0020".repeat(120 * kib)}"}`)),
    posted("/v1/events?dry_run=1", json, event(`{"note":"${" ".repeat(740 * kib)}"}`)),
    posted("/v1/events?dry_run=1", json, event(`{"note":${"9".repeat(740 * kib)}}`)),
    posted(`/v1/events?${names(2_000, 15 * kib)}`, json, "{}"),
  ],
  "/unsubscribe/{token}": [
    posted(token, form, names(200_000, 767 * kib)),
    posted(token, { "content-type": "multipart/form-data; boundary=a" }, "--a\r\n".repeat(150 * kib)),
    { path: token, method: "GET", headers: { "accept-language": "en,".repeat(3 * kib) } },
  ],
  nothing: [posted("/none", json, fields), { path: `/${"%2e/".repeat(3 * kib)}`, method: "GET" }],
};

/** How long one of these requests holds the process up: the worst of them, and what they were answered. */
async function worstOf(origin: string, healthUrl: string, requests: readonly HostileRequest[]) {
  let ms = 0;
  const statuses = new Set<number>();
  for (const one of requests) {
    const stood = await usualStandstill(healthUrl, () => sendHostile(origin, one));
    for (const { status } of stood.answer) statuses.add(status);
    ms = Math.max(ms, stood.ms);
  }
  return { ms, statuses: [...statuses].toSorted().join(", ") };
}

async function run(): Promise<readonly Figure[]> {
  const world = await startWorld({ watch: false });
  try {
    const { healthUrl } = await world.start(["gateway"]);
    const gateway = world.gatewayUrl;
    for (const one of [attack, ...Object.values(siblings).flat()]) await sendHostile(gateway, { ...one, body: "a=1" });
    const own = await worstOf(gateway, healthUrl, [attack]);
    const figures = [atMost(`the gateway stands still (answer ${own.statuses})`, own.ms, standstillBound)];
    for (const [route, requests] of Object.entries(siblings)) {
      const worst = await worstOf(gateway, healthUrl, requests);
      const what = `worst of ${requests.length} others at \`${route}\` (answers ${worst.statuses})`;
      figures.push(atMost(what, worst.ms, standstillBound));
    }
    return figures;
  } finally {
    await world.close();
  }
}

/** Work that grows with the body, before anybody has proved who they are. */
export const unsignedWork: Attack = {
  id: "a1",
  did: "one unsigned post of 344 KiB with many names to Twilio's webhook; what a stranger may post to every other route",
  run,
};
