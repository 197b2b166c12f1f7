import { connect, createServer, type Server, type Socket } from "node:net";

const produceKey = 0;

/** A proxy before one Kafka broker. It knows frames and which of them are produce requests, and no more. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Swallows the answer to the next produce request. Resolves when the request has gone to the broker. */
  loseNextProduceResponse(): Promise<void>;
  /** Holds every answer back for so long, ms. */
  delay(ms: number): void;
  /** Cuts every connection and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
  /** Produce requests that have passed. */
  produceRequests(): number;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const losses: (() => void)[] = [];
  let broken = false;
  let delayMs = 0;
  let produced = 0;

  const server = createServer((client) => {
    if (broken) return void client.destroy();
    const broker = connect(target.port, target.host);
    for (const socket of [client.setNoDelay(true), broker.setNoDelay(true)]) track(socket);
    const lost = new Set<number>();
    onFrames(client, (frame) => {
      if (frame.readInt16BE(4) === produceKey) noteProduce(frame.readInt32BE(8), lost);
      broker.write(frame);
    });
    onFrames(broker, (frame) => {
      if (lost.delete(frame.readInt32BE(4))) return;
      if (delayMs === 0) client.write(frame);
      else setTimeout(() => client.write(frame), delayMs);
    });
    client.once("close", () => broker.destroy());
    broker.once("close", () => client.destroy());
  });

  function noteProduce(correlationId: number, lost: Set<number>): void {
    produced += 1;
    const passed = losses.shift();
    if (passed === undefined) return;
    lost.add(correlationId);
    passed();
  }

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  }

  const port = await listen(server);
  return {
    host: "127.0.0.1",
    port,
    loseNextProduceResponse: () => new Promise((resolve) => losses.push(resolve)),
    delay: (ms) => {
      delayMs = ms;
    },
    cut: () => {
      broken = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      broken = false;
    },
    produceRequests: () => produced,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Kafka's frames: a length of four bytes, then so many. */
function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("No port was given"));
      resolve(address.port);
    });
  });
}
