import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createRedis, execute } from "#shared/platform/redis/redis.ts";

const info = "redis_version:7.0.0\r\nrun_id:abc\r\nloading:0\r\n";

/** A server that takes clients in, and closes the connection after the first answer of a pipeline. */
async function startServer(): Promise<string> {
  const answer = (socket: Socket, text: string) => {
    for (const _ of text.matchAll(/\r\nclient\r\n/g)) socket.write("+OK\r\n");
    for (const _ of text.matchAll(/\r\ninfo\r\n/g)) socket.write(`$${info.length}\r\n${info}\r\n`);
    if (text.includes("\r\nmget\r\n")) socket.end("*2\r\n$1\r\n1\r\n$1\r\n1\r\n");
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => answer(socket, bytes.toString().toLowerCase()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("a connection that breaks within the answers of a pipeline is an outage", async () => {
  const redis = createRedis(await startServer());
  onTestFinished(() => redis.disconnect());
  await once(redis, "ready");
  const answers = execute(redis.pipeline().time().mget("a", "b"));
  await expect(answers).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
});
