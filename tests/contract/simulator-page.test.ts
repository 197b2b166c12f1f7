import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MailParts } from "#simulator/page/detail.ts";
import type { Summary } from "#simulator/page/summary.ts";
import { type Bench, startBench } from "./simulator-support.ts";

let bench: Bench;
let mails: readonly Summary[];

beforeAll(async () => {
  bench = await startBench();
  await createTransport(bench.simulator.smtp).sendMail({
    from: "Carillon <hello@example.com>",
    to: "ada@example.org",
    subject: "<b>Hello</b> ✓",
    text: "Plain words",
    html: "<p>Rich words</p><script>parent.alert(1)</script>",
    headers: { "X-Comms-Msg-Id": "m-1" },
  });
  mails = (await (await get("/page/messages")).json()) as Summary[];
});
afterAll(() => bench.close());

const get = (path: string): Promise<Response> => fetch(`${bench.simulator.url}${path}`);

describe("the page", () => {
  it.each(["/", "/page/page.css", "/page/page.js"])("serves %s from itself alone", async (path) => {
    const answer = await get(path);
    const body = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    expect(body).not.toMatch(/https?:\/\//);
    expect(body).not.toContain("innerHTML");
  });

  it("lists a mail, and gives its text and headers", async () => {
    expect(mails).toMatchObject([{ title: "<b>Hello</b> ✓", to: "ada@example.org", msgId: "m-1", kind: "mail" }]);
    const detail = (await (await get(`/page/messages/${mails[0]?.id}`)).json()) as MailParts;
    expect(detail).toMatchObject({ text: expect.stringContaining("Plain words"), hasHtml: true });
    expect(detail.headers).toContainEqual({ name: "To", value: "ada@example.org" });
  });

  it("gives a mail's HTML under a policy that runs nothing and loads nothing", async () => {
    const answer = await get(`/page/messages/${mails[0]?.id}/html`);
    expect(await answer.text()).toContain("Rich words");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("sandbox allow-popups");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin|script-src/);
  });

  it("gives a mail as it came, as a file", async () => {
    const answer = await get(`/page/messages/${mails[0]?.id}/eml`);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${mails[0]?.id}.eml"`);
    expect(await answer.text()).toMatch(/^From: Carillon <hello@example.com>\r\n/m);
  });

  it("answers 404 for a mail that it no longer keeps", async () => {
    expect((await get("/page/messages/none")).status).toBe(404);
    expect((await get("/page/messages/none/html")).status).toBe(404);
    expect((await get("/page/messages/none/eml")).status).toBe(404);
  });

  it("tells of each new message at once", async () => {
    const stop = new AbortController();
    const stream = await fetch(`${bench.simulator.url}/page/stream`, { signal: stop.signal });
    const reader = (stream.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe(": open\n\n");
    await createTransport(bench.simulator.smtp).sendMail({
      from: "a@example.com",
      to: "bo@example.org",
      subject: "Live",
    });
    expect((await reader.read()).value).toMatch(/^data: .*"title":"Live".*\n\n$/);
    stop.abort();
  });
});
