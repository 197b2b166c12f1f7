import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { vi } from "vitest";

/** The connections by TLS that this process has to brokers. */
export interface KafkaConnections {
  /** Those that are open now, and have seen the certificate of their peer. */
  open(): readonly TLSSocket[];
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
  const open = () => connect.mock.contexts.filter(isOpen);
  return {
    open: () => open().filter((socket) => socket.getPeerX509Certificate() !== undefined),
    // Without an error kafkajs does not notice.
    break: () => open().forEach((socket) => socket.destroy(reset())),
    end: () => connect.mockRestore(),
  };
}

function reset(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
}
