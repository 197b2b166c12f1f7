import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../faults/fault.ts";

const defaultDelayMs = 30_000;

/** Applies a fault to a connection. Returns false if the connection is closed or already has its answer. */
export async function applyFault({ kind, delay_ms }: Fault, socket: Socket | undefined): Promise<boolean> {
  const delayMs = delay_ms ?? defaultDelayMs;
  switch (kind) {
    case "reset":
    case "reset_after_accept":
      socket?.resetAndDestroy();
      return false;
    case "garbled":
      socket?.write("\u0000\u0001 not an answer\r\n");
      return false;
    case "empty":
      socket?.end();
      return false;
    case "html":
      socket?.write("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>It works</h1>\r\n");
      return false;
    case "latency":
      await sleep(delayMs, undefined, { ref: false });
      return true;
    case "slow_body":
      await drip(delayMs, socket);
      return true;
    default:
      return true;
  }
}

/** Writes ten lines of an unfinished reply, so that no idle timeout ends it. Writes plain text: not for a session under TLS. */
async function drip(delayMs: number, socket: Socket | undefined): Promise<void> {
  for (let part = 0; part < 10 && !socket?.destroyed; part++) {
    socket?.write("250-2.0.0 still at it\r\n");
    await sleep(delayMs / 10, undefined, { ref: false });
  }
}

/** Ends the connection after the reply that is about to be written, as 421 announces. */
export function hangUp(socket: Socket | undefined): void {
  setTimeout(() => socket?.end(), 10).unref();
}
