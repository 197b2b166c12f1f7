import { Agent, request } from "node:http";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import type { NaughtyRequest } from "./naughty-requests.ts";

/** Who sends a request. */
export const senders = ["nobody", "an unknown key", "a key without the scope", "a good key"] as const;
export type Sender = (typeof senders)[number];

/** Keys of the gateway that is swept. */
export interface SweepKeys {
  readonly good: string;
  /** A key that lacks this scope, and has every other. */
  readonly without: (scope: string) => string;
}

/** What came of a sweep. */
export interface SweepResult {
  readonly asked: number;
  /** Answers by sender and status: `nobody 401`. */
  readonly statuses: ReadonlyMap<string, number>;
  /** Requests that were answered with 5xx, each in a line. */
  readonly failed: readonly string[];
  /** Requests without a key that opens, or to a public route without what opens it, that were answered with 2xx. */
  readonly strangersLetIn: readonly string[];
  /** Requests whose connection ended, or that nobody answered in time. */
  readonly unanswered: readonly string[];
}

/** Public routes that are answered with 2xx whatever comes. */
const alwaysOpen = new Set(["/openapi.json"]);
const atOnce = 16;
const answerMsMax = 20_000;

/** Sends each request as each sender, some at once. */
export async function sweep(base: string, requests: Iterable<NaughtyRequest>, keys: SweepKeys): Promise<SweepResult> {
  const [statuses, failed, strangersLetIn, unanswered] = [new Map<string, number>(), [], [], []] as [
    Map<string, number>,
    string[],
    string[],
    string[],
  ];
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  let asked = 0;
  const jobs = jobsOf(requests);
  const work = async (): Promise<void> => {
    for (const { naughty, sender } of jobs) {
      const status = await send(base, naughty, { sender, keys, agent, index: asked++ });
      const line = `${sender}: ${naughty.method} ${naughty.route.path}, ${naughty.place}: ${status}`;
      const key = `${sender} ${status}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      if (typeof status !== "number") unanswered.push(line);
      else if (status >= 500) failed.push(line);
      else if (status < 300 && isStranger(naughty, sender)) strangersLetIn.push(line);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  agent.destroy();
  return { asked, statuses, failed, strangersLetIn, unanswered };
}

function* jobsOf(requests: Iterable<NaughtyRequest>) {
  for (const naughty of requests) for (const sender of senders) yield { naughty, sender };
}

function isStranger({ route }: NaughtyRequest, sender: Sender): boolean {
  if (alwaysOpen.has(route.path)) return false;
  return route.scope === undefined || sender !== "a good key";
}

interface Sending {
  readonly sender: Sender;
  readonly keys: SweepKeys;
  readonly agent: Agent;
  readonly index: number;
}

/** The status, or why there is none. */
function send(
  base: string,
  { method, path, headers, body, route }: NaughtyRequest,
  { sender, keys, agent, index }: Sending,
): Promise<number | string> {
  const { hostname, port } = new URL(base);
  const key = keyOf(sender, keys, route.scope);
  // As many addresses as guesses: after some wrong keys a client is not told any more which are wrong.
  const from = sender === "an unknown key" ? { localAddress: addressOf(index), agent: false as const } : { agent };
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const outgoing = request({
    hostname,
    port,
    method,
    path,
    headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    ...from,
    signal: AbortSignal.timeout(answerMsMax),
  });
  outgoing.on("response", (answer) => {
    answer.resume();
    answer.once("close", () => resolve(answer.statusCode ?? "no status"));
  });
  outgoing.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
  outgoing.end(body);
  return promise;
}

function keyOf(sender: Sender, keys: SweepKeys, scope: string | undefined): string | undefined {
  if (sender === "nobody") return undefined;
  if (sender === "an unknown key") return drawApiKey().text;
  return sender === "a good key" || scope === undefined ? keys.good : keys.without(scope);
}

function addressOf(index: number): string {
  return `127.${1 + Math.floor(index / 62_500)}.${1 + (Math.floor(index / 250) % 250)}.${1 + (index % 250)}`;
}
