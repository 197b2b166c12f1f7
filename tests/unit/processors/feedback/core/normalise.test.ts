import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalise } from "#processors/feedback/core/normalise.ts";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import { ses } from "../../../shared/delivery/providers/ses/bench.ts";
import { providerEvent } from "../bench.ts";

const normalised = (event: ProviderEvent) => normalise(event, webhookNormalisers);

describe("normalise", () => {
  it("cannot read a provider that it has no table for", () => {
    expect(normalised(providerEvent("{}", { provider: "carrier-pigeon" }))).toMatchObject({ kind: "unreadable" });
  });

  it("never throws, for any body", () => {
    const anything = fc.oneof(fc.json(), fc.string(), fc.jsonValue().map(ses), sesLike().map(ses), formLike());
    fc.assert(
      fc.property(anything, fc.constantFrom("ses", "twilio", "other"), (body, provider) => {
        const webhook = normalised(providerEvent(body, { provider }));
        expect(["parsed", "nothing", "unreadable"]).toContain(webhook.kind);
      }),
      { numRuns: 500 },
    );
  });

  it("suppresses only by a code that its tables have", () => {
    let unknownCodes = 0;
    fc.assert(
      fc.property(sesLike(), (event) => {
        const webhook = normalised(providerEvent(ses(event)));
        if (webhook.kind !== "parsed" || webhook.unknown === undefined) return;
        unknownCodes += 1;
        expect(webhook.reports.filter(({ suppress }) => suppress !== undefined)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(unknownCodes).toBeGreaterThan(5);
  });
});

/** Nearly an SES event: the right names, and anything behind them. */
function sesLike() {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("Bounce", "Permanent", "General", "Complaint", "Transient"),
  );
  const detail = fc.oneof(
    value,
    fc.record(
      {
        bounceType: value,
        bounceSubType: value,
        bouncedRecipients: value,
        complainedRecipients: fc.array(fc.record({ emailAddress: value })),
      },
      { requiredKeys: [] },
    ),
  );
  return fc.record(
    {
      eventType: value,
      notificationType: value,
      mail: fc.oneof(value, fc.record({ tags: value, headers: fc.array(value), messageId: value })),
      bounce: detail,
      complaint: detail,
    },
    { requiredKeys: [] },
  );
}

function formLike() {
  return fc
    .record(
      {
        MessageSid: fc.string(),
        MessageStatus: fc.constantFrom("failed", "sent", "x"),
        ErrorCode: fc.string(),
        To: fc.string(),
      },
      { requiredKeys: [] },
    )
    .map((form) => new URLSearchParams(form).toString());
}
