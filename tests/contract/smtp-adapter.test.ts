import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ChannelAdapter } from "#shared/delivery/adapter.ts";
import { createSmtpAdapter } from "#shared/delivery/providers/smtp/adapter.ts";
import type { SmtpServer } from "#shared/delivery/providers/smtp/transport.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { emailTo, simulated, within } from "./sender-simulator.ts";

let world: Awaited<ReturnType<typeof simulated>>;
let secure: Awaited<ReturnType<typeof simulated>>;
const open: ChannelAdapter[] = [];

beforeAll(async () => {
  world = await simulated();
  secure = await simulated({ smtpTls: true });
});
afterEach(async () => {
  await world.control.clearFaults();
  for (const adapter of open.splice(0)) await adapter.close();
});
afterAll(async () => {
  await world.close();
  await secure.close();
});

function adapterTo(place: typeof world, server: Partial<SmtpServer> = {}): ChannelAdapter {
  const { hostname, port } = new URL(place.simulator.smtp);
  const adapter = createSmtpAdapter({
    server: { host: hostname, port: Number(port), security: "none", ...server },
    dkim: [],
    mail: place.mail,
  });
  open.push(adapter);
  return adapter;
}

const sendTo = (address: string, server?: Partial<SmtpServer>, ms = 5_000) =>
  adapterTo(world, server).send(emailTo(address), within(ms));

const mailsTaken = async (place = world) => (await place.control.ledger({ outcome: "accepted" })).length;

describe("a recipient that the server refuses", () => {
  test.each([
    ["bounce@simulator.amazonses.com", "5.1.1", { act: "refuse", suppress: "hard_bounce" }],
    ["mailboxfull@simulator.amazonses.com", "4.2.2", { act: "retry" }],
  ])("%s: %s", async (address, code, row) => {
    const adapter = adapterTo(world);
    expect(await adapter.send(emailTo(address), within(5_000))).toEqual({ kind: "refused", code });
    expect(rowOf(adapter.answers, code)).toMatchObject(row);
    expect(await adapter.send(emailTo("ada@example.com"), within(5_000))).toMatchObject({ kind: "accepted" });
  });
});

describe("what a server does before it has the mail: certainly not sent", () => {
  test.each([
    { name: "421 in mid-session", step: "MAIL", fault: { kind: "outage" }, answer: { kind: "refused", code: "4.3.2" } },
    {
      name: "421 as a greeting",
      step: "CONNECT",
      fault: { kind: "outage" },
      answer: { kind: "refused", code: "4.3.2" },
    },
    {
      name: "a greeting of 554",
      step: "CONNECT",
      fault: { kind: "status", status: 554, code: "5.7.1 listed" },
      answer: { kind: "refused", code: "SESSION_REFUSED" },
    },
    {
      name: "a login demanded",
      step: "MAIL",
      fault: { kind: "status", status: 530, code: "5.7.0 Authentication required" },
      answer: { kind: "refused", code: "530" },
    },
    {
      name: "a sender refused",
      step: "MAIL",
      fault: { kind: "status", status: 550, code: "5.1.1 who" },
      answer: { kind: "refused", code: "SENDER_REFUSED" },
    },
    { name: "a reset at RCPT", step: "RCPT", fault: { kind: "reset" }, answer: { kind: "unreached" } },
    { name: "a reset for a greeting", step: "CONNECT", fault: { kind: "reset" }, answer: { kind: "unreached" } },
    {
      name: "garbage for a greeting",
      step: "CONNECT",
      fault: { kind: "garbled" },
      answer: { kind: "unreached", code: "UNREADABLE_ANSWER" },
    },
    {
      name: "garbage at RCPT",
      step: "RCPT",
      fault: { kind: "garbled" },
      answer: { kind: "unreached" },
    },
    {
      name: "a drip at RCPT",
      step: "RCPT",
      fault: { kind: "slow_body", delay_ms: 3_000 },
      answer: { kind: "unreached", code: "DEADLINE" },
    },
  ] as const)("$name", async ({ step, fault, answer }) => {
    const before = await mailsTaken();
    await world.control.fault({ provider: "smtp", ...fault, match: { operation: step } });
    expect(await sendTo("ada@example.com", {}, 1_500)).toMatchObject(answer);
    expect(await mailsTaken()).toBe(before);
  });

  test("a greeting that never comes ends before the call's deadline, under its own name", async () => {
    await world.control.fault({ provider: "smtp", kind: "latency", delay_ms: 60_000, match: { operation: "CONNECT" } });
    const answer = await sendTo("ada@example.com");
    expect(answer).toEqual({ kind: "unreached", code: "GREETING_TIMEOUT" });
  });
});

describe("what a server does once it has the mail", () => {
  test.each([
    { name: "drops the connection after the dot", fault: { kind: "reset_after_accept" }, code: /^E/ },
    { name: "drips past the deadline", fault: { kind: "slow_body", delay_ms: 30_000 }, code: /^DEADLINE$/ },
    { name: "says nothing", fault: { kind: "latency", delay_ms: 30_000 }, code: /^DEADLINE$/ },
    { name: "answers what is no reply", fault: { kind: "garbled" }, code: /^UNREADABLE_ANSWER$/ },
  ] as const)("$name: unknown", async ({ fault, code }) => {
    const before = await mailsTaken();
    await world.control.fault({ provider: "smtp", ...fault, count: 1 });
    expect(await sendTo("ada@example.com", {}, 1_000)).toEqual({ kind: "unknown", code: expect.stringMatching(code) });
    expect(await mailsTaken()).toBe(before + 1);
  });

  test("drips and then says yes: taken", async () => {
    await world.control.fault({ provider: "smtp", kind: "slow_body", delay_ms: 500, count: 1 });
    expect(await sendTo("ada@example.com")).toMatchObject({ kind: "accepted" });
  });

  test("says no to the content: refused, and nobody is suppressed", async () => {
    const fault = { provider: "smtp", kind: "status", status: 554, code: "5.7.1 Message content rejected" } as const;
    await world.control.fault({ ...fault, count: 1 });
    const adapter = adapterTo(world);
    expect(await adapter.send(emailTo("ada@example.com"), within(5_000))).toEqual({ kind: "refused", code: "5.7.1" });
    expect(rowOf(adapter.answers, "5.7.1")).not.toHaveProperty("suppress");
  });
});

