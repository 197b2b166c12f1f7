import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { type Bench, createBench } from "../bench.ts";

const event = JSON.stringify({
  name: "security.code_requested",
  actors: [{ role: "user", user_id: "anna" }],
  cause_ref: "l-1",
  payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
});

const open: { readonly bench: Bench; readonly socket: Socket }[] = [];
afterEach(async () => {
  for (const { bench, socket } of open.splice(0)) {
    socket.destroy();
    await bench.app.close();
  }
});

/** Writes bytes to a gateway that listens, by one connection, and waits until so many answers are there or it is closed. */
async function written(bench: Bench, text: string, answers: number): Promise<readonly string[]> {
  const { port } = new URL(await bench.app.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connect(Number(port), "127.0.0.1");
  open.push({ bench, socket });
  let [read, isClosed] = ["", false];
  socket.on("data", (data) => (read += data.toString()));
  socket.on("close", () => (isClosed = true));
  socket.on("error", () => {});
  socket.write(text);
  const statuses = () => [...read.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => String(status));
  await expect.poll(() => isClosed || statuses().length >= answers).toBe(true);
  return statuses();
}

const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, "host: a", ...headers, "", ""].join("\r\n");
const post = (headers: readonly string[], body: string) =>
  ["POST /v1/events HTTP/1.1", "host: a", "content-type: application/json", ...headers, "", body].join("\r\n");

describe("a request that hides another", () => {
  /** Each would be an event of the key's for a server that reads its length otherwise. */
  const lengths: readonly (readonly [string, readonly string[]])[] = [
    ["a length beside chunks", ["content-length: 4", "transfer-encoding: chunked"]],
    ["two lengths", ["content-length: 4", `content-length: ${event.length}`]],
    ["two lengths in one", [`content-length: 4, ${event.length}`]],
    ["a length with a sign", [`content-length: +${event.length}`]],
    ["a length in hexadecimal", ["content-length: 0xff"]],
    ["chunks that are not last", ["transfer-encoding: chunked, identity"]],
    ["chunks by another name", ["transfer-encoding: xchunked"]],
    ["chunks behind a blank", ["transfer-encoding : chunked"]],
    ["chunks behind a bare line feed", ["x: y\ntransfer-encoding: chunked"]],
    ["chunks in a folded line", ["transfer-encoding:\r\n chunked"]],
  ];

  it.each(lengths)("by %s is read as no event, and its connection ends", async (_what, headers) => {
    const bench = createBench({ anonymous: true });
    const key = `authorization: Bearer ${bench.key.text}`;
    const inner = post([key, `content-length: ${event.length}`], event);
    const statuses = await written(bench, post([key, ...headers], `0\r\n\r\n${inner}`), 2);
    expect(statuses.filter((status) => status.startsWith("2"))).toEqual([]);
    expect(bench.published).toEqual([]);
  });

  it("behind a body that is refused unread is not taken for a request", async () => {
    const bench = createBench({ anonymous: true });
    const inner = post([`authorization: Bearer ${bench.key.text}`, `content-length: ${event.length}`], event);
    const statuses = await written(bench, post([`content-length: ${inner.length}`], inner), 1);
    expect([statuses, bench.published]).toEqual([["401"], []]);
  });
});

describe("requests on one connection", () => {
  it("have each a key of their own: one that is right opens nothing for the next", async () => {
    const bench = createBench({ anonymous: true });
    const keyed = get("/v1/catalog?name=booking.confirmed", `authorization: Bearer ${bench.key.text}`);
    const bare = get("/v1/catalog");
    const wrong = get("/v1/catalog", `authorization: Bearer ${drawApiKey().text}`);
    expect(await written(bench, keyed + bare + wrong + keyed, 4)).toEqual(["200", "401", "401", "200"]);
  });

  it.each([
    ["a wrong key before a right one", (right: string) => [`Bearer ${drawApiKey().text}`, `Bearer ${right}`]],
    ["a right key among others", (right: string) => [`Bearer ${drawApiKey().text}, Bearer ${right}`]],
    ["a right key with a tail", (right: string) => [`Bearer ${right}x`]],
    ["a right key as a token's parameter", (right: string) => [`Bearer token="${right}"`]],
  ])("%s is no key", async (_what, values) => {
    const bench = createBench({ anonymous: true });
    const headers = values(bench.key.text).map((value) => `authorization: ${value}`);
    expect(await written(bench, get("/v1/catalog", ...headers), 1)).toEqual(["401"]);
  });

  it.each(["key", "api_key", "access_token", "authorization"])("a key as the parameter %s is no key", async (name) => {
    const bench = createBench({ anonymous: true });
    const answer = await bench.app.inject(`/v1/catalog?${name}=${bench.key.text}`);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain(bench.key.text);
  });

  it("with a head beyond what a server reads are refused", async () => {
    const bench = createBench({ anonymous: true });
    const [status] = await written(bench, get("/v1/catalog", `x: ${"a".repeat(20_000)}`), 1);
    expect(["400", "431"]).toContain(status);
  });
});
