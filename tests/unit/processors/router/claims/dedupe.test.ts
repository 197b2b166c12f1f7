import { expect, test } from "vitest";
import { createDedupeClaim } from "#processors/router/claims/dedupe.ts";
import { evaluateGates } from "#processors/router/core/evaluate-gates.ts";
import type { DedupeClaim } from "#shared/state/dedupe/dedupe.ts";
import { anAccepted, aPerson, noon, openChannel } from "#tests/support/policy/records.ts";

const accepted = anAccepted({ channels: ["EMAIL", "INAPP"] });
const channels = new Map([
  ["EMAIL", openChannel],
  ["INAPP", openChannel],
] as const);
const claimants = evaluateGates(
  accepted,
  { person: aPerson(), flags: new Map(), cancellation: null, views: { ageMs: 0, ageMsMax: 5_000 }, channels },
  noon,
).map((evaluation) => ({ accepted, evaluation }));

test("claims the key of every message in one trip, and drops those whose key another holds [DED-01]", async () => {
  const trips: (readonly DedupeClaim[])[] = [];
  const claim = createDedupeClaim({
    claim: async (claims) => {
      trips.push(claims);
      return claims.map(({ channel, msgId }) => (channel === "EMAIL" ? msgId : "another"));
    },
  });
  expect(await claim.take(claimants, noon)).toMatchObject([
    { verdict: "PASS", detail: "It holds its dedupe key" },
    { verdict: "DROP", reason: "COMMS_DEDUPED", detail: "Message another holds the dedupe key" },
  ]);
  const key = { tenantId: "default", userId: "usr_buyer", key: "BOOKING:bk_7Q2M:confirmed" };
  expect(trips).toMatchObject([
    [
      { ...key, channel: "EMAIL", msgId: claimants[0]?.evaluation.message.msgId },
      { ...key, channel: "INAPP", msgId: claimants[1]?.evaluation.message.msgId },
    ],
  ]);
});
