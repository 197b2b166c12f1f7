import { type IncomingHttpHeaders, request } from "node:http";
import { performance } from "node:perf_hooks";

/** A request as a stranger sends it. */
export interface HostileRequest {
  readonly path: string;
  readonly method?: "GET";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The address that it comes from, one of the loopback's. Default: the loopback's own. */
  readonly from?: string;
}

/** Its answer; status 0 where the connection ended without one. */
export interface HostileAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request over a connection of its own, and reads the answer whole. */
export function sendHostile(origin: string, hostile: HostileRequest): Promise<HostileAnswer> {
  const { path, method = "POST", body = "", from } = hostile;
  const headers = { connection: "close", "content-length": String(Buffer.byteLength(body)), ...hostile.headers };
  return new Promise((resolve) => {
    const lost = () => resolve({ status: 0, headers: {}, text: "" });
    const call = request(new URL(path, origin), { method, headers, agent: false, localAddress: from }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", lost);
      answer.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
    call.once("error", lost);
    call.end(body);
  });
}

/** How long one request may hold the gateway up: a few ms of work, and a probe that waits for two busy cores. */
export const standstillBound = { bound: 50, unit: "ms" };

/** A process that does not answer for so long is given up, ms. */
const silentMsMax = 180_000;

/** How long a process stood still, and the answer to what was done to it meanwhile. */
export interface Standstill<T> {
  readonly ms: number;
  readonly answer: T;
}

/**
 * Asks a process for its liveness, again and again, while something is done to it: the longest that it took to answer is how
 * long it stood still.
 */
async function standstill<T>(healthUrl: string, deed: () => Promise<T>): Promise<Standstill<T>> {
  const ping = async () => {
    const begun = performance.now();
    // A connection that was kept is closed on a process that slept over it.
    for (let isAnswered = false; !isAnswered && performance.now() - begun < silentMsMax; ) {
      isAnswered = await fetch(`${healthUrl}/livez`).then(
        (answer) => answer.text().then(() => true),
        () => false,
      );
    }
    return performance.now() - begun;
  };
  await ping();
  let isOver = false;
  const done = deed().finally(() => {
    isOver = true;
  });
  let longest = 0;
  do longest = Math.max(longest, await ping());
  while (!isOver);
  return { ms: longest, answer: await done };
}

/** How often something is done, of which the middle one is told: two cores are busy with more. */
const times = 5;

/** The same, done several times: the middle one, with every answer. Where it takes seconds, once is enough. */
export async function usualStandstill<T>(healthUrl: string, deed: () => Promise<T>): Promise<Standstill<readonly T[]>> {
  const stood: Standstill<T>[] = [];
  while (stood.length < times && stood.every(({ ms }) => ms < 1_000)) stood.push(await standstill(healthUrl, deed));
  const ms = stood.map((one) => one.ms).toSorted((a, b) => a - b)[Math.floor(stood.length / 2)] ?? 0;
  return { ms: Math.round(ms), answer: stood.map(({ answer }) => answer) };
}
