import { type AddressInfo, createServer, type Socket } from "node:net";

/** The script of an odd server: called for each chunk of a mail that arrives. */
export type OnMail = (socket: Socket, mail: OddMail) => void;

export interface OddMail {
  /** The bytes that arrived so far. */
  readonly bytes: number;
  /** Whether it ends in the final dot. */
  readonly isDotted: boolean;
}

/** A server that answers 250 to each command before DATA, and then sends exactly the bytes of its script. */
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
    /** Each mail, with the bytes that arrived. */
    mails,
    script: (next: OnMail) => {
      onMail = next;
      mails.length = 0;
    },
    /** Resolves once every connection is closed, so all bytes in flight have arrived. */
    idle: () => Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)))),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
