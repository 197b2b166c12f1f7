import { describe, expect, test } from "vitest";
import { messageOf } from "#processors/router/core/message.ts";
import { deriveMsgId } from "#shared/domain/message/id.ts";
import { anAccepted } from "#tests/support/policy/records.ts";

describe("a message of an accepted record", () => {
  const accepted = anAccepted({ template_name: "charge_receipt", user_id: "anna", cause_ref: "ch_1" });

  test("has the id that decision 3 derives, one a channel", () => {
    const key = { tenantId: accepted.tenant_id, templateName: "charge_receipt", userId: "anna", causeRef: "ch_1" };
    expect(messageOf(accepted, "EMAIL").msgId).toBe(deriveMsgId({ ...key, channel: "email" }));
    expect(messageOf(accepted, "SMS").msgId).toBe(deriveMsgId({ ...key, channel: "sms" }));
  });

  test("keeps its id in a later version, round and lane of the same", () => {
    const later = { ...accepted, template_version: 7, round: 3, lane: "BULK" } as const;
    expect(messageOf(later, "EMAIL").msgId).toBe(messageOf(accepted, "EMAIL").msgId);
  });

  test("carries what the gates look at", () => {
    const given = anAccepted({ category: "finance", critical: true, cadence: "messages.daily_digest", expires_at: 99 });
    expect(messageOf(given, "PUSH")).toMatchObject({
      userId: given.user_id,
      channel: "PUSH",
      category: "finance",
      critical: true,
      cadence: "messages.daily_digest",
      expiresAt: 99,
    });
  });
});
