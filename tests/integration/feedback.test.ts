import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MessageTag, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { assemble as assembleGateway } from "#gateway/main.ts";
import { assemble as assembleFeedback } from "#processors/feedback/main.ts";
import { assemble as assembleMaterializer } from "#processors/materializer/main.ts";
import { assemble as assembleProjector } from "#processors/projector/main.ts";
import { assemble as assembleScheduler } from "#processors/scheduler/main.ts";
import type { Channel, Decision, Feedback, Rendered, Send } from "#shared/contracts/records.ts";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { subjectTags } from "#shared/delivery/providers/ses/core/subject-tags.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
import { hashTag } from "#shared/domain/feedback/call-reference.ts";
import { personKey } from "#shared/domain/message/id.ts";
import { decisiveSuppression } from "#shared/domain/suppression/suppression.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { type Simulator, startSimulator } from "#simulator/simulator.ts";
import {
  createTestPlatform,
  freePort,
  produce,
  recordsOf,
  startStage,
  type TestPlatform,
} from "#tests/support/platform.ts";
import { aSend } from "#tests/unit/shared/delivery/sender-bench.ts";

let folder: string;
let simulator: Simulator;
let test: TestPlatform;
let gateway: HostedService;
let shells: readonly Shell[];
const crashes: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-feedback-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  simulator = await startSimulator({
    ledgerPath: join(folder, "ledger.ndjson"),
    callbackBase: base,
    callbackDelayMs: 1,
  });
  test = await createTestPlatform({
    COMMS_GATEWAY_PORT: String(port),
    COMMS_GATEWAY_PUBLIC_URL: base,
    COMMS_TWILIO_AUTH_TOKEN: sandboxAccounts.twilio.authToken,
    COMMS_SNS_TOPIC_ARNS: sandboxAccounts.ses.topicArn,
    COMMS_SNS_CERTIFICATE_ORIGIN: `${simulator.url}/sns`,
  });
  gateway = await assembleGateway(test.platform, test.config);
  await gateway.start();
  const stages = [
    assembleFeedback,
    assembleProjector,
    (platform: typeof test.platform) => assembleMaterializer(platform, test.config),
    assembleScheduler,
  ];
  const onCrash = (error: unknown) => void crashes.push(error);
  shells = await Promise.all(
    stages.map(async (assemble) => startStage(test.platform, await assemble(test.platform), onCrash)),
  );
  await vi.waitUntil(() => shells.every((shell) => shell.state().ready), { timeout: 60_000, interval: 100 });
});

afterAll(async () => {
  await gateway?.stop(5_000);
  await Promise.all((shells ?? []).map((shell) => shell.stop(5_000)));
  await simulator?.close();
  await test?.close();
  await rm(folder, { recursive: true, force: true });
  expect(crashes).toEqual([]);
});

/** What every record of a message begins with. */
function subjectOf(msg_id: string, channel: Channel) {
  const now = Date.now();
  return {
    event_id: `e-${msg_id}`,
    occurred_at: now,
    recorded_at: now,
    tenant_id: "acme",
    user_id: "anna",
    msg_id,
    correlation_id: `c-${msg_id}`,
    causation_id: `a-${msg_id}`,
    channel,
    cause_event: "booking.confirmed",
    cause_ref: `bk-${msg_id}`,
    template_name: "booking_confirmed_buyer",
    template_version: 1,
    category: "booking",
    locale: "en-US",
    dedupe_key: `BOOKING:${msg_id}:confirmed`,
  } as const;
}

function decision(msg_id: string, channel: Channel = "EMAIL"): Decision {
  return {
    ...subjectOf(msg_id, channel),
    decision_id: `d-${msg_id}`,
    stage: "router",
    round: 0,
    critical: false,
    gate: "end",
    verdict: "PASS",
    reason: null,
    due_at: null,
    trace: [],
  };
}

