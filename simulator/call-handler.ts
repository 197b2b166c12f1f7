import { hash, randomUUID } from "node:crypto";
import type { CallbackQueue } from "./callbacks/callback-queue.ts";
import type { Call, CallVerdict } from "./core/call.ts";
import type { Fault } from "./faults/fault.ts";
import type { FaultBox } from "./faults/fault-box.ts";
import type { CallEntry } from "./ledger/call-entry.ts";
import type { CallLedger } from "./ledger/call-ledger.ts";
import type { Mailbox } from "./page/mailbox.ts";

/** A refusal that a fault asks for, in no provider's words yet. */
export type CallRefusal = Pick<Fault, "status" | "code" | "retry_after_s"> & {
  readonly kind: "status" | "rate_limit" | "outage";
};

/** A call that a provider's double has read, and how that provider would answer it. */
export interface ReceivedCall {
  readonly call: Call;
  readonly body: Uint8Array;
  readonly decide: () => CallVerdict;
  readonly refuse: (refusal: CallRefusal) => CallVerdict;
}

export interface TakenCall {
  readonly verdict: CallVerdict;
  readonly fault: Fault | undefined;
}

/** Where every call to every provider is decided, recorded and followed up, in that order, before it is answered. */
export interface CallHandler {
  take(received: ReceivedCall): TakenCall;
  /** The fault that names this step of a session, recorded with it. A step that meets none leaves no line. */
  meet(call: Call, refuse: (refusal: CallRefusal) => CallVerdict): Fault | undefined;
  /** Records a call that no fault may touch, and follows it up. */
  record(call: Call, body: Uint8Array, verdict: CallVerdict, fault?: Fault): void;
}

export interface CallHandlerParts {
  readonly faults: FaultBox;
  readonly ledger: CallLedger;
  readonly mailbox: Mailbox;
  readonly callbacks: CallbackQueue;
}

const reset: CallVerdict = { outcome: "reset", answer: { status: 0, headers: {}, body: "" } };

const passed: CallVerdict = { outcome: "ok", answer: { status: 250, headers: {}, body: "" } };

export function createCallHandler({ faults, ledger, mailbox, callbacks }: CallHandlerParts): CallHandler {
  const record: CallHandler["record"] = (call, body, verdict, fault) => {
    const entry = entryOf(call, body, verdict, fault);
    ledger.append(entry);
    mailbox.add(entry, verdict.shown);
    callbacks.add(verdict.callbacks ?? []);
  };

  return {
    record,
    meet(call, refuse) {
      const fault = faults.takeNamed(call, Date.now());
      if (fault) record(call, new Uint8Array(), decide({ decide: () => passed, refuse }, fault), fault);
      return fault;
    },
    take(received) {
      const fault = faults.take(received.call, Date.now());
      const verdict = decide(received, fault);
      record(received.call, received.body, verdict, fault);
      return { verdict, fault };
    },
  };
}

function decide({ decide, refuse }: Pick<ReceivedCall, "decide" | "refuse">, fault: Fault | undefined): CallVerdict {
  switch (fault?.kind) {
    case "reset":
      return reset;
    case "status":
    case "rate_limit":
    case "outage":
      return refuse({ ...fault, kind: fault.kind });
    default:
      return decide();
  }
}

function entryOf(call: Call, body: Uint8Array, verdict: CallVerdict, fault: Fault | undefined): CallEntry {
  const now = Date.now();
  const [recipient, ...others] = call.recipients;
  return {
    call_id: randomUUID(),
    time: new Date(now).toISOString(),
    time_ms: now,
    provider: call.provider,
    operation: call.operation,
    channel: call.channel,
    ...(recipient !== undefined && { recipient }),
    ...(others.length > 0 && { recipients: call.recipients }),
    ...(call.msgId !== undefined && { msg_id: call.msgId }),
    ...(call.tenant !== undefined && { tenant: call.tenant }),
    body_sha256: hash("sha256", body),
    body_bytes: body.byteLength,
    status: verdict.answer.status,
    outcome: verdict.outcome,
    ...(verdict.ref !== undefined && { provider_ref: verdict.ref }),
    ...(fault !== undefined && { fault: fault.kind }),
  };
}
