import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openTunnel } from "#shared/platform/http/tunnel.ts";
import { errorText } from "#shared/platform/telemetry/redacted-error.ts";
import { createSelfSigned } from "#simulator/self-signed.ts";
import { type ConnectProxy, type ConnectProxyOptions, startConnectProxy } from "#tests/support/connect-proxy.ts";
import { freePort } from "#tests/support/world/free-port.ts";

/** Greets, and ends. */
const greeter = createServer((socket) => socket.end("hello"));
let destination: { readonly protocol: string; readonly hostname: string; readonly port: number };
beforeAll(async () => {
  await new Promise<void>((resolve) => void greeter.listen(0, "127.0.0.1", resolve));
  const address = greeter.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  destination = { protocol: "http:", hostname: "provider.test", port };
});
afterAll(() => void greeter.close());

const open: ConnectProxy[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((proxy) => proxy.close()))));

async function proxyWith(options: ConnectProxyOptions & { readonly mode?: ConnectProxy["mode"] } = {}) {
  const proxy = await startConnectProxy(options);
  proxy.mode = options.mode ?? "open";
  open.push(proxy);
  return proxy;
}

const urlOf = ({ port }: Pick<ConnectProxy, "port">, login = "") => new URL(`http://${login}127.0.0.1:${port}`);
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe("a tunnel", () => {
  test("leads to the other side, whose first bytes are not lost", async () => {
    const proxy = await proxyWith();
    expect(await text(await openTunnel(urlOf(proxy), destination, 2_000))).toBe("hello");
    expect(proxy.connects).toEqual([`provider.test:${destination.port}`]);
  });

  test("is opened with the user and the password of the URL, whatever is in them", async () => {
    const proxy = await proxyWith({ login: "a b:c/d@e:f" });
    const url = urlOf(proxy, `${encodeURIComponent("a b")}:${encodeURIComponent("c/d@e:f")}@`);
    (await openTunnel(url, destination, 2_000)).destroy();
    expect(proxy.connects).toHaveLength(1);
  });

  test("names an address of IPv6 in brackets", async () => {
    const proxy = await proxyWith({ mode: 403 });
    await failureOf(openTunnel(urlOf(proxy), { ...destination, hostname: "::1" }, 2_000));
    expect(proxy.connects).toEqual([`[::1]:${destination.port}`]);
  });

  test.each([
    ["asks for a password", 407, "PROXY_AUTHENTICATION", "wants a user and a password"],
    ["allows no such port", 403, "PROXY_REFUSED", "answers 403"],
    ["sends us elsewhere", 302, "PROXY_REFUSED", "answers 302"],
    ["does not reach it", 502, "PROXY_UNAVAILABLE", "answers 502"],
    ["has too much to do", 429, "PROXY_UNAVAILABLE", "answers 429"],
    ["closes", "drop", "PROXY_UNREACHABLE", "(ECONNRESET)"],
    ["hangs", "hang", "PROXY_TIMEOUT", "in time"],
  ] as const)("through a proxy that %s: a code, a sentence, and no secret", async (...[, mode, code, sentence]) => {
    const proxy = await proxyWith({ mode });
    const url = urlOf(proxy, "comms:s3cret@");
    const error = await failureOf(openTunnel(url, destination, mode === "hang" ? 100 : 2_000));
    expect(error).toMatchObject({ code, retryable: true, message: expect.stringContaining(sentence) });
    expect(errorText(error)).toContain(`The proxy 127.0.0.1:${proxy.port}`);
    const everything = inspect(error, { depth: 9, showHidden: true });
    expect(everything).not.toContain("s3cret");
    expect(everything).not.toContain(Buffer.from("comms:s3cret").toString("base64"));
  });

  test("through a port where nobody listens", async () => {
    const error = await failureOf(openTunnel(urlOf({ port: await freePort() }), destination, 2_000));
    expect(error).toMatchObject({ code: "PROXY_UNREACHABLE", message: expect.stringContaining("ECONNREFUSED") });
  });

  test("through an https proxy whose authority nobody knows", async () => {
    const { key, certificate: cert } = await createSelfSigned(Date.now(), { name: "proxy", ip: "127.0.0.1" });
    const { port } = await proxyWith({ tls: { cert, key } });
    const error = await failureOf(openTunnel(new URL(`https://127.0.0.1:${port}`), destination, 2_000));
    expect(error).toMatchObject({ code: "PROXY_CA_UNKNOWN", message: expect.stringContaining("NODE_EXTRA_CA_CERTS") });
  });
});
