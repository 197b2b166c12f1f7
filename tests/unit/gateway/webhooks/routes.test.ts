import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { summaryEveryMs } from "#gateway/http/request-summary.ts";
import { createServer } from "#gateway/http/server.ts";
import { openWebhooks, webhookRoutes } from "#gateway/webhooks/routes.ts";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import type { WebhookRequest, WebhookResult } from "#shared/delivery/providers/provider.ts";
import { settingGroup } from "#shared/platform/config/setting.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

const event: ProviderEvent = {
  provider_event_id: "p-1",
  tenant_id: "acme",
  provider: "pigeon",
  received_at: 1,
  content_type: "text/plain",
  query: null,
  msg_id: "m-1",
  body: Buffer.from("coo"),
};

interface Bench {
  /** What the receiver makes of a request. */
  readonly receive: (request: WebhookRequest) => Promise<WebhookResult> | WebhookResult;
  /** Called for each publication; rejects for one that fails. */
  readonly publish?: () => Promise<void>;
  readonly logFile?: string;
}

/** The route of a provider that is in no registry. `steps` says what happened, in order. */
async function createPigeon({ receive, publish, logFile }: Bench) {
  const clock = createManualClock();
  const steps: string[] = [];
  const telemetry = createTelemetry({ level: logFile ? "info" : "silent", file: logFile, version: "test" });
  const app = createServer({ telemetry, clock, isSecure: false });
  const webhook = {
    settings: settingGroup("Birds", {}),
    path: "/webhooks/pigeon/loft",
    query: ["ring"],
    open: async (configs: readonly object[], { publicUrl }: { readonly publicUrl: string }) => {
      steps.push(`opened for ${configs.length} at ${publicUrl}`);
      return { receive: async (request: WebhookRequest) => receive(request) };
    },
    normalise: () => ({ kind: "nothing" }) as const,
  };
  const publisher = {
    publish: async (publication: object) => {
      await publish?.();
      steps.push(`published ${JSON.stringify({ ...publication, value: "value" in publication })}`);
      expect(publication).toMatchObject({ value: event });
    },
    close: async () => {},
  };
  const context = { clock, publicUrl: "https://comms.example.com", outbound: directOutbound };
  const webhooks = await openWebhooks(
    [{ provider: "pigeon", webhook, accounts: [{ config: {} }, { tenant: "loft", config: {} }] }],
    context,
  );
  const counted: string[] = [];
  const meter = {
    refused: (provider: string, code: string) => counted.push(`refused ${provider} ${code}`),
    subscriptionEnded: (provider: string) => counted.push(`ended ${provider}`),
  };
  webhookRoutes(app, { webhooks, publisher, clock, meter });
  const post = async (url = "/webhooks/pigeon/loft?ring=7", payload = "coo") => {
    const answer = await app.inject({ method: "POST", url, payload, headers: { "content-type": "text/coo" } });
    steps.push(`answered ${answer.statusCode}`);
    return answer;
  };
  return { post, steps, clock, counted };
}

const opened = "opened for 2 at https://comms.example.com";
const published = 'published {"topic":"comms.provider-events","key":"p-1","value":true}';

describe("the route of a provider's webhook [FBK-01] [INT-06]", () => {
  it("passes the request on as it came", async () => {
    const requests: WebhookRequest[] = [];
    const { post, clock } = await createPigeon({
      receive: (request) => {
        requests.push(request);
        return { kind: "verified", notes: {}, status: 204 };
      },
    });
    await post();
    expect(requests).toMatchObject([
      {
        url: "/webhooks/pigeon/loft?ring=7",
        headers: { "content-type": "text/coo" },
        body: Buffer.from("coo"),
        now: clock.now(),
      },
    ]);
  });

  it.each([200, 204] as const)("has the event on the log, then does the rest, then answers %i", async (status) => {
    const { post, steps } = await createPigeon({
      receive: () => ({ kind: "verified", event, notes: {}, status, published: async () => void steps.push("rest") }),
    });
    expect((await post()).body).toBe("");
    expect(steps).toEqual([opened, published, "rest", `answered ${status}`]);
  });

  it("does not answer while the log has not acknowledged the event", async () => {
    const acknowledgement = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { post, steps } = await createPigeon({
      receive: () => ({ kind: "verified", event, notes: {}, status: 204, published: () => void steps.push("rest") }),
      publish: () => {
        asked.resolve();
        return acknowledgement.promise;
      },
    });
    const answer = post();
    await asked.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toEqual([opened]);
    acknowledgement.resolve();
    await answer;
    expect(steps).toEqual([opened, published, "rest", "answered 204"]);
  });

  it("writes nothing for what came before, and answers alike", async () => {
    const { post, steps } = await createPigeon({ receive: () => ({ kind: "verified", notes: {}, status: 200 }) });
    await post();
    expect(steps).toEqual([opened, "answered 200"]);
  });
});

