import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import type { Breaker } from "#shared/delivery/breaker.ts";
import { silentMeter } from "#shared/delivery/meter.ts";
import { callProvider } from "#shared/delivery/provider-call.ts";
import { createFcmAdapter } from "#shared/delivery/providers/fcm/adapter.ts";
import { createInappAdapter } from "#shared/delivery/providers/inapp/adapter.ts";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import { createSmtpAdapter } from "#shared/delivery/providers/smtp/adapter.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { emailTo, pushTo, textTo } from "#tests/contract/sender-simulator.ts";
import { fcmAccount, mailOptions } from "#tests/support/provider-accounts.ts";
import { aSend } from "#tests/unit/shared/delivery/sender-bench.ts";
import type { Figure } from "./attack.ts";
import {
  afterMail,
  atOnce,
  type BadServer,
  type Behaviour,
  greeted,
  startBadServer,
  tokenServer,
  whenAsked,
} from "./bad-server.ts";

/** An adapter, and the ways in which the server before it misbehaves. */
interface Subject {
  readonly name: string;
  readonly behaviours: Readonly<Record<string, Behaviour>>;
  readonly message: OutboundMessage;
  open(server: BadServer, token: BadServer): ChannelAdapter;
}

const note = { channel: "INAPP", title: "Booked", body: "See you", deepLink: null } as const;

const subjects: readonly Subject[] = [
  {
    name: "SES",
    behaviours: whenAsked,
    message: emailTo("ada@example.com"),
    open: ({ url }) => {
      const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" };
      return createSesAdapter({ region: "us-east-1", endpoint: `${url}/ses`, credentials, mail: mailOptions });
    },
  },
  {
    name: "FCM",
    behaviours: whenAsked,
    message: pushTo("token-1"),
    open: ({ url }, token) => createFcmAdapter({ account: fcmAccount, baseUrl: url, tokenUrl: `${token.url}/token` }),
  },
  {
    name: "FCM's access tokens",
    behaviours: whenAsked,
    message: pushTo("token-1"),
    open: ({ url }, token) => createFcmAdapter({ account: fcmAccount, baseUrl: token.url, tokenUrl: `${url}/token` }),
  },
  {
    name: "Twilio",
    behaviours: whenAsked,
    message: textTo("+14155550123"),
    open: ({ url: baseUrl }) =>
      createTwilioAdapter({
        accountSid: `AC${"0".repeat(32)}`,
        authToken: "t",
        baseUrl,
        from: "+15005550006",
        callbackUrl: "https://gateway.example.com",
        deadlineMs: 5_000,
      }),
  },
  {
    name: "SMTP",
    behaviours: { ...greeted, ...afterMail },
    message: emailTo("ada@example.com"),
    open: ({ port }) =>
      createSmtpAdapter({ server: { host: "127.0.0.1", port, security: "none" }, dkim: [], mail: mailOptions }),
  },
  {
    name: "in-app (Postgres)",
    behaviours: atOnce,
    message: {
      ...emailTo("u1"),
      send: aSend({ channel: "INAPP" }),
      content: note,
    },
    open: ({ port }) => createInappAdapter(createPool(`postgres://a:b@127.0.0.1:${port}/c`)),
  },
];

/** What a call came to, when its caller had it, how many bytes of an answer were taken, and what was left open. */
interface Row {
  readonly how: string;
  readonly answer: Answer;
  readonly ms: number;
  readonly bytes: number;
  readonly open: number;
}

/** A breaker that lets everything through: what is looked at is one call. */
const breaker: Breaker = {
  admit: () => {},
  run: (call) => call(),
  trip: () => {},
  state: () => "closed",
  close: () => {},
};

async function tryOne(subject: Subject, how: string, behaviour: Behaviour): Promise<Row> {
  const [server, token] = await Promise.all([startBadServer(behaviour), tokenServer()]);
  const adapter = subject.open(server, token);
  const { message } = subject;
  const begun = performance.now();
  const target = { ...message.target, hash: message.addressHash, suppressions: [] };
  const answer = await callProvider(
    { account: { provider: subject.name, adapter, breaker }, clock: systemClock, meter: silentMeter },
    { send: message.send, content: message.content, target },
  );
  const ms = Math.round(performance.now() - begun);
  void adapter.close().catch(() => {});
  await sleep(2_000);
  const row = { how, answer, ms, bytes: server.bytes(), open: server.endless() };
  await Promise.all([server.close(), token.close()]);
  return row;
}

/** The call has 5 s, and its adapter a quarter of one for its last word; the rest is a busy machine's. */
const msMax = 5_600;
/** An answer is read up to 64 KiB; the rest of these, MB, is what sockets hold on both sides and nobody reads. */
const mbMax = 17;
/** What comes before an answer is read and kept by nobody, until the deadline. */
const interim: ReadonlySet<string> = new Set(["floods with 100"]);

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

function worst(rows: readonly Row[], of: (row: Row) => number): Row {
  return rows.toSorted((a, b) => of(b) - of(a))[0] as Row;
}

function figureOf({ name }: Subject, rows: readonly Row[]): Figure {
  const accepted = rows.filter(({ answer }) => answer.kind === "accepted").length;
  const open = rows.reduce((sum, row) => sum + row.open, 0);
  const slowest = worst(rows, ({ ms }) => ms);
  const largest = worst(rows, ({ how, bytes }) => (interim.has(how) ? 0 : bytes));
  const kinds = [...new Set(rows.map(({ answer }) => answer.kind))].toSorted().join(", ");
  return {
    what: `${name} before ${rows.length} bad servers (${kinds}): taken for a yes; the slowest call; the largest answer; left open`,
    value: `${accepted}; ${slowest.ms} ms (${slowest.how}); ${megabytes(largest.bytes)} MB (${largest.how}); ${open}`,
    bound: `0; ${msMax} ms; ${mbMax} MB; 0`,
    holds: accepted === 0 && open === 0 && slowest.ms <= msMax && megabytes(largest.bytes) <= mbMax,
  };
}

/** Calls through every adapter, as a sender does, a server that drips, stalls, floods or lies. Prints a line for each. */
export async function sweepAdapters(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const subject of subjects) {
    const cases = Object.entries(subject.behaviours);
    const isFlood = ([how]: (typeof cases)[number]) => how.startsWith("floods");
    const tryCase = ([how, behaviour]: (typeof cases)[number]) => tryOne(subject, how, behaviour);
    const rows = await Promise.all(cases.filter((one) => !isFlood(one)).map(tryCase));
    for (const one of cases.filter(isFlood)) rows.push(await tryCase(one));
    for (const { how, answer, ms, bytes, open } of rows) {
      const code = answer.kind === "accepted" ? "" : ` ${answer.code}`;
      process.stdout.write(
        `  ${subject.name} | ${how} | ${answer.kind}${code} | ${ms} ms | ${bytes} bytes | ${open}\n`,
      );
    }
    figures.push(figureOf(subject, rows));
  }
  return figures;
}
