import { createServer, request } from "node:https";
import { type AddressInfo, connect, createServer as createRelay, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { networkAnswer } from "#shared/delivery/network.ts";
import { createOutbound } from "#shared/platform/http/outbound.ts";
import { createSelfSigned } from "#simulator/self-signed.ts";
import { startConnectProxy } from "#tests/support/connect-proxy.ts";

/** What the settings say where nothing is set. */
const direct = {
  HTTPS_PROXY: undefined,
  HTTP_PROXY: undefined,
  NO_PROXY: undefined,
  https_proxy: undefined,
  http_proxy: undefined,
  no_proxy: undefined,
};

const closing: (() => unknown)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A provider that takes a request whole, behind something that then writes into the stream instead of an answer. */
async function brokenProvider(bytes: string) {
  const taken: string[] = [];
  let wire: Socket | undefined;
  const { key, certificate: cert } = await createSelfSigned(Date.now(), { name: "provider", ip: "127.0.0.1" });
  const provider = createServer({ key, cert }, (incoming) => {
    incoming.on("data", (data: Buffer) => taken.push(data.toString()));
    incoming.on("end", () => wire?.write(bytes));
  });
  const port = await listen(provider);
  const relay = createRelay((socket) => {
    wire = socket;
    const onward = connect(port, "127.0.0.1");
    for (const one of [socket, onward]) one.on("error", () => {});
    socket.pipe(onward).pipe(socket);
    closing.push(() => [socket, onward].map((one) => one.destroy()));
  });
  closing.push(
    () => provider.close(),
    () => relay.close(),
  );
  return { taken, ca: cert, port: await listen(relay) };
}

describe("a connection of TLS that breaks after its handshake", () => {
  test.each([
    ["directly", "HTTP/1.1 503 Service Unavailable\r\n\r\n"],
    ["through a proxy", "HTTP/1.1 503 Service Unavailable\r\n\r\n"],
    ["directly", "\x15\x03\x03\x00\x02\x02\x50"],
  ])("%s leaves it unknown what the other side has taken", async (way, bytes) => {
    const { taken, ca, port } = await brokenProvider(bytes);
    const proxy = await startConnectProxy({});
    closing.push(() => proxy.close());
    const isDirect = way === "directly";
    const outbound = createOutbound({
      ...direct,
      HTTPS_PROXY: isDirect ? undefined : new URL(`http://127.0.0.1:${proxy.port}`),
    });
    const { httpsAgent: agent } = outbound.agents({});
    closing.push(() => agent.destroy());
    const error = await new Promise<Error>((resolve) => {
      // Loopback is never asked of a proxy: this one leads there by any name.
      const to = { host: isDirect ? "127.0.0.1" : "provider.test", port, method: "POST" };
      const call = request({ ...to, ca, checkServerIdentity: () => undefined, agent });
      call.on("error", resolve).end("a text");
    });
    expect(taken).toEqual(["a text"]);
    expect(proxy.connects).toHaveLength(isDirect ? 0 : 1);
    expect(networkAnswer(error)).toEqual({ kind: "unknown", code: "TLS_BROKEN" });
  });

  test("in its handshake, nothing was taken", async () => {
    const plain = createRelay((socket) => void socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    closing.push(() => plain.close());
    const port = await listen(plain);
    const { httpsAgent: agent } = createOutbound(direct).agents({});
    const error = await new Promise<Error>((resolve) => {
      request({ host: "127.0.0.1", port, agent }).on("error", resolve).end("a text");
    });
    expect(networkAnswer(error)?.kind).toBe("unreached");
  });
});