describe("the route of a provider's webhook, when something does not answer [FBK-01]", () => {
  it("answers 503 if the log does not take the event, and does nothing else", async () => {
    const { post, steps } = await createPigeon({
      receive: () => ({ kind: "verified", event, notes: {}, status: 204, published: () => void steps.push("rest") }),
      publish: async () => {
        throw new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true });
      },
    });
    const answer = await post();
    expect([answer.json().code, answer.headers["retry-after"]]).toEqual(["COMMS_UNAVAILABLE", "5"]);
    expect(steps).toEqual([opened, "answered 503"]);
  });

  it("answers 503 if what is left to do must be done again", async () => {
    const away = new AppError("SNS_UNAVAILABLE", "away", { retryable: true });
    const { post } = await createPigeon({
      receive: () => ({ kind: "verified", notes: {}, status: 200, published: () => Promise.reject(away) }),
    });
    expect((await post()).statusCode).toBe(503);
  });

  it("answers 503 if the check itself has to wait", async () => {
    const { post, steps } = await createPigeon({
      receive: () => Promise.reject(new AppError("SNS_UNAVAILABLE", "away", { retryable: true })),
    });
    await post();
    expect(steps).toEqual([opened, "answered 503"]);
  });
});

describe("the route of a provider's webhook, besides [INT-06]", () => {
  it.each([
    ["COMMS_WEBHOOK_SIGNATURE", 403],
    ["COMMS_UNSUPPORTED_MEDIA_TYPE", 415],
    ["COMMS_WEBHOOK_NO_STATUS", 422],
  ] as const)("answers %s with a problem, and writes nothing", async (code, status) => {
    const { post, steps, counted } = await createPigeon({
      receive: () => ({ kind: "refused", code, detail: "No ring" }),
    });
    const answer = await post();
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.json()).toMatchObject({ status, code, detail: "No ring" });
    expect(steps).toEqual([opened, `answered ${status}`]);
    expect(counted).toEqual([`refused pigeon ${code}`]);
  });

  it("raises an alarm where the provider's reports end, and answers as ever", async () => {
    const { post, counted } = await createPigeon({
      receive: () => ({ kind: "verified", notes: {}, status: 200, isSubscriptionEnd: true }),
    });
    expect((await post()).statusCode).toBe(200);
    expect(counted).toEqual(["ended pigeon"]);
  });

  it("is there for POST alone, and at no other path", async () => {
    const { post } = await createPigeon({ receive: () => ({ kind: "verified", notes: {}, status: 200 }) });
    expect((await post("/webhooks/pigeon")).statusCode).toBe(404);
    expect((await post("/webhooks/ses")).statusCode).toBe(404);
  });

  it("leaves the receiver's ids in the log line, also if the log does not answer", async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-webhooks-"));
    const logFile = join(folder, "log.ndjson");
    const { post } = await createPigeon({
      logFile,
      receive: () => ({ kind: "verified", event, notes: { provider_event_id: "p-1", ring: "7" }, status: 204 }),
      publish: async () => {
        throw new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true });
      },
    });
    await post();
    await expect.poll(async () => readFile(logFile, "utf8")).toContain("\n");
    expect(JSON.parse(await readFile(logFile, "utf8"))).toMatchObject({
      route: "/webhooks/pigeon/loft",
      status: 503,
      provider_event_id: "p-1",
      ring: "7",
      cause: "KAFKA_UNAVAILABLE",
    });
    await rm(folder, { recursive: true });
  });
});

describe("the log line of a webhook", () => {
  it("shares a line with others of its second where it is written and answered, and no other does", async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-webhooks-"));
    const logFile = join(folder, "log.ndjson");
    const results: WebhookResult[] = [
      { kind: "verified", event, notes: { provider_event_id: "p-1" }, status: 204 },
      { kind: "verified", event, notes: { provider_event_id: "p-2" }, status: 204 },
      { kind: "verified", notes: { ring: "told before" }, status: 200 },
      { kind: "verified", event, notes: { ring: "the end" }, status: 200, isSubscriptionEnd: true },
      { kind: "refused", code: "COMMS_WEBHOOK_STALE", detail: "Too old" },
    ];
    const { post, clock } = await createPigeon({ logFile, receive: () => results.shift() as WebhookResult });
    while (results.length > 0) await post();
    await clock.advance(summaryEveryMs);
    const read = async () => (await readFile(logFile, "utf8")).trim().split("\n");
    await expect.poll(async () => (await read()).length).toBe(4);
    const lines = (await read()).map((line) => JSON.parse(line) as { readonly level: string });
    expect(lines).toMatchObject([
      { status: 200, ring: "told before" },
      { status: 200, ring: "the end" },
      { status: 403, code: "COMMS_WEBHOOK_STALE" },
      { route: "/webhooks/pigeon/loft", requests: 2, statuses: { 204: 2 }, slowest: { status: 204 } },
    ]);
    await rm(folder, { recursive: true });
  });
});
