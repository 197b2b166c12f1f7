/**
 * What a call to SES costs the main thread, in µs a mail: through the SDK with a mail composed by nodemailer, as it was, and
 * as the adapter makes it. `bin/node tests/bench/ses-call.ts`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { composeMail } from "#shared/delivery/email/mime.ts";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import { contentFor } from "#shared/domain/channel/channels.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { bookingContents } from "#tests/support/booking-contents.ts";
import { mailOptions } from "#tests/support/provider-accounts.ts";
import { aSend, hasher, start } from "#tests/unit/shared/delivery/sender-bench.ts";
import { figure, heading, percentile } from "./figures.ts";

const mails = 1_000;
const inWork = 32;
const passes = 9;
/** The first passes warm the code up. */
const warming = 2;

type Send = (message: OutboundMessage) => Promise<unknown>;

async function startSink(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const child = spawn(process.execPath, [new URL("mail-sink.ts", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(createInterface({ input: child.stdout }), "line");
  return { url: `http://127.0.0.1:${port}/ses`, process: child };
}

/** User and system time of this thread, µs a mail. */
async function costOf(send: Send, messages: readonly OutboundMessage[]): Promise<number> {
  const before = process.threadCpuUsage();
  const waiting = messages.values();
  await Promise.all(
    Array.from({ length: inWork }, async () => {
      for (const message of waiting) await send(message);
    }),
  );
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / messages.length;
}

const sink = await startSink();
const access = {
  region: "us-east-1",
  endpoint: sink.url,
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
};
const client = new SESv2Client({ ...access, maxAttempts: 1 });
const adapter = createSesAdapter({ ...access, mail: mailOptions });

const ways: Readonly<Record<string, Send>> = {
  "SDK and nodemailer": async (message) => {
    const raw = await composeMail(message, contentFor("EMAIL", message), mailOptions);
    const command = new SendEmailCommand({
      FromEmailAddress: "Carillon <no-reply@notify.example.com>",
      Destination: { ToAddresses: [message.target.address] },
      Content: { Raw: { Data: raw } },
      ConfigurationSetName: "c",
      EmailTags: [{ Name: "msg_id", Value: message.send.msg_id }],
    });
    await client.send(command, { abortSignal: new AbortController().signal });
  },
  "the adapter": async (message) => {
    const answer = await adapter.send(message, new AbortController().signal);
    if (answer.kind !== "accepted") throw new Error(`The sink's answer was read as ${answer.kind}`);
  },
};

const content = (await bookingContents())<EmailContent>("buyer", "EMAIL", "Harbour walk");
const messages = Array.from({ length: mails }, (_, index): OutboundMessage => {
  const send = aSend({ cause_ref: `bk_${index}`, user_id: `usr_${index}` });
  const address = `person-${index}@example.com`;
  const target = { address, deviceId: "" };
  return { send, content, target, addressHash: hasher.hash("EMAIL", address), now: start };
});

const costs = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
for (let pass = 0; pass < passes; pass++)
  for (const [name, send] of Object.entries(ways)) costs.get(name)?.push(await costOf(send, messages));

const bytes = Buffer.byteLength(content.html) + Buffer.byteLength(content.text);
heading(`A call to SES: ${mails} mails of ${bytes} B, ${inWork} at once; µs a mail on the main thread`);
for (const [name, all] of costs) {
  const settled = all.slice(warming);
  const range = [Math.min(...settled), Math.max(...settled)].map(Math.round).join(" to ");
  figure(name, `${Math.round(percentile(settled, 0.5))} (${range}, ${settled.length} passes)`);
}
client.destroy();
await adapter.close();
sink.process.kill();
