import { hash, randomUUID } from "node:crypto";
import type { CallbackQueue } from "./callbacks/callback-queue.ts";
import type { Call, CallVerdict } from "./core/call.ts";
import type { Fault } from "./faults/fault.ts";
import type { FaultBox } from "./faults/fault-box.ts";
import type { CallEntry } from "./ledger/call-entry.ts";
import type { CallLedger } from "./ledger/call-ledger.ts";
import type { Mailbox } from "./page/mailbox.ts";

/** A refusal that a fault asks for; a double puts it into its provider's form. */
export type CallRefusal = Pick<Fault, "status" | "code" | "retry_after_s"> & {
  readonly kind: "status" | "rate_limit" | "outage";
};

/** A call as a provider's double has read it. */
export interface ReceivedCall {
  readonly call: Call;
  readonly body: Uint8Array;
  /** How the provider answers it when no fault is in force. */
  readonly decide: () => CallVerdict;
  /** How the provider words a refusal. */
  readonly refuse: (refusal: CallRefusal) => CallVerdict;
}

/** A call that is decided and recorded, and not answered yet. */
export interface TakenCall {
  readonly verdict: CallVerdict;
  readonly fault: Fault | undefined;
}

/**
 * Decides, records and follows up every call to every provider, in that order, before the call is answered: each promise
 * resolves once the call is in the ledger's file.
 */
export interface CallHandler {
  take(received: ReceivedCall): Promise<TakenCall>;
  /** Resolves with the fault that names this step of a session, and records the step. A step without a fault leaves no line. */
  takeStep(step: SessionStep): Promise<Fault | undefined>;
  /** Records a call that no fault may change, and follows it up. */
  record(received: RecordedCall, taken: TakenCall): Promise<void>;
}

/** The part of a call that the ledger keeps. */
type RecordedCall = Pick<ReceivedCall, "call" | "body">;

/** A step of a session before the message itself: the provider answers it, and takes nothing yet. */
type SessionStep = Pick<ReceivedCall, "call" | "refuse">;

export interface CallHandlerParts {
  readonly faults: FaultBox;
  readonly ledger: CallLedger;
  readonly mailbox: Mailbox;
  readonly callbacks: CallbackQueue;
}

const reset: CallVerdict = { outcome: "reset", answer: { status: 0, headers: {}, body: "" } };

/** Success as a proxy says it that stands in front: the provider has not seen the call. */
function lieOf(kind: "empty" | "html"): CallVerdict {
  const page = "<!doctype html><title>Welcome</title><h1>It works</h1>\r\n";
  const headers = { "content-type": "text/html" };
  return { outcome: kind, answer: { status: 200, headers, body: kind === "html" ? page : "" } };
}

const stepDone: CallVerdict = { outcome: "ok", answer: { status: 250, headers: {}, body: "" } };

export function createCallHandler({ faults, ledger, mailbox, callbacks }: CallHandlerParts): CallHandler {
  const record: CallHandler["record"] = async (received, taken) => {
    const entry = entryOf(received, taken);
    await ledger.append(entry);
    mailbox.add(entry, taken.verdict.shown);
    callbacks.add(taken.verdict.callbacks ?? []);
  };

  return {
    record,
    async takeStep({ call, refuse }) {
      const fault = faults.takeStep(call, Date.now());
      if (fault === undefined) return undefined;
      const verdict = decide({ decide: () => stepDone, refuse }, fault);
      await record({ call, body: new Uint8Array() }, { verdict, fault });
      return fault;
    },
    async take(received) {
      const fault = faults.take(received.call, Date.now());
      const taken = { verdict: decide(received, fault), fault };
      await record(received, taken);
      return taken;
    },
  };
}

function decide({ decide, refuse }: Pick<ReceivedCall, "decide" | "refuse">, fault: Fault | undefined): CallVerdict {
  switch (fault?.kind) {
    case "reset":
      return reset;
    case "empty":
    case "html":
      return lieOf(fault.kind);
    case "status":
    case "rate_limit":
    case "outage":
      return refuse({ ...fault, kind: fault.kind });
    default:
      return decide();
  }
}

function entryOf({ call, body }: RecordedCall, { verdict, fault }: TakenCall): CallEntry {
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
