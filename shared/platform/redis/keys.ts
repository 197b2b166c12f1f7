/** Escapes `:` in a part, so that no two lists of parts are equal after joining them with it. */
function part(text: string): string {
  return text.replace(/[%:]/g, encodeURIComponent);
}

/** A prefix as a pattern that matches nothing but itself. */
function glob(text: string): string {
  return text.replace(/[*?[\]\\]/g, "\\$&");
}

/** Every key that Carillon keeps in Redis. All of them can be wiped at any time: each is a view or a window of the log, or a bucket that starts again full. */
export function redisKeys(prefix: string) {
  return {
    /** Marker of a rebuildable state: JSON `{epoch, as_of, server}`. If it is missing, the state must not be trusted. */
    marker: (name: string) => `${prefix}ready:${name}`,
    /** Hash of what is applied of a state's topics: `<topic>/<partition>` to the next offset, `log` to the log's identity. */
    applied: (name: string) => `${prefix}applied:${name}`,
    /** Lock of the process that restores the state: its token. */
    restoring: (name: string) => `${prefix}restoring:${name}`,
    /** Hash of everything that is known of a person: `profile`, `preference`, `consent:<CHANNEL>:<category>`, `push-token:<digest>`. */
    person: (tenantId: string, userId: string) => `${prefix}person:${tenantId}/${userId}`,
    /** The person who has a push token, by the token's digest: `<partition>:<offset>:<key of the person>`. */
    pushToken: (tenantId: string, digest: string) => `${prefix}push-token:${part(tenantId)}:${digest}`,
    /** Hash of suppression entries: `<REASON>:<ORIGIN>:<scope>`. */
    suppression: (tenantId: string, channel: string, addressHash: string) =>
      `${prefix}suppression:${part(tenantId)}:${part(channel)}:${addressHash}`,
    /** Hash with the cancellation of a cause, in its one field. */
    cancellation: (tenantId: string, causeRef: string) => `${prefix}cancellation:${part(tenantId)}:${causeRef}`,
    /** Hash of flags by name. */
    flags: () => `${prefix}flags`,
    /** The ledger's entry of a message. */
    ledger: (msgId: string) => `${prefix}ledger:${msgId}`,
    /** The owner (`msg_id`) of a dedupe key, for five minutes. */
    dedupe: (tenantId: string, channel: string, key: string) =>
      `${prefix}dedupe:${part(tenantId)}:${part(channel)}:${key}`,
    /** Token bucket of a provider account. */
    budget: (account: string) => `${prefix}budget:${account}`,
    /** Token bucket that all gateways share: of a key's events, or of a client's wrong keys. */
    sharedBucket: (name: string) => `${prefix}bucket:${name}`,
    /** Soft bounces of an address, 72 hours. */
    softBounces: (tenantId: string, channel: string, addressHash: string) =>
      `${prefix}soft:${part(tenantId)}:${part(channel)}:${addressHash}`,
    /** Patterns of every key that is written from the log, markers left out. */
    fromTheLog: () =>
      ["person:*", "push-token:*", "suppression:*", "cancellation:*", "flags", "ledger:*", "dedupe:*", "applied:*"].map(
        (tail) => `${glob(prefix)}${tail}`,
      ),
  } as const;
}

/** Every key that we write to Redis, under one prefix. */
export type RedisKeys = ReturnType<typeof redisKeys>;
