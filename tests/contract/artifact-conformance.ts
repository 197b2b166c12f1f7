import { describe, expect, test } from "vitest";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import type { MemoryKeyStore } from "#tests/fakes/memory-key-store.ts";

export interface ArtifactStoreUnderTest {
  readonly store: ArtifactStore;
  readonly keys: MemoryKeyStore;
  /** All bytes in the store, by name. */
  dump(): Promise<ReadonlyMap<string, Buffer>>;
  /** Overwrites the bytes under a name. */
  damage(name: string, bytes: Buffer): Promise<void>;
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

/** What every artifact store must do. */
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
    expect(receipt.ref).toBe(`default/${owner.msgId}/${receipt.hash}`);
    expect(receipt.bytes).toBe(Buffer.byteLength(JSON.stringify(email)));
    expect(await store.get(owner, receipt.ref)).toEqual(email);
  });

  test("writes the same content once, also when put at once, and other content beside it", async () => {
    const { store, dump } = await create();
    const [one, two] = await Promise.all([store.put(owner, email), store.put(owner, email)]);
    const before = await dump();
    const three = await store.put(owner, {
      text: email.text,
      html: email.html,
      subject: email.subject,
      channel: "EMAIL",
    });
    expect([two, three]).toEqual([one, one]);
    expect(await dump()).toEqual(before);
    expect(before.size).toBe(1);
    await store.put(owner, { ...email, subject: "Other" });
    expect((await dump()).size).toBe(2);
    expect(await store.get(owner, one.ref)).toEqual(email);
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
    const { store, dump, damage } = await create();
    const { ref } = await store.put(owner, email);
    const other = await store.put(owner, { ...email, subject: "Other" });
    const files = [...(await dump())];
    const find = (hash: string) => files.find(([file]) => file.includes(hash)) ?? ["", Buffer.alloc(0)];
    const [file, bytes] = find(ref.slice(-64));
    await damage(file, find(other.hash)[1]);
    await expect(store.get(owner, ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT", retryable: false });
    await damage(file, bytes.subarray(0, 40));
    await expect(store.get(owner, ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    await damage(file, Buffer.alloc(0));
    await expect(store.get(owner, ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
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
    const { store, dump } = await create();
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
    expect((await dump()).size).toBe(10);
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
