import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { cancel } from "#cli/cancel.ts";
import { exit } from "#cli/command.ts";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";

const program = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));
const { text: key } = drawApiKey();
const taken = {
  cause_ref: "bk 1",
  cancelled_at: "2026-11-22T15:00:00.000Z",
  messages: "/v1/messages?cause_ref=bk%201",
  note: "What a provider has taken cannot be taken back",
};

let gateway: Server;
let answer: { readonly status: number; readonly body: object | string };
let asked: { readonly line: string; readonly authorization: string | undefined; readonly body: unknown }[];

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = request;
  asked.push({ line: `${method} ${url}`, authorization: headers.authorization, body: JSON.parse(await text(request)) });
  const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, { "content-type": "application/json" }).end(body);
}

beforeAll(async () => {
  gateway = createServer((request, response) => void reply(request, response));
  await new Promise<void>((resolve) => void gateway.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  asked = [];
  answer = { status: 202, body: taken };
});
afterAll(() => void gateway.close());

const environment = (env: Readonly<Record<string, string>> = {}) => {
  const { port } = gateway.address() as AddressInfo;
  return { COMMS_GATEWAY_PUBLIC_URL: `http://127.0.0.1:${port}/`, COMMS_API_KEY: key, ...env };
};

interface Said {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs it as a shell would. */
function comms(...args: readonly string[]): Promise<Said> {
  const env = { PATH: process.env["PATH"], ...environment() };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "cancel", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? exit.done : error.code, out, err }),
    );
  });
}

/** Runs it in this process. */
async function run(
  { args = [], ...flags }: Readonly<Record<string, string | readonly string[]>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  for (const [name, value] of Object.entries(environment(env))) vi.stubEnv(name, value);
  const written = { out: "", err: "" };
  const into = (name: keyof typeof written) => (chunk: unknown) => {
    written[name] += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err")),
  ];
  try {
    const code = await cancel.run({ args: args as readonly string[], flags: flags as Record<string, string> });
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

describe("comms cancel", () => {
  test("asks the gateway with the caller's key, and says since when and where to look", async () => {
    const said = await comms("--cause-ref", "bk 1", "--reason", "Wrong date", "--tenant", "acme");
    expect(asked).toEqual([
      {
        line: "POST /v1/cancellations",
        authorization: `Bearer ${key}`,
        body: { cause_ref: "bk 1", reason: "Wrong date", tenant_id: "acme" },
      },
    ]);
    expect(said).toMatchObject({ code: exit.done, err: "" });
    expect(said.out).toMatch(
      /^Cancelled since 2026-11-22T15:00:00\.000Z\. What a provider has taken cannot be taken back: http:\/\/127\.0\.0\.1:\d+\/v1\/messages\?cause_ref=bk%201\n$/,
    );
  });

  test("leaves out what is not given", async () => {
    await run({ "cause-ref": "bk-1" });
    expect(asked).toMatchObject([{ body: { cause_ref: "bk-1" } }]);
    expect(Object.keys(asked[0]?.body as object)).toEqual(["cause_ref"]);
  });

  test.each([
    [422, { code: "COMMS_INVALID_EVENT", detail: "The cancellation has one issue", faults: ["cause_ref is empty"] }, 3],
    [503, { code: "COMMS_UNAVAILABLE", detail: "Send it again" }, 1],
    [502, "<html>", 1],
  ])("tells a %i with all that the answer says: %j", async (status, body, code) => {
    answer = { status, body };
    const said = await run({ "cause-ref": "bk-1" });
    expect(said).toMatchObject({ code, out: "" });
    expect(said.err).toContain(`The gateway answers ${status}`);
    for (const part of typeof body === "object" ? Object.values(body).flat() : []) expect(said.err).toContain(part);
    expect(said.err).not.toContain(key);
  });

  test("says in a sentence that nobody answers, and where it asked", async () => {
    const said = await run({ "cause-ref": "bk-1" }, { COMMS_GATEWAY_PUBLIC_URL: "http://127.0.0.1:1" });
    expect(said).toMatchObject({ code: exit.failed, out: "" });
    expect(said.err).toMatch(/^The gateway does not answer at http:\/\/127\.0\.0\.1:1 .*\n$/);
  });

  test.each([[{}], [{ args: ["bk-1"] }], [{ "cause-ref": "bk-1", args: ["more"] }]])(
    "given %j, it says how it is used",
    async (given) => {
      expect(await run(given as Parameters<typeof run>[0])).toMatchObject({
        code: exit.usage,
        err: expect.stringContaining("comms cancel --cause-ref"),
      });
      expect(asked).toEqual([]);
    },
  );

  test("asks nobody without a key", async () => {
    await expect(run({ "cause-ref": "bk-1" }, { COMMS_API_KEY: "" })).rejects.toThrow(/COMMS_API_KEY/);
    expect(asked).toEqual([]);
  });
});
