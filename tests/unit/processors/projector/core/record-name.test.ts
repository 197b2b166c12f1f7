import { describe, expect, it } from "vitest";
import { recordName } from "#processors/projector/core/record-name.ts";

const record = { headers: { ce_id: Buffer.from("ce-1") }, key: Buffer.from("acme/anna") };

describe("what a record is named by", () => {
  it.each([
    [
      { msg_id: "m1", accepted_id: "a1", event_id: "e1", tenant_id: "t" },
      { id: "m1", tenantId: "t" },
    ],
    [
      { msg_id: null, accepted_id: "a1", event_id: "e1", tenant_id: "t" },
      { id: "a1", tenantId: "t" },
    ],
    [
      { event_id: null, cause_ref: "b1", tenant_id: "t" },
      { id: "b1", tenantId: "t" },
    ],
    [undefined, { id: "ce-1", tenantId: "acme" }],
  ])("of %j is %j", (value, name) => {
    expect(recordName(record, value)).toEqual(name);
  });

  it("is nothing where nothing can be read", () => {
    expect(recordName({ headers: {}, key: null }, null)).toEqual({ id: "", tenantId: "default" });
  });
});
