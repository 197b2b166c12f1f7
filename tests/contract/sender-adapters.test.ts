import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import { emailTo, pushTo, simulated, textTo, within } from "./sender-simulator.ts";

let world: Awaited<ReturnType<typeof simulated>>;
const open: ChannelAdapter[] = [];

beforeAll(async () => {
  world = await simulated();
});
afterEach(async () => {
  await world.control.clearFaults();
});
afterAll(async () => {
  for (const adapter of open) await adapter.close();
  await world.close();
});

interface Case {
  readonly name: "ses" | "fcm" | "twilio" | "smtp";
  readonly message: () => OutboundMessage;
  readonly limited: string;
  readonly down: string;
}

const cases: readonly Case[] = [
  { name: "ses", message: () => emailTo("ada@example.com"), limited: "TooManyRequests", down: "http_503" },
  { name: "fcm", message: () => pushTo("device-token-1"), limited: "QUOTA_EXCEEDED", down: "UNAVAILABLE" },
  { name: "twilio", message: () => textTo("+14155550123"), limited: "20429", down: "http_503" },
  { name: "smtp", message: () => emailTo("ada@example.com"), limited: "4.7.0", down: "4.3.2" },
];

/** FCM's token endpoint belongs to the provider as well; the faults here are for messages. */
function onSends(name: Case["name"]) {
  return name === "fcm" ? { match: { operation: "messages:send" } } : {};
}

function adapterOf(name: Case["name"], url?: string): ChannelAdapter {
  const adapter = world[name](url);
  open.push(adapter);
  return adapter;
}

describe.each(cases)("the real client of $name against the simulator", ({ name, message, limited, down }) => {
  test("a message is taken, with the provider's id and our msg_id on the wire", async () => {
    const sent = message();
    const answer = await adapterOf(name).send(sent, within(5_000));
    expect(answer).toMatchObject({ kind: "accepted", ref: expect.stringMatching(/.{5,}/) });
    const calls = await world.control.ledger({ provider: name, msg_id: sent.send.msg_id });
    expect(calls).toMatchObject([{ outcome: "accepted", recipient: sent.target.address }]);
  });

  test("a rate limit is a refusal for now, with the wait that it asks for where the provider asks", async () => {
    const adapter = adapterOf(name);
    await world.control.fault({ provider: name, kind: "rate_limit", retry_after_s: 7, count: 1, ...onSends(name) });
    const answer = await adapter.send(message(), within(5_000));
    expect(answer).toMatchObject({ kind: "refused", code: limited });
    expect(rowOf(adapter.answers, limited)).toMatchObject({ act: "retry", isOutage: true });
    if (name === "fcm" || name === "twilio") expect(answer).toMatchObject({ retryAfterMs: 7_000 });
  });

  test("an outage is a refusal for now that counts for the breaker", async () => {
    const adapter = adapterOf(name);
    await world.control.fault({ provider: name, kind: "outage", count: 1, ...onSends(name) });
    const answer = await adapter.send(message(), within(5_000));
    expect(answer).toMatchObject({ kind: "refused" });
    if (answer.kind === "refused")
      expect(rowOf(adapter.answers, answer.code), answer.code).toMatchObject({ act: "retry", isOutage: true });
    expect(answer).toMatchObject({ code: expect.stringMatching(new RegExp(`${down}|http_5|Service`)) });
  });

  test("a connection that breaks after the request is unknown", async () => {
    const adapter = adapterOf(name);
    await adapter.send(message(), within(5_000));
    await world.control.fault({ provider: name, kind: "reset", count: 1, ...onSends(name) });
    expect(await adapter.send(message(), within(5_000))).toMatchObject({ kind: "unknown" });
  });

  test.each(["empty", "html"] as const)(
    "success with %s content is no proof that the message was taken",
    async (kind) => {
      const adapter = adapterOf(name);
      const sent = message();
      await world.control.fault({ provider: name, kind, count: 1, ...onSends(name) });
      expect(await adapter.send(sent, within(5_000))).toMatchObject({ kind: "unknown" });
      expect(await world.control.ledger({ msg_id: sent.send.msg_id, outcome: kind })).toHaveLength(1);
      await world.control.reset();
    },
  );

  test("a port that nobody listens on: nothing went out", async () => {
    expect(await adapterOf(name, `http://127.0.0.1:${await freePort()}`).send(message(), within(5_000))).toMatchObject({
      kind: "unreached",
    });
  });
});

