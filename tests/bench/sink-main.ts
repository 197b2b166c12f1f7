/** A provider that answers every call with 200 and reads none: what a sender costs alone. `sink-main.ts <latency ms>`. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a sink has taken. */
export interface SinkCount {
  readonly calls: number;
  /** When the last one came, ms. */
  readonly lastAt: number;
}

const latencyMs = Number(process.argv[2] ?? 0);
let calls = 0;
let lastAt = 0;

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  if (request.url === "/count") return answer(response, { calls, lastAt } satisfies SinkCount);
  request.resume().once("end", () => {
    calls++;
    lastAt = Date.now();
    const body = { MessageId: `sink-${calls}` };
    if (latencyMs === 0) answer(response, body);
    else setTimeout(answer, latencyMs, response, body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once("SIGTERM", () => process.exit(0));
