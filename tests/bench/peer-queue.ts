/** The one queue of the peer. */
export const peerQueue = "mails";

/** What the peer knows of a person, in one key of Redis. */
export interface PeerProfile {
  readonly email: string;
  readonly addressHash: string;
  /** Categories that the person takes mail of. */
  readonly optedIn: readonly string[];
}

/** The keys that the peer asks for one message. */
export function peerKeys(userId: string, msgId: string) {
  return {
    profile: `peer:profile:${userId}`,
    suppression: `peer:suppressed:${userId}`,
    dedupe: `peer:dedupe:${userId}:${msgId}`,
    claim: `peer:claim:${msgId}`,
  };
}

/** A Redis by its URL, as BullMQ takes it: its workers must never give a command up. */
export function redisAddress(url: string) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), maxRetriesPerRequest: null };
}
