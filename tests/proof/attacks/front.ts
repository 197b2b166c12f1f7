import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Gives a call an answer of its own, or passes it on to the provider behind. */
export type FrontScript = (body: string, response: ServerResponse) => "answered" | "passed on";

/** What stands between us and a provider: a firewall, a proxy, or the provider on a bad day. */
export interface Front {
  readonly url: string;
  /** Calls that it answered itself. */
  answered(): number;
  /** Answers of its own that have not ended, whose caller has not gone either. */
  open(): number;
  /** What it does from now on; passes everything on at first. */
  script(next: FrontScript): void;
  close(): Promise<void>;
}

/** Starts a front before the provider at this origin, whose own ledger says what came through. */
export async function startFront(provider: string): Promise<Front> {
  let script: FrontScript = () => "passed on";
  let answered = 0;
  let open = 0;
  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    response.on("error", () => {});
    if (script(body.toString("utf8"), response) === "passed on") return passOn(provider, { incoming, response, body });
    answered += 1;
    open += 1;
    response.once("close", () => {
      open -= 1;
    });
  }
  const server = createServer((incoming, response) => void take(incoming, response).catch(() => response.destroy()));
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered: () => answered,
    open: () => open,
    script: (next) => {
      script = next;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => void server.close(() => done()));
    },
  };
}

interface FrontCall {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

function passOn(provider: string, { incoming, response, body }: FrontCall): void {
  const { method, headers, url = "/" } = incoming;
  const onward = request(new URL(url, provider), { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once("error", () => response.destroy());
  onward.end(body);
}
