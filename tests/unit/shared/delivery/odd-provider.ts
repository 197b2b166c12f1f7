import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A server on the loopback that gives the same answer to every request, keeps what it was asked, and speaks no TLS. */
export async function oddProvider() {
  const answer = { status: 200, body: "" };
  const asked: string[] = [];
  const bodies: string[] = [];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    asked.push(request.url ?? "");
    bodies.push(await text(request));
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  }
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    plain: `http://127.0.0.1:${port}`,
    secure: `https://127.0.0.1:${port}`,
    asked,
    bodies,
    says: (status: number, body: string) => {
      Object.assign(answer, { status, body });
      asked.length = 0;
      bodies.length = 0;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => void server.close(done));
    },
  };
}
