/** SNS sends 256 KiB at most, which is up to twice as long when escaped in its envelope; a record may have 1 MiB. Bytes. */
export const bodyBytesMax = 768 * 1024;
/** A request must have arrived whole within this, ms. */
export const requestTimeoutMs = 15_000;
/** Its head within this, ms. */
export const headTimeoutMs = 5_000;
/** How often Node looks for requests that are late, ms. */
export const lateEveryMs = 500;
/** What one client may have of what is there for all: of connections, of bodies, of their bytes. */
export const clientShare = 0.25;
/** Clients whose rate is remembered; the one that was quiet longest is forgotten first. */
export const clientsMax = 10_000;

/** What all requests together may take. */
export interface ServerLimits {
  readonly connectionsMax: number;
  /** Bodies that arrive or are worked on. */
  readonly bodiesMax: number;
  /** Bytes of those bodies in memory. */
  readonly bodyBytesHeldMax: number;
  /** Requests a second of one client, on average; for a moment twice as many. */
  readonly clientRate: number;
  /** Events a second of one API key, on average; for a moment twice as many. */
  readonly keyRate: number;
}

export const defaultLimits: ServerLimits = {
  connectionsMax: 1_000,
  bodiesMax: 256,
  bodyBytesHeldMax: 64 * 1024 * 1024,
  clientRate: 1_000,
  keyRate: 1_000,
};
