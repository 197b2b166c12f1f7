import { describe, expect, it } from "vitest";
import { lift, suppress } from "#processors/feedback/core/suppression.ts";

const address = { tenantId: "acme", channel: "EMAIL", hash: "h" } as const;
const cause = { at: 1, msgId: "m-1", evidence: "f-1" };

describe("the entry that follows from a value of Feedback.suppress", () => {
  it.each([
    ["hard_bounce", "acme/EMAIL/h/HARD_BOUNCE/PROVIDER/all"],
    ["complaint", "acme/EMAIL/h/COMPLAINT/RECIPIENT/all"],
    ["unsubscribe", "acme/EMAIL/h/UNSUBSCRIBE/RECIPIENT/stream:marketing"],
    ["stop", "acme/EMAIL/h/STOP/RECIPIENT/all"],
  ] as const)("%s: %s, and its tombstone has the same key", (value, key) => {
    expect(suppress(value, address, cause)).toMatchObject([
      { topic: "comms.suppression", key, value: { created_at: 1, msg_id: "m-1", evidence: "f-1" } },
    ]);
    expect(lift(value, address)).toEqual({ topic: "comms.suppression", key, value: null });
  });

  it.each([null, "", "constructor", "soft_bounce"])("%j puts nothing on the list", (value) => {
    expect(suppress(value, address, cause)).toEqual([]);
  });
});
