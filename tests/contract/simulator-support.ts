import { mkdtempSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulatorControl, type SimulatorControl } from "#simulator/control-client.ts";
import type { SimulatorOptions } from "#simulator/options.ts";
import { type Simulator, startSimulator } from "#simulator/simulator.ts";

/** One request that the gateway's stand-in received. */
export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Listener {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** Answers the next requests with these statuses, one each; 200 after them. */
  answer(...statuses: number[]): void;
  close(): Promise<void>;
}

/** Stands where the gateway would, and keeps the requests that it receives. */
export async function startListener(): Promise<Listener> {
  const received: ReceivedRequest[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    void answerTo(request, response);
  });
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
    response.writeHead(statuses.shift() ?? 200).end();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (...next) => void statuses.push(...next),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Bench {
  readonly simulator: Simulator;
  readonly control: SimulatorControl;
  readonly gateway: Listener;
  close(): Promise<void>;
}

/** A simulator with a listener for its callbacks, on free ports, its ledger in a folder of its own. */
export async function startBench(options: Partial<SimulatorOptions> = {}): Promise<Bench> {
  const gateway = await startListener();
  const ledgerPath = join(mkdtempSync(join(tmpdir(), "simulator-")), "ledger.jsonl");
  const simulator = await startSimulator({ ledgerPath, callbackBase: gateway.url, callbackDelayMs: 5, ...options });
  return {
    simulator,
    gateway,
    control: createSimulatorControl(simulator.url),
    async close() {
      await simulator.close();
      await gateway.close();
    },
  };
}
