import { describe, expect, it } from "vitest";
import { createAuthenticator } from "#gateway/access/authenticate.ts";
import { createKeyCache } from "#gateway/access/key-cache.ts";
import { createWrongKeys, wrongKeysMax, wrongKeysPerSecond } from "#gateway/access/wrong-keys.ts";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { aKey, createMemoryBuckets, createMemoryKeys, peppers, sharedThrough } from "../keys.ts";

function door() {
  const clock = createManualClock();
  const [key, other] = [aKey(), aKey()];
  const table = createMemoryKeys(key, other);
  const blocked: string[] = [];
  const onBlocked = (client: string): void => void blocked.push(client);
  const buckets = sharedThrough(createMemoryBuckets(clock), clock);
  const wrongKeys = createWrongKeys({ buckets, clock, pepper: "p", onBlocked });
  const authenticate = createAuthenticator({ cache: createKeyCache({ table, clock }), peppers, clock, wrongKeys });
  const send = (text: string, client = "192.0.2.1") => authenticate({ authorization: `Bearer ${text}`, client });
  const guess = (client?: string) => send(drawApiKey().text, client);
  return { clock, key, other, table, blocked, authenticate, send, guess };
}

describe("a key", () => {
  it("that is right says whose the request is", async () => {
    const { key, authenticate, send } = door();
    expect(await send(key.text)).toEqual({ key: key.record });
    for (const authorization of [`bearer ${key.text}`, `BEARER   ${key.text}  `]) {
      expect(await authenticate({ authorization, client: "c" })).toEqual({ key: key.record });
    }
  });

  it.each([
    [undefined, "missing"],
    ["", "malformed"],
    ["Bearer", "malformed"],
    ["Bearer carillon_abcabcabcabc_short", "malformed"],
    [`Basic ${Buffer.from("a:b").toString("base64")}`, "malformed"],
    [`Bearer ${"a".repeat(100_000)}`, "malformed"],
    [`Bearer ${" ".repeat(100_000)}`, "malformed"],
  ])("that is none: %#, and the table is not asked", async (authorization, failure) => {
    const { authenticate, table } = door();
    expect(await authenticate({ authorization, client: "c" })).toEqual({ failure });
    expect(table.asked).toEqual([]);
  });

  it("with another key's secret is refused", async () => {
    const { key, other, send } = door();
    const { keyId } = key.record;
    expect(await send(`carillon_${keyId}_${other.text.slice(-43)}`)).toEqual({ failure: "mismatch", keyId });
  });

  it("that has ended is refused and says so, which counts as no guess", async () => {
    const { clock, table, blocked, send } = door();
    const revoked = aKey({ revokedAt: clock.now() });
    const expired = aKey({ expiresAt: clock.now() + 1_000 });
    for (const { record } of [revoked, expired]) table.records.set(record.keyId, record);
    expect(await send(expired.text)).toEqual({ key: expired.record });
    await clock.advance(1_000);
    for (let times = 0; times <= wrongKeysMax; times++) {
      expect(await send(revoked.text)).toMatchObject({ failure: "revoked" });
      expect(await send(expired.text)).toMatchObject({ failure: "expired" });
    }
    expect(blocked).toEqual([]);
  });

  it("that nobody can look up is no refusal", async () => {
    const { table, key, send } = door();
    table.failure = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });
    await expect(send(key.text)).rejects.toMatchObject({ code: "POSTGRES_UNAVAILABLE" });
  });
});

describe("guessing", () => {
  it("is over after some wrong keys: the client waits, told once, and the table is not asked", async () => {
    const { table, blocked, guess } = door();
    for (let times = 0; times < wrongKeysMax; times++) expect(await guess()).toMatchObject({ failure: "unknown" });
    const asked = table.asked.length;
    for (let times = 0; times < 50; times++) {
      expect(await guess()).toMatchObject({ failure: "blocked", retryAfterSeconds: 1 / wrongKeysPerSecond });
    }
    expect([table.asked.length, blocked]).toEqual([asked, ["192.0.2.1"]]);
  });

  it("does not come through with the right key, until the client has waited", async () => {
    const { clock, key, guess, send } = door();
    for (let times = 0; times < wrongKeysMax; times++) await guess();
    expect(await send(key.text)).toMatchObject({ failure: "blocked" });
    await clock.advance(1_000 / wrongKeysPerSecond);
    expect(await send(key.text)).toEqual({ key: key.record });
  });

  it("takes nothing from other clients, nor from a key that came from there before", async () => {
    const { key, other, guess, send } = door();
    await send(key.text);
    for (let times = 0; times < 2 * wrongKeysMax; times++) await guess();
    expect(await send(key.text)).toEqual({ key: key.record });
    expect(await send(other.text)).toMatchObject({ failure: "blocked" });
    expect(await send(other.text, "192.0.2.2")).toEqual({ key: other.record });
  });

  it("of the secret of a known key counts, too", async () => {
    const { key, guess, send } = door();
    for (let times = 0; times < wrongKeysMax; times++) {
      await send(`carillon_${key.record.keyId}_${drawApiKey().text.slice(-43)}`);
    }
    expect(await guess()).toMatchObject({ failure: "blocked" });
  });
});
