import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isPublicRoute, publicRoutes } from "#gateway/access/public-routes.ts";
import { wrongKeysMax } from "#gateway/access/wrong-keys.ts";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { naughtyStrings } from "#tests/support/naughty-strings.ts";
import { type Bench, type BenchRoute, createBench } from "../bench.ts";
import { aKey } from "../keys.ts";

type Method = "GET" | "POST" | "HEAD";

const event = {
  name: "security.code_requested",
  actors: [{ role: "user", user_id: "anna" }],
  cause_ref: "l-1",
  payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
};

/** A request to each keyed route that would be answered with 2xx. */
const good: Readonly<Record<string, { readonly url: string; readonly payload?: object }>> = {
  "/v1/events": { url: "/v1/events", payload: event },
  "/v1/events/batch": { url: "/v1/events/batch", payload: { events: [event] } },
  "/v1/cancellations": { url: "/v1/cancellations", payload: { cause_ref: "l-1" } },
  "/v1/messages": { url: "/v1/messages?cause_ref=l-1" },
  "/v1/catalog": { url: "/v1/catalog" },
};

function ask({ app }: Bench, { method, url }: BenchRoute, authorization?: string) {
  const { payload, url: asked } = good[url] ?? { url, payload: method === "POST" ? {} : undefined };
  return app.inject({
    method: method as Method,
    url: asked,
    headers: {
      ...(payload ? { "content-type": "application/json" } : {}),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(payload ? { payload } : {}),
  });
}

describe("every route of the gateway", () => {
  const { routes } = createBench();
  const keyed = routes.filter(({ url }) => !isPublicRoute(url));

  it("is on the list of what is public, or needs a key", () => {
    expect(keyed.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
      "GET /v1/catalog",
      "GET /v1/messages",
      "HEAD /v1/catalog",
      "HEAD /v1/messages",
      "POST /v1/cancellations",
      "POST /v1/events",
      "POST /v1/events/batch",
    ]);
    const unused = Object.keys(publicRoutes).filter((path) => !routes.some(({ url }) => isSame(url, path)));
    expect(unused).toEqual([]);
  });

  it.each(keyed)("$method $url: nothing without a key, and 2xx with one", async (route) => {
    const bench = createBench({ anonymous: true });
    const refused = await ask(bench, route);
    expect([refused.statusCode, refused.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="carillon"']);
    if (route.method !== "HEAD") expect(refused.json().code).toBe("COMMS_UNAUTHENTICATED");
    expect((await ask(bench, route, `Bearer ${drawApiKey().text}`)).statusCode).toBe(401);
    expect(bench.published).toEqual([]);
    expect(bench.queries).toEqual([]);
    expect((await ask(bench, route, `Bearer ${bench.key.text}`)).statusCode).toBeLessThan(300);
  });

  it("is refused when it is added with neither", () => {
    const { app } = createBench();
    expect(() => app.get("/v1/secrets", () => "all of them")).toThrow("/v1/secrets names no scope and is not public");
  });
});

function isSame(url: string, path: string): boolean {
  return path.endsWith("*") ? url.startsWith(path.slice(0, -1)) : url === path;
}

describe("naughty strings against every route", () => {
  const { routes } = createBench();

  /** Every place of a request that takes a text, with the text in it. */
  function requestsWith(text: string, { method, url }: BenchRoute) {
    const inQuery = encodeURIComponent(text.toWellFormed());
    const path = url.replace(/:\w+/g, inQuery === "" ? "x" : inQuery);
    const headers = { "content-type": "application/json" };
    const bodies =
      method === "POST"
        ? [
            text,
            JSON.stringify(text),
            JSON.stringify({ [text]: text }),
            JSON.stringify({ ...event, name: text }),
            JSON.stringify({ ...event, cause_ref: text, event_id: text, source: text, correlation_id: text }),
            JSON.stringify({ ...event, tenant_id: text }),
            JSON.stringify({ ...event, actors: [{ role: "user", user_id: text }], payload: { code: text } }),
            JSON.stringify({ events: [{ ...event, cause_ref: text }, text, null, [text]] }),
            JSON.stringify({ events: text }),
          ]
        : [undefined];
    const queries = [
      "",
      `?cause_ref=${inQuery}`,
      `?event_id=${inQuery}`,
      `?name=${inQuery}`,
      `?${inQuery}`,
      `?dry_run=${inQuery}`,
    ];
    return [
      ...bodies.map((payload) => ({
        method: method as Method,
        url: path,
        headers,
        ...(payload === undefined ? {} : { payload }),
      })),
      ...queries.map((query) => ({ method: method as Method, url: `${path}${query}`, headers })),
    ];
  }

  it.each(["without a key", "with a key", "as the key"])(
    "%s: no 5xx, and no 2xx for a stranger",
    { timeout: 60_000 },
    async (how) => {
      const bench = createBench({ anonymous: true, limits: { clientRate: 1_000_000, keyRate: 1_000_000 } });
      const counts = { asked: 0, failed: 0, let: 0 };
      for (const text of naughtyStrings) {
        const printable = text.replaceAll(/[^\x20-\x7e]/g, "?");
        const authorization =
          { "without a key": undefined, "with a key": `Bearer ${bench.key.text}` }[how] ?? `Bearer ${printable}`;
        for (const route of routes) {
          for (const request of requestsWith(text, route)) {
            const headers = { ...request.headers, ...(how === "without a key" ? {} : { authorization }) };
            const { statusCode } = await bench.app.inject({ ...request, headers });
            counts.asked++;
            if (statusCode >= 500) counts.failed++;
            if (statusCode < 300 && how !== "with a key" && !isPublicRoute(route.url)) counts.let++;
          }
        }
      }
      expect(counts).toEqual({ asked: counts.asked, failed: 0, let: 0 });
      expect(counts.asked).toBeGreaterThan(2_000);
      if (how !== "with a key")
        expect(bench.published.filter(({ topic }) => topic.startsWith("comms.events"))).toEqual([]);
    },
  );
});

describe("a request with a key", () => {
  it("is refused for what the key may not do", async () => {
    const bench = createBench({ anonymous: true });
    const reader = aKey({ scopes: ["messages:read", "a scope of a later release"] });
    bench.keys.records.set(reader.record.keyId, reader.record);
    const answer = await ask(bench, { method: "POST", url: "/v1/events" }, `Bearer ${reader.text}`);
    expect([answer.statusCode, answer.json().code]).toEqual([403, "COMMS_SCOPE_MISSING"]);
    expect(answer.headers["www-authenticate"]).toContain('scope="events:write"');
    expect((await ask(bench, { method: "GET", url: "/v1/messages" }, `Bearer ${reader.text}`)).statusCode).toBe(200);
    expect(bench.published).toEqual([]);
  });

  it.each(["CommsViewer", "CommsApprover"])(
    "with the role %s opens nothing here, whatever scopes its row has",
    async (role) => {
      const bench = createBench({ anonymous: true });
      const admin = aKey({ role });
      bench.keys.records.set(admin.record.keyId, admin.record);
      const keyed = bench.routes.filter(({ url, method }) => !isPublicRoute(url) && method !== "HEAD");
      for (const route of keyed) {
        const answer = await ask(bench, route, `Bearer ${admin.text}`);
        expect([route.url, answer.statusCode, answer.json().code]).toEqual([route.url, 403, "COMMS_SCOPE_MISSING"]);
      }
      expect([keyed.length, bench.published]).toEqual([5, []]);
    },
  );

  it("is noted as a use of it, and one that is refused is not", async () => {
    const bench = createBench({ anonymous: true });
    const stop = new AbortController();
    const running = bench.lastUse.run(stop.signal);
    const reader = aKey({ scopes: [] });
    bench.keys.records.set(reader.record.keyId, reader.record);
    await ask(bench, { method: "GET", url: "/v1/catalog" }, `Bearer ${bench.key.text}`);
    await ask(bench, { method: "GET", url: "/v1/catalog" }, `Bearer ${reader.text}`);
    stop.abort();
    await running;
    expect([...bench.keys.uses.keys()]).toEqual([bench.key.record.keyId]);
  });

  it("is answered with 503 where the key is not known and the table does not answer", async () => {
    const bench = createBench({ anonymous: true });
    const route = { method: "POST", url: "/v1/events" };
    expect((await ask(bench, route, `Bearer ${bench.key.text}`)).statusCode).toBe(202);
    bench.keys.failure = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });
    expect((await ask(bench, route, `Bearer ${bench.key.text}`)).statusCode).toBe(202);
    const unknown = await ask(bench, route, `Bearer ${aKey().text}`);
    expect([unknown.statusCode, unknown.json().code]).toEqual([503, "COMMS_UNAVAILABLE"]);
    expect(unknown.headers["retry-after"]).toBe("5");
  });

  it("is refused before its body is read", async () => {
    const bench = createBench({ anonymous: true });
    const answer = await bench.app.inject({
      method: "POST",
      url: "/v1/events",
      payload: "x".repeat(800 * 1024),
      headers: { "content-type": "application/json" },
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe("the rate of a key", () => {
  it("is its own or the gateway's; what is over is answered with 429 and a time to wait", async () => {
    const bench = createBench({ anonymous: true, limits: { keyRate: 2 } });
    const slow = aKey({ ratePerSecond: 1 });
    bench.keys.records.set(slow.record.keyId, slow.record);
    const statuses = async (text: string) => {
      const found: number[] = [];
      for (let times = 0; times < 6; times++) {
        found.push((await ask(bench, { method: "POST", url: "/v1/events" }, `Bearer ${text}`)).statusCode);
      }
      return found;
    };
    expect(await statuses(slow.text)).toEqual([202, 202, 429, 429, 429, 429]);
    expect(await statuses(bench.key.text)).toEqual([202, 202, 202, 202, 429, 429]);
    const answer = await ask(bench, { method: "GET", url: "/v1/catalog" }, `Bearer ${slow.text}`);
    expect([answer.headers["retry-after"], answer.json().code]).toEqual(["1", "COMMS_TOO_MANY_REQUESTS"]);
    await bench.clock.advance(1_000);
    expect((await ask(bench, { method: "GET", url: "/v1/catalog" }, `Bearer ${slow.text}`)).statusCode).toBe(200);
  });

  it("is spent by a batch as by its events", async () => {
    const bench = createBench({ limits: { keyRate: 10 } });
    const batch = { events: Array.from({ length: 50 }, (_, at) => ({ ...event, cause_ref: `l-${at}` })) };
    const post = () =>
      bench.app.inject({
        method: "POST",
        url: "/v1/events/batch",
        payload: batch,
        headers: { "content-type": "application/json" },
      });
    expect((await post()).statusCode).toBe(200);
    const refused = await post();
    // 20 were there, 50 were taken: the debt of 30 and one more are there in 3.1 s.
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, "4"]);
    await bench.clock.advance(4_000);
    expect((await post()).statusCode).toBe(200);
  });
});

describe("a failed authentication", () => {
  it("is counted by its cause", async () => {
    const bench = createBench({ anonymous: true });
    const none = aKey({ scopes: [] });
    bench.keys.records.set(none.record.keyId, none.record);
    const route = { method: "GET", url: "/v1/catalog" };
    await ask(bench, route);
    await ask(bench, route, "Basic x");
    await ask(bench, route, `Bearer ${none.text}`);
    for (let times = 0; times < wrongKeysMax + 2; times++) await ask(bench, route, `Bearer ${drawApiKey().text}`);
    const read = (cause: string) => bench.metrics.read("comms_http_auth_failures_total", { cause });
    const causes = ["missing", "malformed", "scope", "unknown", "blocked"];
    expect(await Promise.all(causes.map(read))).toEqual([1, 1, 1, wrongKeysMax, 2]);
    expect(bench.blocked).toEqual(["127.0.0.1"]);
  });

  it("leaves its cause and the public part of the key in the log, and never the key", async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-gateway-"));
    const logFile = join(folder, "log.ndjson");
    const bench = createBench({ anonymous: true, logFile });
    const { keyId, text } = drawApiKey();
    const route = { method: "GET", url: "/v1/catalog" };
    await ask(bench, route, `Bearer ${text}`);
    await ask(bench, route, `Bearer ${bench.key.text}`);
    await ask(bench, route, "Bearer canary");
    await expect.poll(async () => (await readFile(logFile, "utf8")).split("\n").length).toBe(4);
    const written = await readFile(logFile, "utf8");
    const lines = written
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { status: 401, code: "COMMS_UNAUTHENTICATED", auth: "unknown", key_id: keyId },
      { status: 200, tenant_id: "default", key_id: bench.key.record.keyId },
      { status: 401, code: "COMMS_UNAUTHENTICATED", auth: "malformed" },
    ]);
    for (const secret of [text, bench.key.text, text.slice(-43), "canary"]) expect(written).not.toContain(secret);
    await rm(folder, { recursive: true });
  });
});
