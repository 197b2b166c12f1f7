import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { assemble as assembleGateway } from "#gateway/main.ts";
import { assemble as assembleFeedback } from "#processors/feedback/main.ts";
import { assemble as assembleMaterializer } from "#processors/materializer/main.ts";
import { assemble as assembleProjector } from "#processors/projector/main.ts";
import { assemble as assembleScheduler } from "#processors/scheduler/main.ts";
import type { Decision, Feedback } from "#shared/contracts/records.ts";
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

function decision(msg_id: string): Decision {
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
    decision_id: `d-${msg_id}`,
    stage: "router",
    round: 0,
    channel: "EMAIL",
    cause_event: "booking.confirmed",
    cause_ref: `bk-${msg_id}`,
    template_name: "booking_confirmed_buyer",
    template_version: 1,
    category: "booking",
    critical: false,
    locale: "en-US",
    dedupe_key: `BOOKING:${msg_id}:confirmed`,
    gate: "end",
    verdict: "PASS",
    reason: null,
    due_at: null,
    trace: [],
  };
}

/** The router lets the message through, and the projector writes it down. */
async function decided(msgId: string): Promise<void> {
  await produce(test.platform, "comms.decisions", { key: personKey("acme", "anna"), value: decision(msgId) });
}

/** The email sender's call, as SES gets it. */
async function mailed(msgId: string, to: string): Promise<void> {
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
      EmailTags: [{ Name: "msg_id", Value: msgId }],
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

describe("a webhook that changes nothing, comes early or comes twice [FBK-01] [FBK-02]", () => {
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
