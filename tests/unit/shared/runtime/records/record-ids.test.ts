import { describe, expect, it } from "vitest";
import type { Headers } from "#shared/contracts/log-record.ts";
import { idFields, recordIds } from "#shared/runtime/records/record-ids.ts";

const headersOf = (texts: Readonly<Record<string, string>>): Headers =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));

describe("the ids of a record [HLT-06]", () => {
  it.each([
    [
      "by its value, before its headers",
      { correlation_id: "c-1" },
      { correlation_id: "c-2" },
      { correlationId: "c-1" },
    ],
    [
      "by its headers where nothing could be decoded",
      undefined,
      { "x-correlation-id": "c-2" },
      { correlationId: "c-2" },
    ],
    [
      "by its headers where the value has none",
      { correlation_id: null },
      { "correlation-id": "c" },
      { correlationId: "c" },
    ],
    ["with the request that wrote it", undefined, { "x-request-id": "r-1" }, { requestId: "r-1" }],
    [
      "as they were when it was set aside before",
      undefined,
      { "comms-request-id": "r", "x-request-id": "s" },
      { requestId: "r" },
    ],
  ])("are told %s", (...[, value, headers, ids]) => {
    expect(recordIds({ headers: headersOf(headers) }, value, "t")).toEqual({ traceId: "t", ...ids });
  });

  it.each(["mira@example.com", "+15005550006", "a sentence", "", "x".repeat(129)])("are not %j", (text) => {
    const headers = headersOf({ correlation_id: text, "x-request-id": text });
    expect(recordIds({ headers }, { correlation_id: text }, "t")).toEqual({ traceId: "t" });
  });

  it("are named in a line as everywhere in the log", () => {
    const ids = { traceId: "t", correlationId: "c", requestId: "r" };
    expect(idFields(ids)).toEqual({ trace_id: "t", correlation_id: "c", request_id: "r" });
  });
});
