/** SES that takes every mail at once and looks at none, in a process of its own: `bin/node tests/bench/mail-sink.ts` prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const answer = JSON.stringify({ MessageId: "0100000000000000-00000000-0000-4000-8000-000000000000-000000" });
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(answer));
});
// One client rests while the other is measured.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
