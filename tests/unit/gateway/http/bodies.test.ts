import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { createBodies } from "#gateway/http/bodies.ts";
import { defaultLimits } from "#gateway/http/limits.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";

const { made } = vi.hoisted(() => ({ made: [] as string[] }));

vi.mock("#shared/platform/errors/app-error.ts", async (original) => {
  const real = await original<typeof import("#shared/platform/errors/app-error.ts")>();
  class CountedError extends real.AppError {
    constructor(...args: ConstructorParameters<typeof real.AppError>) {
      super(...args);
      made.push(this.code);
    }
  }
  return { ...real, AppError: CountedError };
});

afterEach(() => void vi.restoreAllMocks());

/** What reading the body of a request to a real server comes to, once its stream is closed. */
async function readOf(send: (url: string) => void): Promise<string> {
  const bodies = createBodies(defaultLimits, systemClock);
  const done = Promise.withResolvers<string>();
  const read = async (stream: IncomingMessage): Promise<string> => {
    const closed = new Promise((resolve) => stream.once("close", resolve));
    const body = await bodies
      .read(stream, bodies.open("a client"))
      .catch((error: Error & { code: string }) => error.code);
    await closed;
    return String(body);
  };
  const server = createServer((stream, answer) => {
    stream.once("end", () => answer.end());
    void read(stream).then(done.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const result = await done.promise;
  // What the close of a stream rejects, it has rejected by then.
  await new Promise((resolve) => setImmediate(resolve));
  server.close();
  server.closeAllConnections();
  return result;
}

it("a body that comes whole makes no error and no exception", async () => {
  made.length = 0;
  const aborts = vi.spyOn(AbortController.prototype, "abort");
  expect(await readOf((url) => void request(url, { method: "POST" }).end("a report"))).toBe("a report");
  expect(made).toEqual([]);
  // An abort without a reason makes an exception with a stack.
  expect(aborts.mock.calls.map(([reason]) => reason === undefined)).toEqual([false]);
});

it("a caller who goes away before the end is an error", async () => {
  made.length = 0;
  const result = await readOf((url) => {
    const half = request(url, { method: "POST", headers: { "content-length": "100" } });
    half.on("error", () => {});
    half.write("a rep", () => half.destroy());
  });
  expect([result, ...new Set(made)]).toEqual(["BODY_ABORTED", "BODY_ABORTED"]);
});
