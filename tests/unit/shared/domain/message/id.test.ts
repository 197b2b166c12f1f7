import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveEventId, deriveId, deriveMsgId } from "#shared/domain/message/id.ts";

const charge = {
  tenantId: "default",
  templateName: "charge_receipt",
  userId: "anna",
  causeRef: "ch_1",
  channel: "email",
};

describe("a derived id", () => {
  // Ids are on the log and in tables: these values may never change.
  test.each([
    [deriveId("a|b", "c"), "01c87fcf-4cdb-5c4c-b01a-0273b01ecf78"],
    [deriveId("a", "b|c"), "0241fe43-8f49-53e8-afad-9a0dae39a5e0"],
    [deriveId("x", "\ud800é", 3), "45cd378b-49be-5ee8-a986-a9987868fff9"],
    [deriveId("only"), "30d3caa7-24bc-5f13-9fad-060bf162bb49"],
    [deriveMsgId(charge), "e517d7c4-788d-5907-84c9-ae95b1dd12bc"],
    [deriveEventId("default", "booking.confirmed", "bk_1"), "0fe3f196-3b6e-5f64-90b7-e10c0cc7dad5"],
  ])("%s is what it was when it was first released", (id, released) => {
    expect(id).toBe(released);
  });

  test("does not depend on the one before, however long that was", () => {
    const first = deriveId("only");
    expect(deriveId("long", "x".repeat(5_000))).toBe("8cb2aa6d-2a5a-55a8-b249-238fdb5b549a");
    expect(deriveId("only")).toBe(first);
  });

  test("is the UUIDv5 of RFC 9562 over length-prefixed parts, for any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), ([kind = "", ...parts]) => {
        const name = [kind, ...parts].map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
        const namespace = Buffer.from("6f1c2f0a54d24d0fa3b1c0de5ca41110", "hex");
        const digest = createHash("sha1").update(namespace).update(Buffer.from(name)).digest().subarray(0, 16);
        digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
        digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
        expect(deriveId(kind, ...parts).replaceAll("-", "")).toBe(digest.toString("hex"));
      }),
    );
  });
});
