import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Bench } from "../bench.ts";
import { createBench } from "../bench.ts";

const body = JSON.stringify({
  name: "security.code_requested",
  actors: [{ role: "user", user_id: "anna" }],
  cause_ref: "l-1",
  payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
});

const open: { readonly bench: Bench; readonly sockets: Socket[] }[] = [];
afterEach(async () => {
  for (const { bench, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await bench.app.close();
  }
});

/** A gateway that listens, and raw connections to it. */
async function listening(options: Parameters<typeof createBench>[0] = {}) {
  const bench = createBench(options);
  const { port } = new URL(await bench.app.listen({ host: "127.0.0.1", port: 0 }));
  const sockets: Socket[] = [];
  open.push({ bench, sockets });
  const dial = () => {
    const socket = connect(Number(port), "127.0.0.1");
    sockets.push(socket);
    const state = { text: "", isClosed: false };
    socket.on("data", (data) => (state.text += data.toString()));
    socket.on("close", () => (state.isClosed = true));
    socket.on("error", () => {});
    return { write: (text: string) => void socket.write(text), end: () => void socket.destroy(), state };
  };
  return { ...bench, dial };
}

const head = (length: number, more = "") =>
  `POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;
const whole = head(body.length) + body;

describe("time", () => {
  it("a body that is not there after 15 s is answered with 408, and its connection ends", async () => {
    const { clock, dial } = await listening();
    const { write, state } = dial();
    write(head(100));
    write("{");
    await expect.poll(() => clock.sleeping).toBe(1);
    await clock.advance(14_999);
    expect(state).toEqual({ text: "", isClosed: false });
    await clock.advance(1);
    await expect.poll(() => state.isClosed).toBe(true);
    expect(state.text).toMatch(/^HTTP\/1.1 408 /);
    expect(state.text).toContain('"code":"COMMS_REQUEST_TIMEOUT"');
  });

  it("what is no request is answered with a problem", async () => {
    const { dial, metrics } = await listening();
    const { write, state } = dial();
    write("nonsense\r\n\r\n");
    await expect.poll(() => state.isClosed).toBe(true);
    expect(state.text).toMatch(/^HTTP\/1.1 400 /);
    expect(state.text).toContain('"code":"COMMS_MALFORMED_REQUEST"');
    expect(await metrics.read("comms_http_connections_refused_total", { cause: "malformed" })).toBe(1);
  });
});

describe("bodies", () => {
  it("one client has a quarter of the places, and another one is still served", async () => {
    const { dial } = await listening({ limits: { bodiesMax: 8 }, isProxy: () => true });
    const slow = [dial(), dial(), dial()];
    for (const { write } of slow) write(head(100, "x-forwarded-for: 192.0.2.1\r\n"));
    await expect
      .poll(() => slow.map(({ state }) => state.text.slice(0, 12)).filter((text) => text !== ""))
      .toEqual(["HTTP/1.1 503"]);
    const other = dial();
    other.write(head(body.length, "x-forwarded-for: 192.0.2.2\r\n") + body);
    await expect.poll(() => other.state.text.slice(0, 12)).toBe("HTTP/1.1 202");
  });

  it("bytes are counted as they come, and given back when the request is over or its caller is gone", async () => {
    const { dial } = await listening({ limits: { bodyBytesHeldMax: 4_000 } });
    const greedy = dial();
    greedy.write(head(2_000) + " ".repeat(1_100));
    await expect.poll(() => greedy.state.text.slice(0, 12)).toBe("HTTP/1.1 503");
    expect(greedy.state.text).toMatch(/retry-after: \d/i);
    const gone = dial();
    gone.write(head(2_000) + " ".repeat(900));
    const blocked = async () => {
      const probe = dial();
      probe.write(whole);
      await expect.poll(() => probe.state.text).not.toBe("");
      return probe.state.text.slice(9, 12);
    };
    await expect.poll(blocked).toBe("503");
    gone.end();
    await expect.poll(blocked).toBe("202");
    for (let round = 0; round < 10; round++) expect(await blocked()).toBe("202");
  });

  it("one that says that it is too large is refused unread", async () => {
    const { dial } = await listening();
    const { write, state } = dial();
    write(head(10_000_000));
    await expect.poll(() => state.isClosed).toBe(true);
    expect(state.text).toMatch(/^HTTP\/1.1 413 /);
  });

  it("one to an address where nothing is, is not waited for", async () => {
    const { dial } = await listening();
    const { write, state } = dial();
    write(head(100).replace("/v1/events", "/v2/events"));
    await expect.poll(() => state.text).toMatch(/^HTTP\/1.1 404 /);
  });
});

describe("rate", () => {
  it("a client that sends more is answered with 429 and a time to wait; another one is served", async () => {
    const { app, clock } = createBench({ limits: { clientRate: 1 }, isProxy: () => true });
    const from = async (address: string) =>
      app.inject({ url: "/openapi.json", headers: { "x-forwarded-for": address } });
    const statuses = [await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.1")];
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
    expect([statuses[2]?.headers["retry-after"], statuses[2]?.json().code]).toEqual(["1", "COMMS_TOO_MANY_REQUESTS"]);
    expect((await from("192.0.2.2")).statusCode).toBe(200);
    await clock.advance(1_000);
    expect((await from("192.0.2.1")).statusCode).toBe(200);
  });

  it("is that of who connects where no proxy is trusted, whatever a header says", async () => {
    const { app } = createBench({ limits: { clientRate: 1 } });
    const from = async (address: string) =>
      app.inject({ url: "/openapi.json", headers: { "x-forwarded-for": address } });
    const answers = [await from("192.0.2.1"), await from("192.0.2.2"), await from("192.0.2.3")];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
  });
});

describe("connections", () => {
  it("one client has a quarter of them; one more is closed and counted", async () => {
    const { dial, metrics } = await listening({ limits: { connectionsMax: 8 } });
    const kept = [dial(), dial()];
    for (const { write } of kept) write(whole);
    await expect.poll(() => kept.map(({ state }) => state.text.slice(9, 12))).toEqual(["202", "202"]);
    const third = dial();
    await expect.poll(() => third.state.isClosed).toBe(true);
    expect(await metrics.read("comms_http_connections_refused_total", { cause: "client" })).toBe(1);
    kept[0]?.end();
    await expect
      .poll(async () => {
        const next = dial();
        next.write(whole);
        await expect.poll(() => next.state.text !== "" || next.state.isClosed).toBe(true);
        return next.state.text.slice(9, 12);
      })
      .toBe("202");
  });
});
