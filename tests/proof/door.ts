/**
 * What strangers can do to the gateway's door, each with its figure: `bin/node tests/proof/door.ts`. The gateway listens on
 * loopback with its defaults; log, Redis and Postgres are doubles, so that what is seen is the door's own.
 */
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { createBench } from "#tests/unit/gateway/bench.ts";

const { app } = createBench({ systemClock: true });
const address = await app.listen({ host: "127.0.0.1", port: 0 });
const port = Number(new URL(address).port);

console.log("case | figure");
console.log(`380,000 bad actors in 760 KiB | ${await badActors()}`);
console.log(`100,000 unknown fields in 760 KiB | ${await unknownFields()}`);
console.log(`one request of 1,000 bad actors | ${await badActors(1_000)}`);
console.log(`a body at a byte a second | ${await dripped()}`);
console.log(`800 slow uploads of 760 KiB | ${await slowUploads(800)}`);
await app.close();
process.exit(0);

async function badActors(count = 380_000): Promise<string> {
  return blocked(
    JSON.stringify({ name: "booking.confirmed", cause_ref: "a", payload: {}, actors: Array(count).fill(0) }),
  );
}

async function unknownFields(): Promise<string> {
  const fields = Object.fromEntries(Array.from({ length: 65_000 }, (_, i) => [`f${i}`, 0]));
  return blocked(JSON.stringify(fields));
}

/** How long the event loop stands still over one request, and how large its answer is. */
async function blocked(body: string): Promise<string> {
  const post = () =>
    fetch(`${address}/v1/events`, { method: "POST", headers: { "content-type": "application/json" }, body });
  await (await post()).text();
  const begun = performance.now();
  performance.eventLoopUtilization();
  const before = performance.eventLoopUtilization();
  const answer = await post();
  const text = await answer.text();
  const { active } = performance.eventLoopUtilization(before);
  const faults = (JSON.parse(text) as { faults?: unknown[] }).faults?.length ?? 0;
  const total = Math.round(performance.now() - begun);
  return `${answer.status}, ${total} ms (busy ${Math.round(active)} ms, client and server), ${text.length} bytes, ${faults} faults`;
}

function head(length: number): string {
  return `POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
}

async function dripped(): Promise<string> {
  const begun = performance.now();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data) => (text += data.toString()));
  socket.on("error", () => {});
  socket.write(head(1_000));
  const drip = setInterval(() => socket.write(" "), 1_000);
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(drip);
  return `${((performance.now() - begun) / 1_000).toFixed(1)} s, answered: ${text.split("\r\n")[0] || "nothing"}`;
}

async function slowUploads(count: number): Promise<string> {
  const length = 760 * 1024;
  const before = process.memoryUsage().rss;
  const answers = new Map<string, number>();
  const chunk = Buffer.alloc(16 * 1024, 0x20);
  const sockets: Socket[] = [];
  for (let at = 0; at < count; at++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const status = data.toString().split(" ")[1] ?? "?";
      answers.set(status, (answers.get(status) ?? 0) + 1);
    });
    socket.write(head(length));
    sockets.push(socket);
  }
  // Each sends all but the last byte within five seconds.
  for (let sent = chunk.length; sent < length; sent += chunk.length) {
    for (const socket of sockets) if (!socket.destroyed) socket.write(chunk);
    await sleep(100);
  }
  const rss = process.memoryUsage();
  for (const socket of sockets) socket.destroy();
  const told = [...answers].map(([status, times]) => `${times} × ${status}`).join(", ") || "none answered yet";
  return `${Math.round((rss.rss - before) / 1e6)} MB more resident (external ${Math.round(rss.external / 1e6)} MB); ${told}`;
}
