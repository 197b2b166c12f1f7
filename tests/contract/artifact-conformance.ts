import { describe, expect, test } from "vitest";
import type { Content } from "#shared/domain/channel/channels.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import type { MemoryKeyStore } from "#tests/fakes/memory-key-store.ts";

export interface ArtifactStoreUnderTest {
  readonly store: ArtifactStore;
  readonly keys: MemoryKeyStore;
  /** All bytes in the store, by the path of their file. */
  dump(): Promise<ReadonlyMap<string, Buffer>>;
  /** The bytes under a reference. */
  bytesOf(ref: string): Promise<Buffer>;
  /** Puts other bytes in their place; nothing lies behind them. */
  damage(ref: string, bytes: Buffer): Promise<void>;
  /** Makes every call fail until the test ends. */
  takeAway(): Promise<void>;
}

const owner = { tenantId: "default", userId: "ada", msgId: "0b1f0c1e-0000-5000-8000-000000000001" };
const email: EmailContent = {
  channel: "EMAIL",
  subject: "Canary-7f3a",
  html: "<p>Canary-7f3a</p>",
  text: "Canary-7f3a",
};

type Create = () => Promise<ArtifactStoreUnderTest>;

/** What every artifact store must do, whatever layout it writes. */
export function artifactConformance(name: string, create: Create): void {
  describe(`artifact store ${name} [CAN-13]`, () => {
    contentCases(create);
    refusalCases(create);
  });
}

/** What is put, and who may read it. */
function contentCases(create: Create): void {
  test("gives back what was put, by a reference that names tenant, message and content", async () => {
    const { store } = await create();
    const receipt = await store.put(owner, email);
    expect(`${receipt.ref}/`).toContain(`default/${owner.msgId}/${receipt.hash}/`);
    expect(receipt.bytes).toBe(Buffer.byteLength(JSON.stringify(email)));
    expect(await store.get(owner, receipt.ref)).toEqual(email);
  });

  test("gives the same content the same hash, also when put at once, and opens every reference of it", async () => {
    const { store } = await create();
    const [one, two] = await Promise.all([store.put(owner, email), store.put(owner, email)]);
    const { text, html, subject, channel } = email;
    const three = await store.put(owner, { text, html, subject, channel });
    expect([two.hash, three.hash]).toEqual([one.hash, one.hash]);
    const other = await store.put(owner, { ...email, subject: "Other" });
    expect(other.hash).not.toBe(one.hash);
    for (const { ref } of [one, two, three]) expect(await store.get(owner, ref)).toEqual(email);
    expect(await store.get(owner, other.ref)).toEqual({ ...email, subject: "Other" });
  });

  test("gives back content of any size", async () => {
    const { store } = await create();
    for (const length of [0, 1, 400, 511, 512, 513, 5_000, 70_000, 1_000_000]) {
      const content: Content = { channel: "SMS", text: "Grüße, 漢字 ".repeat(length).slice(0, length) };
      expect(await store.get(owner, (await store.put(owner, content)).ref)).toEqual(content);
    }
  });

  test("shows no word of it, and gives it to nobody but its owner", async () => {
    const { store, dump } = await create();
    const { ref } = await store.put(owner, email);
    for (const [file, bytes] of await dump()) expect(`${file} ${bytes.toString("latin1")}`).not.toContain("Canary");
    await expect(store.get({ ...owner, userId: "eve" }, ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    await expect(store.get({ ...owner, msgId: "other" }, ref)).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
    await expect(store.get({ ...owner, tenantId: "other" }, ref)).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
  });

  test("cannot be read once the person's key is destroyed", async () => {
    const { store, keys } = await create();
    const { ref } = await store.put(owner, email);
    keys.destroy(owner.tenantId, owner.userId);
    await expect(store.get(owner, ref)).rejects.toMatchObject({ code: "USER_KEY_DESTROYED", retryable: false });
    await expect(store.put(owner, email)).rejects.toMatchObject({ code: "USER_KEY_DESTROYED", retryable: false });
  });
}

/** What is damaged, missing, oddly named or away. */
function refusalCases(create: Create): void {
  test("detects bytes that were changed or exchanged", async () => {
    const { store, bytesOf, damage } = await create();
    const other = await store.put(owner, { ...email, subject: "Other" });
    const { ref } = await store.put(owner, email);
    const bytes = await bytesOf(ref);
    const corrupt = { code: "ARTIFACT_CORRUPT", retryable: false };
    let opened = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ 0x41, at);
      await damage(ref, changed);
      const result: unknown = await store.get(owner, ref).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toMatchObject(corrupt);
      else expect(result).toEqual(email);
      if (!(result instanceof Error)) opened++;
    }
    // A checksum and a size beside the sealed bytes are no part of the content: eight bytes that may change and lie to nobody.
    expect(opened).toBeLessThanOrEqual(8);
    for (const wrong of [await bytesOf(other.ref), bytes.subarray(0, 40), Buffer.alloc(0)]) {
      await damage(ref, wrong);
      await expect(store.get(owner, ref)).rejects.toMatchObject(corrupt);
    }
    await damage(ref, bytes);
    expect(await store.get(owner, ref)).toEqual(email);
  });

  const hash = "0".repeat(64);
  test.each([
    `default/${owner.msgId}/${hash}`,
    `../../etc/${hash}`,
    `default/${owner.msgId}/../${hash}`,
    `default/${owner.msgId}/${hash.toUpperCase().replaceAll("0", "A")}`,
    "",
  ])("has nothing under %s", async (ref) => {
    const { store } = await create();
    await expect(store.get(owner, ref)).rejects.toMatchObject({ code: "ARTIFACT_MISSING", retryable: false });
  });

  test("stays in its place for any names of tenant, person and message", async () => {
    const { store } = await create();
    for (const odd of [
      "..",
      ".",
      "../../x",
      "a/b",
      "a\0b",
      "",
      "ü%2F",
      "x".repeat(80),
      "a".repeat(256),
      "漢".repeat(256),
    ]) {
      const odder = { tenantId: odd, userId: odd, msgId: odd };
      const { ref } = await store.put(odder, email);
      expect(await store.get(odder, ref)).toEqual(email);
    }
  });

  test("reports an outage as a retryable error", async () => {
    const { store, takeAway } = await create();
    const { ref } = await store.put(owner, email);
    await takeAway();
    const outage = { code: "ARTIFACT_UNAVAILABLE", retryable: true };
    await expect(store.put(owner, { ...email, subject: "New" })).rejects.toMatchObject(outage);
    await expect(store.get(owner, ref)).rejects.toMatchObject(outage);
  });
}