describe("logins and TLS", () => {
  const wrong = { user: "carillon", password: "not-it" };

  test("a wrong password halts, and no mail goes out", async () => {
    const adapter = adapterTo(world, { login: wrong });
    const answer = await adapter.send(emailTo("ada@example.com"), within(5_000));
    expect(answer).toEqual({ kind: "refused", code: "AUTH_REFUSED" });
    expect(rowOf(adapter.answers, "AUTH_REFUSED")).toMatchObject({ act: "halt", alert: "P0" });
  });

  test("a login that is refused for now halts too", async () => {
    const fault = { provider: "smtp", kind: "status", status: 454, code: "4.7.0 later" } as const;
    await world.control.fault({ ...fault, match: { operation: "AUTH" } });
    const answer = await sendTo("ada@example.com", { login: sandboxAccounts.smtp });
    expect(answer).toEqual({ kind: "refused", code: "AUTH_UNAVAILABLE" });
  });

  test("TLS that is required and not offered: nothing goes out in plain", async () => {
    const before = (await world.control.ledger({ provider: "smtp" })).length;
    const answer = await sendTo("ada@example.com", { security: "starttls", login: sandboxAccounts.smtp });
    expect(answer).toEqual({ kind: "refused", code: "TLS_NOT_OFFERED" });
    expect(await world.control.ledger({ provider: "smtp" })).toHaveLength(before);
  });

  test("a certificate that nobody vouches for: nothing goes out", async () => {
    const adapter = adapterTo(secure, { security: "starttls", login: sandboxAccounts.smtp });
    const answer = await adapter.send(emailTo("ada@example.com"), within(5_000));
    expect(answer).toEqual({ kind: "refused", code: "TLS_UNTRUSTED" });
    expect(await mailsTaken(secure)).toBe(0);
  });

  test("STARTTLS with a certificate that is trusted, and the login behind it", async () => {
    const { smtpCertificate: ca = "" } = secure.simulator;
    const adapter = adapterTo(secure, { security: "starttls", login: sandboxAccounts.smtp, ca });
    const message = emailTo("ada@example.com");
    expect(await adapter.send(message, within(5_000))).toMatchObject({ kind: "accepted", ref: expect.any(String) });
    expect(await secure.control.ledger({ msg_id: message.send.msg_id })).toMatchObject([{ outcome: "accepted" }]);
  });
});

describe("the pool", () => {
  test("a kept connection that turns out dead costs nothing: a new one takes the mail, once", async () => {
    const adapter = adapterTo(world, { connections: 1 });
    await adapter.send(emailTo("ada@example.com"), within(5_000));
    await world.control.fault({ provider: "smtp", kind: "reset", count: 1, match: { operation: "MAIL" } });
    const before = await mailsTaken();
    expect(await adapter.send(emailTo("ada@example.com"), within(5_000))).toMatchObject({ kind: "accepted" });
    expect(await mailsTaken()).toBe(before + 1);
  });

  test("a kept connection that ends with 421: refused for now, and the next call finds a new one", async () => {
    const adapter = adapterTo(world, { connections: 1 });
    await adapter.send(emailTo("ada@example.com"), within(5_000));
    await world.control.fault({ provider: "smtp", kind: "outage", count: 1, match: { operation: "MAIL" } });
    const before = await mailsTaken();
    const refused = { kind: "refused", code: "4.3.2" };
    expect(await adapter.send(emailTo("ada@example.com"), within(5_000))).toEqual(refused);
    expect(await mailsTaken()).toBe(before);
    expect(await adapter.send(emailTo("ada@example.com"), within(5_000))).toMatchObject({ kind: "accepted" });
  });

  test("a call that waits for its turn past the deadline has sent nothing", async () => {
    const adapter = adapterTo(world, { connections: 1 });
    await world.control.fault({ provider: "smtp", kind: "latency", delay_ms: 1_000, count: 1 });
    const before = await mailsTaken();
    const [first, second] = await Promise.all([
      adapter.send(emailTo("ada@example.com"), within(5_000)),
      adapter.send(emailTo("bob@example.com"), within(300)),
    ]);
    expect(first).toMatchObject({ kind: "accepted" });
    expect(second).toEqual({ kind: "unreached", code: "DEADLINE" });
    expect(await mailsTaken()).toBe(before + 1);
  });

  test("sends side by side, each mail once", async () => {
    const adapter = adapterTo(world, { connections: 4 });
    const before = await mailsTaken();
    const messages = Array.from({ length: 40 }, (_, at) => emailTo(`p${at}@example.com`));
    const answers = await Promise.all(messages.map((message) => adapter.send(message, within(5_000))));
    expect(answers.filter(({ kind }) => kind === "accepted")).toHaveLength(40);
    expect(await mailsTaken()).toBe(before + 40);
  });
});
