import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { core } from "@opentelemetry/sdk-node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  newSpanId,
  newTraceId,
  parseTraceParent,
  traceHeaders,
  traceParentOf,
} from "#shared/platform/telemetry/trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const valid = `00-${traceId}-${spanId}-01`;

describe("a traceparent", () => {
  it.each([
    ["sampled", valid, true],
    ["not sampled", `00-${traceId}-${spanId}-00`, false],
    ["with flags that nobody knows yet", `00-${traceId}-${spanId}-fe`, false],
    ["of a later version", `01-${traceId}-${spanId}-01`, true],
    ["of a later version, with more behind it", `cc-${traceId}-${spanId}-01-what-will-be`, true],
  ])("is read where it is %s", (_, text, isSampled) => {
    expect(parseTraceParent(text)).toEqual({ traceId, spanId, isSampled, state: undefined });
  });

  it.each([
    ["nothing", ""],
    ["the version that is none", `ff-${traceId}-${spanId}-01`],
    ["a trace of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["a parent of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["capitals", valid.toUpperCase()],
    ["a digit too few", `00-${traceId.slice(1)}-${spanId}-01`],
    ["a digit too many", `00-${traceId}0-${spanId}-01`],
    ["more behind version 00", `${valid}-extra`],
    ["something that joins it", `${valid}00`],
    ["no flags", `00-${traceId}-${spanId}`],
    ["two of them", `${valid},${valid}`],
    ["a sentence", "forged: yes"],
  ])("is none where it is %s", (_, text) => expect(parseTraceParent(text)).toBeUndefined());

  it("is written as it is read", () => {
    const parent = { traceId, spanId, isSampled: true, state: "vendor=1" };
    expect(traceParentOf(traceHeaders(parent))).toEqual(parent);
    expect(String(traceHeaders(parent)["traceparent"])).toBe(valid);
  });
});

describe("a tracestate", () => {
  const stateOf = (text: string) => parseTraceParent(valid, text)?.state;

  it.each([
    ["as it is", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
    ["without the members that are malformed", "a=1,B=2,c,=d,e=1=2,f=ü,g=2", "a=1,g=2"],
    ["without the spaces between its members", "a=1 , b=2", "a=1,b=2"],
    ["not at all where no member is left", "one two three", undefined],
    [
      "up to 32 members",
      Array.from({ length: 40 }, (_, n) => `k${n}=v`).join(),
      Array.from({ length: 32 }, (_, n) => `k${n}=v`).join(),
    ],
    ["up to 512 characters", `a=${"x".repeat(256)},b=${"x".repeat(256)},c=1`, `a=${"x".repeat(256)},c=1`],
  ])("is passed on %s", (_, given, passed) => expect(stateOf(given)).toBe(passed));

  it("is one list where several headers hold it", () => {
    const tracestate = [Buffer.from("a=1"), Buffer.from("b=2")];
    expect(traceParentOf({ traceparent: Buffer.from(valid), tracestate })?.state).toBe("a=1,b=2");
  });
});

const propagator = new core.W3CTraceContextPropagator();
const setter = {
  set: (carrier: Record<string, string>, name: string, value: string) => void (carrier[name] = value),
};
const getter = {
  get: (carrier: Record<string, string>, name: string) => carrier[name],
  keys: (carrier: Record<string, string>) => Object.keys(carrier),
};

/** What the next stage sees if OpenTelemetry passes the headers on without a span of its own. */
function byPropagator(headers: Record<string, string>) {
  const context = propagator.extract(ROOT_CONTEXT, headers, getter);
  const sampled = trace.getSpanContext(context)?.traceFlags;
  const carrier: Record<string, string> = {};
  if (sampled !== undefined) {
    const own = { ...(trace.getSpanContext(context) as never as object), traceFlags: sampled & 1 };
    propagator.inject(trace.setSpanContext(context, own as never), carrier, setter);
  }
  const { traceparent, tracestate = "" } = carrier;
  return { traceparent, tracestate };
}

function byHand({ traceparent, tracestate }: Record<string, string>) {
  const parent = parseTraceParent(traceparent, tracestate);
  const headers = parent ? traceHeaders(parent) : {};
  return {
    traceparent: headers["traceparent"]?.toString("latin1"),
    tracestate: headers["tracestate"]?.toString("latin1") ?? "",
  };
}

const hex = (length: number) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.string({
        unit: fc.constantFrom(..."0123456789abcdef".split("")),
        minLength: length,
        maxLength: length,
      }),
    },
    { weight: 1, arbitrary: fc.constant("0".repeat(length)) },
    { weight: 1, arbitrary: fc.constant("f".repeat(length)) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."0aAfFgG -".split("")), maxLength: length + 1 }) },
  );
const around = fc.constantFrom("", "", "", "", " ", "  ", "\n", "\t", "-", "-more", ",");
const traceparents = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(around, hex(2), hex(32), hex(16), hex(2), around)
      .map(([before, version, id, parent, flags, after]) => `${before}${version}-${id}-${parent}-${flags}${after}`),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);
const member = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom("a", "b1", "t@v", "1t@v", "A", "@", "_", "a/b*c-d_e"), fc.string())
      .map(([key, value]) => `${key}=${value}`),
  },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.nat(300).map((length) => `long=${"x".repeat(length)}`) },
  { weight: 1, arbitrary: fc.nat(300).map((length) => `${"k".repeat(length)}=1`) },
);
const tracestates = fc.array(member, { maxLength: 40 }).map((members) => members.join(","));

describe("the contexts of OpenTelemetry's own propagator", () => {
  it("are those that are read and written by hand, whatever the headers hold", () => {
    let [passed, refused, withState] = [0, 0, 0];
    fc.assert(
      fc.property(traceparents, tracestates, (traceparent, tracestate) => {
        const ours = byHand({ traceparent, tracestate });
        expect(ours).toEqual(byPropagator({ traceparent, tracestate }));
        if (ours.traceparent === undefined) refused++;
        else passed++;
        if (ours.tracestate !== "") withState++;
      }),
      { numRuns: 5_000 },
    );
    expect(passed).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(500);
    expect(withState).toBeGreaterThan(200);
  });
});

describe("new ids", () => {
  it("have their length, and none is drawn twice", () => {
    const traces = Array.from({ length: 2_000 }, newTraceId);
    const spans = Array.from({ length: 2_000 }, newSpanId);
    expect(new Set([...traces, ...spans]).size).toBe(4_000);
    for (const id of traces) expect(id).toMatch(/^[\da-f]{32}$/);
    for (const id of spans) expect(id).toMatch(/^[\da-f]{16}$/);
  });
});
