import { describe, expect, test } from "vitest";
import { providerFeedback } from "#processors/feedback/core/provider-feedback.ts";
import type { ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { message, now, providerEvent } from "../bench.ts";

const report: ProviderReport = {
  status: "DELIVERED",
  description: "Taken",
  code: "Delivery",
  address: "anna@example.com",
};
const context = {
  event: { ...providerEvent("x"), received_at: now - 5 },
  webhook: { channel: "EMAIL", providerRef: "ses-9" },
  message,
  hash: (address: string) => `hash of ${address}`,
} as const;

describe("the feedback of a provider's report", () => {
  test("repeats the message, and names the address by its hash alone", () => {
    const value = providerFeedback(report, 0, context);
    expect(value).toMatchObject({
      msg_id: "m-1",
      tenant_id: "acme",
      causation_id: "p-1",
      origin: "PROVIDER",
      status: "DELIVERED",
      provider_ref: "ses-9",
      provider_code: "Delivery",
      address_hash: "hash of anna@example.com",
      recorded_at: now - 5,
      attempt: 0,
    });
    expect(JSON.stringify({ ...value, address_hash: null })).not.toContain("anna@example.com");
  });

  test("has no hash where the provider names no address", () => {
    expect(providerFeedback({ ...report, address: null }, 0, context).address_hash).toBeNull();
  });

  test("has the same id at every reading, and another for each report and status", () => {
    const { feedback_id } = providerFeedback(report, 0, context);
    expect(providerFeedback(report, 0, context).feedback_id).toBe(feedback_id);
    expect(providerFeedback(report, 1, context).feedback_id).not.toBe(feedback_id);
    expect(providerFeedback({ ...report, status: "BOUNCED" }, 0, context).feedback_id).not.toBe(feedback_id);
  });
});
