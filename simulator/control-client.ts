import type { CallbackCounts } from "./callbacks/callback-queue.ts";
import type { Fault, FaultRequest } from "./faults/fault.ts";
import type { CallEntry, LedgerFilter } from "./ledger/call-entry.ts";
import type { SesEventType } from "./options.ts";

export interface SimulatorHealth {
  readonly status: "ok";
  readonly callbacks: CallbackCounts & { readonly base: string | null };
  readonly faults: readonly Fault[];
}

export interface SesEventCommand {
  readonly type: SesEventType;
  readonly msg_id?: string;
  readonly provider_ref?: string;
  /** Fields of the event that take the place of the usual ones. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Commands to a running simulator. Every method rejects if it does not answer or refuses the command. */
export interface SimulatorControl {
  /** Injects a fault; it lasts until it is spent, its time is over, or it is cleared. */
  fault(request: FaultRequest): Promise<Fault>;
  faults(): Promise<readonly Fault[]>;
  /** Removes faults: one, those of a provider, or all. Resolves to how many they were. */
  clearFaults(filter?: { readonly provider?: FaultRequest["provider"]; readonly id?: string }): Promise<number>;
  /** The calls received so far that match, in their order. */
  ledger(filter?: LedgerFilter): Promise<readonly CallEntry[]>;
  health(): Promise<SimulatorHealth>;
  /** Resolves once no callback is pending; rejects after `timeoutMs` (10 s). */
  quiet(timeoutMs?: number): Promise<void>;
  /** Publishes an SES event about an earlier mail, named by msg_id or provider_ref: a complaint that comes late. */
  publish(event: SesEventCommand): Promise<void>;
  /** Has SNS ask the gateway to confirm its subscription. Resolves to the token that it was sent. */
  subscribe(): Promise<{ readonly topic_arn: string; readonly token: string }>;
  /** Sends callbacks to another gateway from now on, or to none. */
  callbacksTo(base: string | null): Promise<void>;
  /** Empties the ledger and the page, and forgets faults and callbacks. Not for a simulator that others use too. */
  reset(): Promise<void>;
}

const pollMs = 20;

/** A client of the simulator at that URL (`http://127.0.0.1:4010`). */
export function createSimulatorControl(url: string): SimulatorControl {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> =>
    JSON.parse(await send(`${url}/control/${path}`, method, body)) as T;
  const health = (): Promise<SimulatorHealth> => call("GET", "health");

  return {
    health,
    fault: (request) => call("POST", "faults", request),
    faults: () => call("GET", "faults"),
    clearFaults: async (filter = {}) =>
      (await call<{ removed: number }>("DELETE", `faults?${query(filter).toString()}`)).removed,
    ledger: async (filter = {}) => parseLines(await send(`${url}/control/ledger?${query(filter).toString()}`, "GET")),
    quiet: (timeoutMs = 10_000) => quiet(health, timeoutMs),
    publish: async (event) => void (await call("POST", "ses/events", event)),
    subscribe: () => call("POST", "sns/subscription", {}),
    callbacksTo: async (base) => void (await call("PUT", "gateway", { callback_base: base })),
    reset: async () => void (await call("POST", "reset", {})),
  };
}

async function send(url: string, method: string, body?: object): Promise<string> {
  const answer = await fetch(url, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The simulator refused ${method} ${url} with ${answer.status}: ${text}`);
  return text;
}

async function quiet(health: () => Promise<SimulatorHealth>, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const { callbacks } = await health();
    if (callbacks.pending === 0) return;
    if (Date.now() > end) throw new Error(`${callbacks.pending} callbacks are still pending after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function query(filter: object): URLSearchParams {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined);
  return new URLSearchParams(set.map(([field, value]): [string, string] => [field, String(value)]));
}

function parseLines(text: string): readonly CallEntry[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CallEntry);
}
