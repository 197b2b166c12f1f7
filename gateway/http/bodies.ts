import type { IncomingMessage } from "node:http";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import { bodyBytesMax, clientShare, requestTimeoutMs, type ServerLimits } from "./limits.ts";

/** A body that arrives, or is worked on. */
export interface Place {
  readonly client: string;
  bytes: number;
}

interface Held {
  places: number;
  bytes: number;
}

/**
 * The bodies that are in memory, counted for all clients and for each. A refusal is an `AppError`: `GATEWAY_BUSY`
 * (retryable) where all places or all bytes are taken, or the client's share of them; `BODY_TOO_LARGE`; `BODY_LATE`;
 * `BODY_ABORTED`.
 */
export interface Bodies {
  /** Reads a body whole. The place is held until it is given back, also where the body is refused. */
  read(stream: IncomingMessage, place: Place): Promise<Buffer>;
  open(client: string): Place;
  close(place: Place): void;
  readonly held: Readonly<Held>;
}

export function createBodies(limits: ServerLimits, clock: Clock): Bodies {
  const all: Held = { places: 0, bytes: 0 };
  const clients = new Map<string, Held>();

  function add(client: string, places: number, bytes: number): boolean {
    const own = clients.get(client) ?? { places: 0, bytes: 0 };
    clients.set(client, own);
    for (const held of [all, own]) {
      held.places += places;
      held.bytes += bytes;
    }
    if (own.places <= 0) clients.delete(client);
    const { bodiesMax, bodyBytesHeldMax } = limits;
    return (
      isWithin(all, bodiesMax, bodyBytesHeldMax) &&
      isWithin(own, Math.ceil(bodiesMax * clientShare), bodyBytesHeldMax * clientShare)
    );
  }

  return {
    open: (client) => {
      if (add(client, 1, 0)) return { client, bytes: 0 };
      add(client, -1, 0);
      throw busy();
    },
    read: (stream, place) =>
      receive(stream, clock, (bytes) => {
        place.bytes += bytes;
        if (!add(place.client, 0, bytes)) throw busy();
      }),
    close: (place) => void add(place.client, -1, -place.bytes),
    held: all,
  };
}

function isWithin({ places, bytes }: Held, placesMax: number, bytesMax: number): boolean {
  return places <= placesMax && bytes <= bytesMax;
}

/** Collects a stream. What is left of a body that is refused is dropped as it comes. */
async function receive(stream: IncomingMessage, clock: Clock, count: (bytes: number) => void): Promise<Buffer> {
  try {
    const body = await within(clock, requestTimeoutMs, collect(stream, count));
    if (body === late) throw tooLate();
    return body;
  } finally {
    stream.removeAllListeners("data");
    stream.resume();
  }
}

function collect(stream: IncomingMessage, count: (bytes: number) => void): Promise<Buffer> {
  if (Number(stream.headers["content-length"] ?? 0) > bodyBytesMax) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      try {
        if (size > bodyBytesMax) throw tooLarge();
        count(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        chunks.length = 0;
        reject(error);
      }
    });
    stream.once("end", () => resolve(Buffer.concat(chunks, size)));
    stream.once("error", () => reject(aborted()));
    // It comes after the end as well, where an error would be made for nobody.
    stream.once("close", () => {
      if (!stream.readableEnded) reject(aborted());
    });
  });
}

function tooLate(): AppError {
  return new AppError("BODY_LATE", `The request has not arrived within ${requestTimeoutMs} ms`, { retryable: false });
}

function busy(): AppError {
  return new AppError("GATEWAY_BUSY", "As many bodies as may be are under way", { retryable: true });
}

function tooLarge(): AppError {
  return new AppError("BODY_TOO_LARGE", "The body is larger than any may be", { retryable: false });
}

function aborted(): AppError {
  return new AppError("BODY_ABORTED", "The caller went away before the body was whole", { retryable: false });
}
