import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { vi } from "vitest";

/** A connection, and the SHA-256 of its certificates as Node writes it: ours, if we showed one, and the peer's. */
export interface KafkaConnection {
  readonly own: string | undefined;
  readonly peer: string;
}

/** The connections by TLS that this process has to brokers. */
export interface KafkaConnections {
  /** Those that are open now, and have seen the certificate of their peer. */
  open(): readonly KafkaConnection[];
  /** Ends each as a peer's reset does. Who needs one opens another. */
  break(): void;
  /** Forgets them, and watches no more. */
  end(): void;
}

/** Watches what is opened from now on to these addresses, `host:port`, several with commas. */
export function watchKafkaConnections(addresses: string): KafkaConnections {
  const ports = new Set(addresses.split(",").map((address) => Number(address.split(":").at(-1))));
  const connect = vi.spyOn(Socket.prototype, "connect");
  const isOpen = (socket: unknown): socket is TLSSocket =>
    socket instanceof TLSSocket && !socket.destroyed && ports.has(socket.remotePort ?? 0);
  // Asked once a socket: Node 24 gives a certificate the first time only.
  const seen = new WeakMap<TLSSocket, KafkaConnection>();
  const connectionOf = (socket: TLSSocket): readonly KafkaConnection[] => {
    const known = seen.get(socket);
    if (known !== undefined) return [known];
    const peer = socket.getPeerX509Certificate()?.fingerprint256;
    if (peer === undefined) return [];
    const connection = { own: socket.getX509Certificate()?.fingerprint256, peer };
    seen.set(socket, connection);
    return [connection];
  };
  const open = () => connect.mock.contexts.filter(isOpen);
  return {
    open: () => open().flatMap(connectionOf),
    // Without an error kafkajs does not notice.
    break: () => open().forEach((socket) => socket.destroy(reset())),
    end: () => connect.mockRestore(),
  };
}

function reset(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
}
