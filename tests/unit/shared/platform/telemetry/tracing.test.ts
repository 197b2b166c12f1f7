import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import { startTracing } from "#shared/platform/telemetry/start-tracing.ts";
import { startRecordSpan, startRequestSpan, startRootSpan } from "#shared/platform/telemetry/tracing.ts";

const record = (headers: InRecord["headers"]): InRecord => ({
  topic: "comms.events",
  partition: 0,
  offset: 1,
  key: null,
  value: null,
  timestamp: 0,
  headers,
});
const parentOf = (headers: InRecord["headers"]) => String(headers["traceparent"]).split("-");

describe("the trace of a message", () => {
  it("begins where a record brings none", () => {
    const span = startRecordSpan("intake", "comms.events", record({}));
    expect(parentOf(span.headers)).toEqual(["00", span.traceId, expect.stringMatching(/^[0-9a-f]{16}$/), "00"]);
  });

  it("goes on from topic to topic under one id, each stage with a span of its own", () => {
    const first = startRecordSpan("intake", "comms.events", record({}));
    const second = startRecordSpan("router", "comms.accepted", record(first.headers));
    expect(second.traceId).toBe(first.traceId);
    expect(parentOf(second.headers)[2]).not.toBe(parentOf(first.headers)[2]);
  });

  it("takes up a producer's own trace, with its state", () => {
    const traceparent = Buffer.from("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const span = startRecordSpan(
      "intake",
      "comms.events",
      record({ traceparent, tracestate: Buffer.from("vendor=1") }),
    );
    expect(span.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(span.headers["tracestate"]?.toString()).toBe("vendor=1");
  });
});

describe("the trace of a request", () => {
  it("is the caller's, where the caller names one", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const span = startRequestSpan("POST /v1/events", { traceparent, tracestate: ["a=1", "b=2"] });
    expect(parentOf(span.headers)).toEqual(["00", span.traceId, expect.stringMatching(/^[0-9a-f]{16}$/), "01"]);
    expect(span.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(String(span.headers["tracestate"])).toBe("a=1,b=2");
  });

  it("begins where the caller names none, and takes over no state without a parent", () => {
    const span = startRequestSpan("POST /v1/events", { traceparent: "forged", tracestate: "a=1" });
    expect(parentOf(span.headers)).toEqual(["00", span.traceId, expect.stringMatching(/^[0-9a-f]{16}$/), "00"]);
    expect(span.headers).not.toHaveProperty("tracestate");
  });
});

const collected: Span[] = [];
let collector: Server;
let url: string;

beforeAll(async () => {
  collector = createServer((request, response) => {
    void json(request).then((body) => {
      for (const { scopeSpans } of (body as Exported).resourceSpans)
        for (const { spans } of scopeSpans) collected.push(...spans);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
});
afterAll(() => void collector.close());

/** The spans that the collector has got of this work, once the tracer is closed. */
async function spansOf(sampleRatio: number, work: () => void): Promise<readonly Span[]> {
  const tracing = startTracing({ url, sampleRatio, version: "test" });
  await tracing.ready;
  collected.length = 0;
  work();
  await tracing.close();
  return [...collected];
}

describe("spans with a collector", () => {
  it("are kept, named and attributed after the conventions, under the parent that the headers name", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { traceparent: Buffer.from(traceparent), tracestate: Buffer.from("vendor=1") };
    let own: readonly string[] = [];
    const spans = await spansOf(0, () => {
      const span = startRecordSpan("router", "comms.accepted", record(headers));
      own = parentOf(span.headers);
      expect(String(span.headers["tracestate"])).toBe("vendor=1");
      span.end("reject", true);
    });
    expect(spans).toMatchObject([
      {
        name: "process comms.accepted",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        parentSpanId: "b7ad6b7169203331",
        spanId: own[2],
        status: { code: 2, message: "reject" },
      },
    ]);
    expect(own).toEqual(["00", "0af7651916cd43dd8448eb211c80319c", own[2], "01"]);
    const attributes = new Map(spans[0]?.attributes.map(({ key, value }) => [key, value]));
    expect(attributes.get("messaging.consumer.group.name")).toEqual({ stringValue: "comms.router" });
    expect(attributes.get("comms.outcome")).toEqual({ stringValue: "reject" });
  });

  it.each([
    [1, 200, 200],
    [0, 0, 0],
    [0.5, 60, 140],
  ])(
    "of traces that begin here are the part %d of all, and each context says whether it is",
    async (ratio, least, most) => {
      let sampled = 0;
      const spans = await spansOf(ratio, () => {
        for (let n = 0; n < 200; n++) {
          const span = startRootSpan("due");
          sampled += Number(parentOf(span.headers)[3] === "01");
          span.end("emit", false);
        }
      });
      expect(spans).toHaveLength(sampled);
      expect(sampled).toBeGreaterThanOrEqual(least);
      expect(sampled).toBeLessThanOrEqual(most);
    },
  );

  it("are kept no more once the tracer is closed", async () => {
    await spansOf(1, () => {});
    startRootSpan("after").end("emit", false);
    expect(parentOf(startRootSpan("after").headers)[3]).toBe("00");
    expect(collected).toEqual([]);
  });
});

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
}

interface Exported {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}
