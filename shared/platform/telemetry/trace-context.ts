import { randomFillSync } from "node:crypto";
import type { Headers } from "#shared/contracts/log-record.ts";

/** Who began the trace that a record or a request belongs to, as its `traceparent` and `tracestate` say. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, not all zero. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** The list of other vendors, as it may be passed on; undefined where there is none. */
  readonly state: string | undefined;
}

/** W3C Trace Context: version, trace, parent, flags. A later version may have more behind them; `ff` is none. */
const traceparent = /^\s?((?!ff)[\da-f]{2})-((?!0{32})[\da-f]{32})-((?!0{16})[\da-f]{16})-([\da-f]{2})(-.*)?\s?$/;
/** The same, for its list of other vendors: so many members, so many characters. */
const [membersMax, stateLengthMax] = [32, 512];
const memberKey = /^([a-z][_a-z\d*/-]{0,255}|[a-z\d][_a-z\d*/-]{0,240}@[a-z][_a-z\d*/-]{0,13})$/;
const memberValue = /^[ -~]{0,255}[!-~]$/;

/** What a `traceparent` says, with its `tracestate`; undefined where it is none that the specification allows. */
export function parseTraceParent(text: string | undefined, state?: string): TraceParent | undefined {
  const match = text === undefined ? null : traceparent.exec(text);
  if (match === null || (match[1] === "00" && match[5] !== undefined)) return undefined;
  const [, , traceId = "", spanId = "", flags = ""] = match;
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & 1) === 1,
    state: state === undefined ? undefined : passableState(state),
  };
}

/** The same of a record's headers. */
export function traceParentOf(headers: Headers): TraceParent | undefined {
  return parseTraceParent(textOf(headers["traceparent"])?.[0], textOf(headers["tracestate"])?.join(","));
}

/** The headers of what a span writes: a `traceparent` that names it as the parent, and the list of other vendors. */
export function traceHeaders({ traceId, spanId, isSampled, state }: TraceParent): Headers {
  const own = { traceparent: Buffer.from(`00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`, "latin1") };
  return state === undefined ? own : { ...own, tracestate: Buffer.from(state, "latin1") };
}

/** A new id of a trace: 16 random bytes in lower-case hexadecimal digits. */
export function newTraceId(): string {
  return randomHex(16);
}

/** A new id of a span: 8 random bytes in lower-case hexadecimal digits. */
export function newSpanId(): string {
  return randomHex(8);
}

/** Drawn many at a time: a call for eight bytes costs as much as one for thousands. */
const pool = Buffer.alloc(4_096);
let drawn = pool.length;

function randomHex(bytes: number): string {
  if (drawn + bytes > pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += bytes;
  return pool.toString("hex", drawn - bytes, drawn);
}

/** The members of the list that are well-formed, as many as may be passed on, in their order and each key once. */
function passableState(text: string): string | undefined {
  const members = new Map<string, string>();
  let length = 0;
  for (const member of text.split(",")) {
    const [key, value] = split(member.trim());
    if (value === undefined || !memberKey.test(key) || !isMemberValue(value)) continue;
    const longer = length + key.length + 1 + value.length + Number(members.size > 0);
    if (longer > stateLengthMax) continue;
    members.set(key, value);
    length = longer;
    if (members.size >= membersMax) break;
  }
  return members.size === 0 ? undefined : Array.from(members, ([key, value]) => `${key}=${value}`).join(",");
}

function split(member: string): readonly [string, string | undefined] {
  const at = member.indexOf("=");
  return at < 0 ? [member, undefined] : [member.slice(0, at), member.slice(at + 1)];
}

function isMemberValue(text: string): boolean {
  return memberValue.test(text) && !text.includes("=");
}

function textOf(header: Buffer | readonly Buffer[] | undefined): readonly string[] | undefined {
  if (header === undefined) return undefined;
  return (Buffer.isBuffer(header) ? [header] : header).map((bytes) => bytes.toString("utf8"));
}
