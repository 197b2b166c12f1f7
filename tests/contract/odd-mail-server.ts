import { type AddressInfo, createServer, type Socket } from "node:net";

/** What an odd server does with the bytes of a mail: called for each piece of it. */
export type OnMail = (socket: Socket, mail: OddMail) => void;

export interface OddMail {
  /** What came so far. */
  readonly bytes: number;
  /** Whether it ends in the final dot. */
  readonly isDotted: boolean;
}

/** A server that says 250 to everything up to DATA, and then what its script says, byte by byte. */
export async function oddMailServer() {
  let onMail: OnMail = () => {};
  const mails: OddMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let mail: OddMail | undefined;
    let tail = "";
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.write("220 odd ESMTP\r\n");
    socket.on("data", (piece: Buffer) => {
      if (mail) {
        tail = (tail + piece.subarray(-5).toString("latin1")).slice(-5);
        mail = { bytes: mail.bytes + piece.length, isDotted: tail === "\r\n.\r\n" };
        mails[mails.length - 1] = mail;
        return onMail(socket, mail);
      }
      for (const command of piece.toString("latin1").split("\r\n").filter(Boolean)) {
        if (command !== "DATA") socket.write("250 Ok\r\n");
        else {
          mail = { bytes: 0, isDotted: false };
          mails.push(mail);
          socket.write("354 Go ahead\r\n");
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    /** Each mail, as far as it came. */
    mails,
    script: (next: OnMail) => {
      onMail = next;
      mails.length = 0;
    },
    /** Resolves once every connection is closed, and so all that was on its way has come. */
    idle: () => Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)))),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
