import type { Redis } from "ioredis";

/** What a client has sent since it was looked at. */
export interface RedisTrips {
  readonly commands: number;
  /** Writes to its socket: each is one call of the system, and as a rule one read of the server. */
  readonly writes: number;
}

/** What of Node's sockets every write ends in: several chunks at once, or one. */
interface SocketWrites {
  _writev(...args: unknown[]): unknown;
  _write(...args: unknown[]): unknown;
}

/** Counts what goes over the connection that the client has now. */
export function watchTrips(redis: Redis): () => RedisTrips {
  let [commands, writes] = [0, 0];
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (...args) => {
    commands++;
    return send(...args);
  };
  const socket = redis.stream as unknown as SocketWrites;
  for (const name of ["_write", "_writev"] as const) {
    const write = socket[name].bind(socket);
    socket[name] = (...args) => {
      writes++;
      return write(...args);
    };
  }
  return () => ({ commands, writes });
}