/** The router lets the message through, and the projector writes it down. */
async function decided(msgId: string, channel: Channel = "EMAIL"): Promise<void> {
  await produce(test.platform, "comms.decisions", { key: personKey("acme", "anna"), value: decision(msgId, channel) });
}

/** The SMS sender's call, as Twilio gets it, with the callback that the adapter names. */
async function texted(msgId: string, to: string, attempt: number): Promise<void> {
  const { accountSid, authToken } = sandboxAccounts.twilio;
  const adapter = createTwilioAdapter({
    accountSid,
    authToken,
    baseUrl: `${simulator.url}/twilio`,
    from: "+15005550006",
    callbackUrl: test.config.COMMS_GATEWAY_PUBLIC_URL,
    deadlineMs: 5_000,
  });
  const send = aSend({ ...subjectOf(msgId, "SMS"), channel: "SMS", attempt });
  const message: OutboundMessage = {
    send,
    content: { channel: "SMS", text: "Your code" },
    target: { address: to, deviceId: "" },
    addressHash: test.platform.hasher.hash("SMS", to),
    now: Date.now(),
  };
  expect(await adapter.send(message, AbortSignal.timeout(5_000))).toMatchObject({ kind: "accepted" });
}

/** The email sender's call, as SES gets it. */
async function mailed(msgId: string, to: string, tags: readonly MessageTag[] = []): Promise<void> {
  const client = new SESv2Client({
    region: "us-east-1",
    endpoint: `${simulator.url}/ses`,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  await client.send(
    new SendEmailCommand({
      FromEmailAddress: "no-reply@notify.example.com",
      Destination: { ToAddresses: [to] },
      Content: { Simple: { Subject: { Data: "Hi" }, Body: { Text: { Data: "Hi" } } } },
      ConfigurationSetName: "comms-transactional",
      EmailTags: [{ Name: "msg_id", Value: msgId }, ...tags],
    }),
  );
  client.destroy();
}

async function published(msgId: string, type: string, detail: object = {}): Promise<void> {
  const answer = await fetch(`${simulator.url}/control/ses/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type, msg_id: msgId, detail }),
  });
  expect(answer.status).toBe(200);
}

const long = { timeout: 30_000, interval: 100 };

async function rowOf(msgId: string): Promise<{ status: string; reason: string | null } | undefined> {
  const { rows } = await test.database.pool.query("select status, reason from comms_message where msg_id = $1", [
    msgId,
  ]);
  return rows[0];
}

async function statusOf(msgId: string): Promise<string | undefined> {
  return (await rowOf(msgId))?.status;
}

async function reportsOn(msgId: string): Promise<readonly Feedback[]> {
  const records = await recordsOf(test.platform, "comms.feedback");
  return records.map(({ value }) => value).filter(({ msg_id }) => msg_id === msgId);
}

/** What the router's gate and the senders' last look would say to the next message, critical or not. */
async function refusal(address: string, critical: boolean): Promise<string | undefined> {
  const addressHash = test.platform.hasher.hash("EMAIL", address);
  const { value } = await test.platform.views().suppressions([{ tenantId: "acme", channel: "EMAIL", addressHash }]);
  return decisiveSuppression(value[0] ?? [], { category: "booking", critical })?.reason;
}

describe("a webhook, from the provider to the next message [EML-04] [FBK-01] [FBK-02] [FBK-03] [INT-06]", () => {
  it("that tells of a hard bounce ends the message as bounced, and the next message is refused, critical or not", async () => {
    const address = "bounce+1@simulator.amazonses.com";
    await decided("m-bounce");
    await expect.poll(() => statusOf("m-bounce"), long).toBe("queued");
    await mailed("m-bounce", address);
    await expect.poll(() => rowOf("m-bounce"), long).toEqual({ status: "bounced", reason: "COMMS_INVALID_ADDRESS" });
    await expect.poll(() => refusal(address, false), long).toBe("HARD_BOUNCE");
    expect(await refusal(address, true)).toBe("HARD_BOUNCE");
    const [report] = await reportsOn("m-bounce");
    expect(report).toMatchObject({ tenant_id: "acme", user_id: "anna", origin: "PROVIDER", suppress: "hard_bounce" });
    const { rows } = await test.database.pool.query(
      "select tenant_id, reason, origin, scope, msg_id, evidence from comms_suppression",
    );
    expect(rows).toEqual([
      {
        tenant_id: "acme",
        reason: "hard_bounce",
        origin: "provider",
        scope: "all",
        msg_id: "m-bounce",
        evidence: report?.feedback_id,
      },
    ]);
  });

  it("that comes late and out of order changes no end: delivered after the bounce", async () => {
    await published("m-bounce", "Delivery");
    await expect
      .poll(async () => (await reportsOn("m-bounce")).map(({ status }) => status), long)
      .toContain("DELIVERED");
    await decided("m-fence");
    await mailed("m-fence", "success@simulator.amazonses.com");
    await expect.poll(() => statusOf("m-fence"), long).toBe("delivered");
    expect(await statusOf("m-bounce")).toBe("bounced");
  });

  it("that tells of a complaint stops all that is not critical, until it is taken back", async () => {
    const address = "complaint+1@simulator.amazonses.com";
    await decided("m-complaint");
    await mailed("m-complaint", address);
    await expect.poll(() => statusOf("m-complaint"), long).toBe("complained");
    await expect.poll(() => refusal(address, false), long).toBe("COMPLAINT");
    expect(await refusal(address, true)).toBeUndefined();
    await published("m-complaint", "Complaint", { complaintFeedbackType: "not-spam" });
    await expect.poll(() => refusal(address, false), long).toBeUndefined();
    expect(await statusOf("m-complaint")).toBe("complained");
  });
});

describe("whom a report stops [FBK-02]", () => {
  it.each([
    ["Bounce", "HARD_BOUNCE"],
    ["Complaint", "COMPLAINT"],
  ])("the mailbox that was sent to, by any spelling of it: %s", async (local, reason) => {
    const address = `${local}+Mira.Holt@Simulator.AmazonSES.com`;
    const msgId = `m-spelled-${local}`;
    await decided(msgId);
    await mailed(msgId, address, [{ Name: "to", Value: hashTag(test.platform.hasher.hash("EMAIL", address)) }]);
    await expect.poll(() => refusal(address, false), long).toBe(reason);
    // As an identity service may rewrite the profile later.
    expect(await refusal(address.toLowerCase(), false)).toBe(reason);
  });

  it("nobody, where the recipient's server blames our network: the message failed, and the next one goes", async () => {
    const address = "Blocked+1@simulator.amazonses.com";
    await decided("m-blocked");
    await mailed("m-blocked", address);
    await expect.poll(() => rowOf("m-blocked"), long).toEqual({ status: "failed", reason: "COMMS_PROVIDER_REJECTED" });
    // A bounce that suppresses, on the same partition after it.
    await decided("m-after");
    await mailed("m-after", "bounce+9@simulator.amazonses.com");
    await expect.poll(() => refusal("bounce+9@simulator.amazonses.com", true), long).toBe("HARD_BOUNCE");
    expect([await refusal(address, false), await refusal(address, true)]).toEqual([undefined, undefined]);
  });
});

describe("a text that its carrier gives back after acceptance [FBK-03]", () => {
  it("gets its next attempt on the schedule, to the sender, and stays on its way", async () => {
    const rendered: Rendered = {
      ...subjectOf("m-text", "SMS"),
      artifact_ref: "acme/m-text/abc",
      content_hash: "abc",
      content_bytes: 9,
    };
    await decided("m-text", "SMS");
    await produce(test.platform, "comms.rendered", { key: personKey("acme", "anna"), value: rendered });
    await expect.poll(() => statusOf("m-text"), long).toBe("queued");
    await texted("m-text", "+15005553003", 1);
    const item = async () =>
      (await recordsOf(test.platform, "comms.schedule")).find(
        ({ value }) => value.msg_id === "m-text" && value.kind === "retry",
      )?.value;
    await expect.poll(item, long).toMatchObject({ target_topic: "comms.send.sms", key: "acme/anna" });
    const send = test.platform.codec().decode("comms.send.sms", (await item())?.payload as Buffer);
    expect(send).toMatchObject({
      msg_id: "m-text",
      attempt: 2,
      reopens: 1,
      content_hash: "abc",
    } satisfies Partial<Send>);
    expect(await statusOf("m-text")).not.toBe("failed");
  });

  it("fails after the last attempt of its row", async () => {
    await texted("m-text", "+15005553003", 3);
    await expect.poll(() => statusOf("m-text"), long).toBe("failed");
    const { rows } = await test.database.pool.query(
      "select last_error_code, attempts from comms_message where msg_id = 'm-text'",
    );
    expect(rows).toEqual([{ last_error_code: "30003", attempts: 3 }]);
  });
});

describe("a webhook that changes nothing, comes early or comes twice [FBK-01]", () => {
  it("that tells of an absence after a delivery changes nothing", async () => {
    const address = "ooto+1@simulator.amazonses.com";
    await decided("m-ooto");
    await mailed("m-ooto", address);
    await expect
      .poll(async () => (await reportsOn("m-ooto")).map(({ status }) => status).sort(), long)
      .toEqual(["DELIVERED", "FAILED"]);
    await expect.poll(() => statusOf("m-ooto"), long).toBe("delivered");
    expect(await refusal(address, false)).toBeUndefined();
  });

  it("that is faster than the projector is reported at once where it brings its message along", async () => {
    const sealed = test.platform.subjects.seal(aSend(subjectOf("m-sealed", "EMAIL")));
    await mailed("m-sealed", "success@simulator.amazonses.com", subjectTags(sealed));
    await expect.poll(() => statusOf("m-sealed"), long).toBe("delivered");
    const [report] = await reportsOn("m-sealed");
    expect(report).toMatchObject({ tenant_id: "acme", user_id: "anna", cause_ref: "bk-m-sealed" });
    const waits = (await recordsOf(test.platform, "comms.schedule")).filter(({ value }) => value.msg_id === "m-sealed");
    expect(waits).toEqual([]);
  });

  it("that is faster than the projector waits on the schedule for its message, and holds back nobody", async () => {
    await mailed("m-early", "bounce+2@simulator.amazonses.com");
    const waiting = async () =>
      (await recordsOf(test.platform, "comms.schedule")).find(({ value }) => value.msg_id === "m-early")?.value;
    await expect.poll(waiting, long).toMatchObject({
      kind: "feedback_wait",
      msg_id: "m-early",
      target_topic: "comms.provider-events",
    });
    await decided("m-early");
    await expect.poll(() => statusOf("m-early"), long).toBe("bounced");
    expect(await reportsOn("m-early")).toHaveLength(1);
  });

  it("that the provider sends twice is one report and one entry", async () => {
    const events = await recordsOf(test.platform, "comms.provider-events");
    const again = events.find(
      ({ value }) => String(value.body).includes("m-bounce") && String(value.body).includes("Permanent"),
    );
    await produce(test.platform, "comms.provider-events", again as NonNullable<typeof again>);
    await expect
      .poll(async () => (await reportsOn("m-bounce")).filter(({ status }) => status === "BOUNCED").length, long)
      .toBe(2);
    const ids = (await reportsOn("m-bounce"))
      .filter(({ status }) => status === "BOUNCED")
      .map(({ feedback_id }) => feedback_id);
    expect(new Set(ids).size).toBe(1);
    const { rows } = await test.database.pool.query("select 1 from comms_suppression where msg_id = 'm-bounce'");
    expect(rows).toHaveLength(1);
  });
});
