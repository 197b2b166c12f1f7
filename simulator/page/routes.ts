import { readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply } from "fastify";
import { partsOf } from "./detail.ts";
import { emlOf } from "./eml.ts";
import type { Mailbox } from "./mailbox.ts";
import { entrySummary } from "./summary.ts";

const file = (name: string): string => readFileSync(new URL(`site/${name}`, import.meta.url), "utf8");

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A mail runs no script and loads nothing; its links open in a window of their own. */
const mailPolicy = [
  "sandbox allow-popups allow-popups-to-escape-sandbox",
  "default-src 'none'",
  "img-src data:",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
].join("; ");

type Params = { id: string };

/** The page at `/`: a mailbox and a phone, fed by server-sent events. */
export function pageRoutes(app: FastifyInstance, mailbox: Mailbox): void {
  asset(app, "/", { type: "text/html; charset=utf-8", body: file("index.html") });
  asset(app, "/page/page.css", { type: "text/css; charset=utf-8", body: file("page.css") });
  asset(app, "/page/page.js", { type: "text/javascript; charset=utf-8", body: file("page.js") });
  app.get("/page/messages", () => mailbox.list().map(entrySummary));
  app.get("/page/stream", (_request, reply) => stream(reply, mailbox));
  app.get<{ Params: Params }>("/page/messages/:id", ({ params }, reply) => sendDetail(mailbox, params.id, reply));
  app.get<{ Params: Params }>("/page/messages/:id/html", ({ params }, reply) => sendHtml(mailbox, params.id, reply));
  app.get<{ Params: Params }>("/page/messages/:id/eml", ({ params }, reply) => sendEml(mailbox, params.id, reply));
}

interface Asset {
  readonly type: string;
  readonly body: string;
}

function asset(app: FastifyInstance, path: string, { type, body }: Asset): void {
  app.get(path, (_request, reply) =>
    reply
      .headers({
        "content-type": type,
        "content-security-policy": pagePolicy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
      })
      .send(body),
  );
}

function stream(reply: FastifyReply, mailbox: Mailbox): void {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  reply.raw.write(": open\n\n");
  const stop = mailbox.watch((received) => {
    reply.raw.write(`data: ${JSON.stringify(entrySummary(received))}\n\n`);
  });
  reply.raw.once("close", stop);
}

async function sendDetail(mailbox: Mailbox, id: string, reply: FastifyReply): Promise<object> {
  const received = mailbox.find(id);
  if (received === undefined) return reply.code(404).send({ message: "This message is no longer kept" });
  const { entry, shown } = received;
  if (shown.kind !== "mail") return { entry, shown };
  const { html, ...parts } = await partsOf(shown);
  return { entry, ...parts, hasHtml: html !== null };
}

const mailHead = file("mail-head.html");

async function sendHtml(mailbox: Mailbox, id: string, reply: FastifyReply): Promise<FastifyReply> {
  const shown = mailbox.find(id)?.shown;
  const html = shown?.kind === "mail" ? (await partsOf(shown)).html : null;
  return reply
    .code(html === null ? 404 : 200)
    .headers({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": mailPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    })
    .send(`${mailHead}${html ?? ""}`);
}

function sendEml(mailbox: Mailbox, id: string, reply: FastifyReply): FastifyReply {
  const shown = mailbox.find(id)?.shown;
  if (shown?.kind !== "mail") return reply.code(404).send({ message: "No mail of that id is kept" });
  const headers = { "content-type": "message/rfc822", "content-disposition": `attachment; filename="${id}.eml"` };
  return reply.headers({ ...headers, "x-content-type-options": "nosniff" }).send(Buffer.from(emlOf(shown)));
}
