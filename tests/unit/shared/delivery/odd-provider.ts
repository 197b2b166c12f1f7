import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on the loopback that gives the same answer to every request, and speaks no TLS. */
export async function oddProvider() {
  const answer = { status: 200, body: "" };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    plain: `http://127.0.0.1:${port}`,
    secure: `https://127.0.0.1:${port}`,
    asked,
    says: (status: number, body: string) => {
      Object.assign(answer, { status, body });
      asked.length = 0;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => void server.close(done));
    },
  };
}
