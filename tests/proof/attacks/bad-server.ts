import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a server does with a connection, from the moment it is made. */
export type Behaviour = (socket: Socket) => unknown;

/** A server on the loopback that misbehaves in one way. */
export interface BadServer {
  readonly port: number;
  readonly url: string;
  /** Bytes of answers that went out. */
  bytes(): number;
  /** Connections that are open although their answer has no end. */
  endless(): number;
  close(): Promise<void>;
}

/** Connections on which an answer goes on, or never comes. */
const unended = new WeakSet<Socket>();

/** Starts one, on a port of its own. */
export async function startBadServer(behaviour: Behaviour): Promise<BadServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    behaviour(socket);
    // Without a reader a socket never learns that the other side has gone.
    socket.resume();
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    bytes: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    endless: () => [...sockets].filter((socket) => unended.has(socket) && !socket.destroyed).length,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => void server.close(() => done()));
    },
  };
}

/** A server that grants access tokens, as Google does. */
export function tokenServer(): Promise<BadServer> {
  return startBadServer(afterRequest(says(200, "application/json", '{"access_token":"t","expires_in":3600}')));
}

/** Does it once an HTTP request has come whole. */
function afterRequest(behaviour: Behaviour): Behaviour {
  return (socket) => {
    let text = "";
    socket.on("data", (piece: Buffer) => {
      text += piece.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < head + 4 + length) return;
      text = "";
      behaviour(socket);
    });
  };
}

function says(status: number, type: string, body: string): Behaviour {
  const head = `HTTP/1.1 ${status} Odd\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return (socket) => socket.write(head + body);
}

function silent(socket: Socket): void {
  unended.add(socket);
}

/** A beginning, and then a letter each 400 ms without end. */
function drips(begin: string, letter = "a"): Behaviour {
  return async (socket) => {
    unended.add(socket);
    socket.write(begin);
    while (!socket.destroyed) {
      await sleep(400, undefined, { ref: false });
      if (!socket.destroyed) socket.write(letter);
    }
  };
}

/** A beginning, and then pieces as fast as the other side takes them, half a GB at most. */
function floods(begin: string, piece: string): Behaviour {
  const bytes = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
  return async (socket) => {
    unended.add(socket);
    socket.write(begin);
    while (!socket.destroyed && socket.bytesWritten < 512 * 1024 ** 2) if (!socket.write(bytes)) await sleep(1);
  };
}

const ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const page = "<!doctype html><title>Welcome</title><h1>It works</h1>";

/** What a server may do to a connection that it has just taken. */
const connected: Readonly<Record<string, Behaviour>> = {
  "says nothing": silent,
  "closes at once": (socket) => socket.end(),
  "resets at once": (socket) => socket.resetAndDestroy(),
};

/** What may come in place of an HTTP answer. */
export const whenAsked: Readonly<Record<string, Behaviour>> = {
  ...connected,
  "drips its head": afterRequest(drips(`${ok}x-more: `)),
  "stalls after its head": afterRequest((socket) => {
    silent(socket);
    socket.write(`${ok}content-length: 1000\r\n\r\n`);
  }),
  "drips its body": afterRequest(drips(`${ok}content-length: 1000\r\n\r\n{"sid":"SM1"`, " ")),
  "drips chunks": afterRequest(drips(`${ok}transfer-encoding: chunked\r\n\r\n`, "1\r\n \r\n")),
  "says 100 again and again": afterRequest(drips("", "HTTP/1.1 100 Continue\r\n\r\n")),
  "floods its head": afterRequest(floods(ok, `x-more: ${"a".repeat(1_000)}\r\n`)),
  "floods its body": afterRequest(floods(`${ok}\r\n`, "a")),
  "floods chunks": afterRequest(floods(`${ok}transfer-encoding: chunked\r\n\r\n`, `400\r\n${"a".repeat(1_024)}\r\n`)),
  "floods with 100": afterRequest(floods("", "HTTP/1.1 100 Continue\r\n\r\n")),
  "resets once asked": afterRequest((socket) => socket.resetAndDestroy()),
  "closes once asked": afterRequest((socket) => socket.end()),
  "ends in the middle": afterRequest((socket) =>
    socket.end(`${ok}content-length: 1000\r\n\r\n{"name":"projects/p/messages/1","sid":"SM1","Mess`),
  ),
  "lies: 200 and a page": afterRequest(says(200, "text/html", page)),
  "lies: 200 and nothing": afterRequest(says(200, "application/json", "")),
  "lies: 200 and null": afterRequest(says(200, "application/json", "null")),
  "lies: 200 and JSON of something else": afterRequest(says(200, "application/json", '{"ok":true,"name":"n","id":7}')),
  "lies: 204": afterRequest((socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n")),
  "lies: a redirect to nowhere": afterRequest((socket) =>
    socket.write("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"),
  ),
  "lies: 403 and a page": afterRequest(says(403, "text/html", page)),
  "speaks SMTP": (socket) => socket.write("220 odd ESMTP\r\n"),
};

/** What may come in place of a mail server's greeting. */
export const greeted: Readonly<Record<string, Behaviour>> = {
  ...connected,
  "drips its greeting": drips("220-"),
  "floods its greeting": floods("", "220-odd\r\n"),
  "floods a line of its greeting": floods("220-", "a"),
  "speaks HTTP": says(200, "text/html", page),
};

/** What may come in place of a mail server's yes to a mail. */
export const afterMail: Readonly<Record<string, Behaviour>> = {
  "says nothing to the mail": mailed(silent),
  "drips its answer to the mail": mailed(drips("250-")),
  "floods its answer to the mail": mailed(floods("", "250-odd\r\n")),
  "floods a line of its answer": mailed(floods("250-", "a")),
  "ends in the middle of its answer": mailed((socket) => socket.end("250-Ok\r\n25")),
  "answers the mail in HTTP": mailed((socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n")),
};

/** Says yes to each command, and does it once a mail has come whole. */
function mailed(behaviour: Behaviour): Behaviour {
  return (socket) => {
    let isData = false;
    let tail = "";
    socket.write("220 odd ESMTP\r\n");
    socket.on("data", (piece: Buffer) => {
      if (isData) {
        tail = (tail + piece.toString("latin1")).slice(-5);
        if (tail === "\r\n.\r\n") behaviour(socket);
        return;
      }
      for (const command of piece.toString("latin1").split("\r\n").filter(Boolean)) {
        isData ||= command === "DATA";
        socket.write(command === "DATA" ? "354 Go ahead\r\n" : "250 Ok\r\n");
      }
    });
  };
}

/** What may come in place of a database. It is ours: a flood from it is not looked at. */
export const atOnce: Readonly<Record<string, Behaviour>> = {
  ...connected,
  drips: drips("R"),
  "speaks HTTP": says(200, "text/html", page),
};