describe("an answer that does not come by the deadline is unknown", () => {
  test.each(cases.filter(({ name }) => name !== "twilio"))("$name", async ({ name, message }) => {
    const adapter = adapterOf(name);
    await adapter.send(message(), within(5_000));
    await world.control.fault({ provider: name, kind: "latency", delay_ms: 2_000, count: 1, ...onSends(name) });
    expect(await adapter.send(message(), within(100))).toEqual({ kind: "unknown", code: "DEADLINE" });
  });
});

describe("the codes by which a provider tells things apart", () => {
  test.each([
    ["+15005550001", "21211"],
    ["+15005550009", "21614"],
    ["+15005550004", "21610"],
    ["+15005550003", "21408"],
  ])("Twilio's %s is %s", async (number, code) => {
    expect(await adapterOf("twilio").send(textTo(number), within(5_000))).toMatchObject({ kind: "refused", code });
  });

  test.each([
    ["MESSAGE_TOO_BIG", "BAD_REQUEST"],
    ["DeviceTokenNotForTopic", "APNS_TOPIC"],
    ["BadDeviceToken", "INVALID_ARGUMENT"],
  ])("FCM's INVALID_ARGUMENT about %s is %s", async (name, code) => {
    const adapter = adapterOf("fcm");
    expect(await adapter.send(pushTo(`token-${name}`), within(5_000))).toMatchObject({ kind: "refused", code });
    expect(rowOf(adapter.answers, code).prune === true).toBe(name === "BadDeviceToken");
  });

  test("a collapse id of more than 64 bytes arrives at APNs cut to them", async () => {
    const long = pushTo("token-1");
    const content = { ...long.content, collapseKey: `booking-${"é".repeat(64)}` } as typeof long.content;
    expect(await adapterOf("fcm").send({ ...long, content }, within(5_000))).toMatchObject({ kind: "accepted" });
  });

  test("SES's configuration set that is gone halts the account, and no mail is charged with it", async () => {
    const adapter = adapterOf("ses");
    await world.control.fault({ provider: "ses", kind: "status", status: 404, code: "NotFoundException", count: 3 });
    for (let receipt = 0; receipt < 3; receipt++) {
      const answer = await adapter.send(emailTo("ada@example.com"), within(5_000));
      expect(answer).toMatchObject({ kind: "refused", code: "NotFound" });
      expect(rowOf(adapter.answers, "NotFound")).toMatchObject({ act: "halt", alert: "P0" });
    }
    expect(await adapter.send(emailTo("ada@example.com"), within(5_000))).toMatchObject({ kind: "accepted" });
  });

  test.each([
    "UNREGISTERED",
    "SENDER_ID_MISMATCH",
    "INVALID_ARGUMENT",
    "THIRD_PARTY_AUTH_ERROR",
    "QUOTA_EXCEEDED",
    "UNAVAILABLE",
  ])("FCM's %s", async (code) => {
    expect(await adapterOf("fcm").send(pushTo(`token-${code}`), within(5_000))).toMatchObject({
      kind: "refused",
      code,
    });
  });

  test("a message that is too big for FCM is our error, not the token's", async () => {
    const message = pushTo("device-token-2");
    const long = { ...message, content: { ...message.content, body: "x".repeat(5_000) } } as OutboundMessage;
    expect(await adapterOf("fcm").send(long, within(5_000))).toMatchObject({ kind: "refused", code: "BAD_REQUEST" });
  });
});

describe("FCM's access token", () => {
  test("is asked for once and kept", async () => {
    const adapter = adapterOf("fcm");
    const before = (await world.control.ledger({ provider: "fcm", operation: "token" })).length;
    await Promise.all([1, 2, 3].map(() => adapter.send(pushTo("device-token-3"), within(5_000))));
    await adapter.send(pushTo("device-token-3"), within(5_000));
    expect(await world.control.ledger({ provider: "fcm", operation: "token" })).toHaveLength(before + 1);
  });

  test.each([
    [
      "refused: the channel is out of order",
      { kind: "status", status: 403 },
      { kind: "refused", code: "TOKEN_REFUSED" },
    ],
    ["not to be had for now", { kind: "outage" }, { kind: "refused", code: "http_503" }],
    ["not to be had, the connection broke", { kind: "reset" }, { kind: "unreached" }],
  ] as const)("%s; no message went out", async (_, fault, answer) => {
    await world.control.fault({ provider: "fcm", ...fault, match: { operation: "token" } });
    const before = (await world.control.ledger({ provider: "fcm", operation: "messages:send" })).length;
    expect(await adapterOf("fcm").send(pushTo("device-token-4"), within(5_000))).toMatchObject(answer);
    expect(await world.control.ledger({ provider: "fcm", operation: "messages:send" })).toHaveLength(before);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
