import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { tallied } from "#tests/support/world/traffic.ts";
import { startWorld, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { sendHostile, standstillBound, usualStandstill } from "./standstill.ts";

/** A dry run is read and checked as any event, and leaves nothing behind. */
const path = "/v1/events?dry_run=1";
const uploadBytes = 760 * 1024;
const uploads = 800;

/** The gateway, as an attacker and as its host see it. */
interface Target {
  readonly child: WorldChild;
  readonly url: string;
  /** A key that opens: nobody else may send a body that is read. */
  readonly key: string;
  /** Its resident memory before anything is done to it, MB. */
  readonly idleMb: number;
}

function headersWith(key: string): Readonly<Record<string, string>> {
  return { "content-type": "application/json", authorization: `Bearer ${key}` };
}

/** The address of a client of its own, on the loopback. */
function clientAt(index: number): string {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** Resident memory of a process, MB. */
function residentMb(pid: number): number {
  const [, kib = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round((Number(kib) * 1024) / 1e6);
}

async function badActors({ child, url, key }: Target, count: number): Promise<readonly Figure[]> {
  const body = JSON.stringify({ name: "booking.confirmed", cause_ref: "a", payload: {}, actors: Array(count).fill(0) });
  const { ms, answer } = await usualStandstill(child.healthUrl, () =>
    sendHostile(url, { path, headers: headersWith(key), body }),
  );
  const { status, text } = answer[0] ?? { status: 0, text: "{}" };
  const { faults = [] } = JSON.parse(text) as { faults?: readonly string[] };
  const name = `${count.toLocaleString("en")} bad actors`;
  return [
    atMost(`${name}: the gateway stands still (answer ${status})`, ms, standstillBound),
    atMost(`${name}: bytes of the answer`, text.length, { bound: 16_384, unit: "bytes" }),
    atMost(`${name}: faults told`, faults.length, { bound: 51, unit: "faults" }),
  ];
}

/** Sends a request letter by letter, one a second. Resolves with when and how it is answered. */
async function dripped({ url }: Target, begin: string) {
  const begun = performance.now();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  let answeredMs = 0;
  socket.on("error", () => {});
  socket.on("data", (data) => {
    answeredMs ||= performance.now() - begun;
    text += data.toString();
  });
  socket.write(begin);
  const drip = setInterval(() => socket.write("a"), 1_000);
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(drip);
  const seconds = Number(((answeredMs || performance.now() - begun) / 1_000).toFixed(1));
  return { seconds, said: text.split("\r\n")[0] || "closed without an answer" };
}

function headOf(key: string, length: number): string {
  const fields = Object.entries({ host: "a", ...headersWith(key), "content-length": length });
  return `POST ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

async function drips(target: Target): Promise<readonly Figure[]> {
  const [body, head] = await Promise.all([
    dripped(target, headOf(target.key, 1_000)),
    dripped(target, `POST ${path} HTTP/1.1\r\nx-letters: `),
  ]);
  return [lateFigure("a body at a byte a second", body, 16), lateFigure("a head at a byte a second", head, 6)];
}

function lateFigure(what: string, { seconds, said }: Awaited<ReturnType<typeof dripped>>, bound: number): Figure {
  const figure = atMost(what, seconds, { bound, unit: "s" });
  const holds = figure.holds && said.startsWith("HTTP/1.1 408");
  return { ...figure, value: `${figure.value}, ${said}`, bound: `${figure.bound}, 408`, holds };
}

/** Slow uploads, from one client or from as many as there are uploads: all but the last bytes within five seconds, and then nothing. */
async function slowUploads(target: Target, who: "one client" | "as many clients"): Promise<readonly Figure[]> {
  const { child, url, idleMb } = target;
  const { hostname, port } = new URL(url);
  const answers: string[] = [];
  const sockets = Array.from({ length: uploads }, (_, index): Socket => {
    const localAddress = who === "one client" ? "127.0.0.1" : clientAt(index);
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    socket.on("error", () => {});
    socket.once("data", (data) => answers.push(data.toString().split(" ")[1] ?? "?"));
    return socket;
  });
  for (const socket of sockets) socket.write(headOf(target.key, uploadBytes));
  const chunk = Buffer.alloc(16 * 1024, 0x20);
  let most = idleMb;
  for (let sent = chunk.length; sent < uploadBytes; sent += chunk.length) {
    for (const socket of sockets) if (socket.writable) socket.write(chunk);
    await sleep(100);
    most = Math.max(most, residentMb(child.pid));
  }
  const honestMs = await untilHonest(target);
  for (const socket of sockets) socket.destroy();
  const told = [...tallied(answers)].map(([status, times]) => `${times} × ${status}`).join(", ");
  const name = `${uploads} slow uploads by ${who}`;
  return [
    atMost(`${name} (${told || "none answered"}): resident memory grows by`, most - idleMb, { bound: 200, unit: "MB" }),
    atMost(`${name}: an honest event is answered after`, honestMs, {
      bound: who === "one client" ? 1_000 : 16_000,
      unit: "ms",
    }),
  ];
}

/** How long it takes until an event of somebody else is checked, who tries again when refused. */
async function untilHonest({ url, key }: Target): Promise<number> {
  const actors = [{ role: "user", user_id: "a" }];
  const payload = { request_id: "a", code: "402913", minutes_valid: 10 };
  const body = JSON.stringify({ name: "security.code_requested", cause_ref: "a", actors, payload });
  const begun = performance.now();
  let status = 0;
  while (status !== 200 && performance.now() - begun < 120_000) {
    status = (await sendHostile(url, { path, headers: headersWith(key), body, from: "127.0.200.1" })).status;
    if (status !== 200) await sleep(200);
  }
  return Math.round(performance.now() - begun);
}

async function run(): Promise<readonly Figure[]> {
  const world = await startWorld({ watch: false });
  try {
    const child = await world.start(["gateway"]);
    const target = { child, url: world.gatewayUrl, key: await world.apiKey(), idleMb: residentMb(child.pid) };
    return [
      ...(await slowUploads(target, "one client")),
      ...(await slowUploads(target, "as many clients")),
      ...(await badActors(target, 380_000)),
      ...(await badActors(target, 1_000)),
      ...(await drips(target)),
    ];
  } finally {
    await world.close();
  }
}

/** Bodies that are large, many or slow. */
export const largeAndSlow: Attack = {
  id: "a10",
  did: "760 KiB of bad actors; 800 uploads that do not end; a body and a head at a byte a second",
  run,
};
