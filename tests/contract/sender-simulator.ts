import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { createFcmAdapter } from "#shared/delivery/providers/fcm/adapter.ts";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import { createSmtpAdapter } from "#shared/delivery/providers/smtp/adapter.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import { createSimulatorControl } from "#simulator/control-client.ts";
import { type SimulatorOptions, sandboxAccounts } from "#simulator/options.ts";
import { startSimulator } from "#simulator/simulator.ts";
import { aSend, hasher, start } from "#tests/unit/shared/delivery/sender-bench.ts";

/** A simulator of the test's own, and the four real clients in front of it. */
export async function simulated(options: Pick<SimulatorOptions, "smtpTls"> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sender-"));
  const simulator = await startSimulator({ ledgerPath: join(folder, "ledger.ndjson"), ...options });
  const control = createSimulatorControl(simulator.url);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const mail = {
    streams: {
      transactional: {
        from: "Carillon <no-reply@notify.example.com>",
        domain: "notify.example.com",
        configurationSet: "comms-transactional",
      },
      marketing: {
        from: "Carillon <no-reply@updates.example.com>",
        domain: "updates.example.com",
        configurationSet: "comms-marketing",
      },
    },
    unsubscribeUrl: "https://gateway.example.com",
    unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
  };
  const ses = (url = simulator.url, outbound = directOutbound) =>
    createSesAdapter({
      region: "us-east-1",
      endpoint: `${url}/ses`,
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
      mail,
      outbound,
    });
  const fcm = (url = simulator.url, outbound = directOutbound) =>
    createFcmAdapter({
      account: {
        projectId: sandboxAccounts.fcm.projectId,
        clientEmail: "sender@carillon-simulator.iam.gserviceaccount.com",
        privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      },
      baseUrl: `${url}/fcm`,
      tokenUrl: `${url}/fcm/token`,
      outbound,
    });
  const twilio = (url = simulator.url, outbound = directOutbound) =>
    createTwilioAdapter({
      ...sandboxAccounts.twilio,
      baseUrl: `${url}/twilio`,
      from: "+15005550006",
      callbackUrl: "https://gateway.example.com",
      deadlineMs: 5_000,
      outbound,
    });
  const smtp = (url = simulator.smtp) => {
    const { hostname, port } = new URL(url);
    return createSmtpAdapter({
      server: { host: hostname, port: Number(port), security: "none", login: sandboxAccounts.smtp },
      dkim: [],
      mail,
    });
  };
  const close = async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  };
  return { simulator, control, ses, fcm, twilio, smtp, mail, close };
}

export function emailTo(address: string, change: Parameters<typeof aSend>[0] = {}): OutboundMessage {
  const content: Content = { channel: "EMAIL", subject: "Your stay is booked", html: "<p>Grüße</p>", text: "Grüße" };
  return messageTo(address, content, change);
}

export function pushTo(token: string): OutboundMessage {
  const content: Content = {
    channel: "PUSH",
    title: "Booked",
    body: "See you",
    data: { link: "/b/1" },
    collapseKey: "booking-1",
  };
  return messageTo(token, content, { channel: "PUSH" });
}

export function textTo(number: string): OutboundMessage {
  return messageTo(number, { channel: "SMS", text: "Your code is 123456" }, { channel: "SMS" });
}

export function noteTo(userId: string): OutboundMessage {
  const content: Content = { channel: "INAPP", title: "Booked", body: "See you", deepLink: null };
  return messageTo(userId, content, { channel: "INAPP" });
}

function messageTo(address: string, content: Content, change: Parameters<typeof aSend>[0]): OutboundMessage {
  const { channel } = content;
  const deviceId = channel === "PUSH" ? "d1" : "";
  return {
    send: aSend(change),
    content,
    target: { address, deviceId },
    addressHash: hasher.hash(channel, address),
    now: start,
  };
}

export function within(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}
