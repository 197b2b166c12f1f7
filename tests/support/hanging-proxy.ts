import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A proxy before a server that can hang: connections stay, what is sent is taken, and nothing is answered. */
export interface HangingProxy {
  readonly port: number;
  hang(): void;
  goOn(): void;
  /** Ends every connection and refuses new ones until `mend`, as a server that is down. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startHangingProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<HangingProxy> {
  const sockets = new Set<Socket>();
  let hangs = false;
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(target.port, target.host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk: Buffer) => void (hangs || to.write(chunk)));
      from.on("error", () => from.destroy());
      from.once("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hang: () => {
      hangs = true;
    },
    goOn: () => {
      hangs = false;
    },
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
