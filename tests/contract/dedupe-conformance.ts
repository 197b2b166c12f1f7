import { beforeEach, describe, expect, test } from "vitest";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Dedupe, DedupeClaim } from "#shared/state/dedupe/dedupe.ts";

/** A dedupe window of five minutes, whose time the suite moves. */
export interface DedupeHarness {
  readonly dedupe: Dedupe;
  now(): Instant;
  pass(ms: number): Promise<void>;
}

const minute = 60_000;

function claimOf(msgId: string, over: Partial<DedupeClaim> = {}): DedupeClaim {
  return { tenantId: "default", userId: "usr_1", channel: "EMAIL", key: "BOOKING:bk_1:confirmed", msgId, ...over };
}

/** What every dedupe window must do. */
export function dedupeConformance(name: string, create: () => Promise<DedupeHarness>): void {
  describe(`dedupe window in ${name} [DED-02]`, () => {
    let harness: DedupeHarness;
    beforeEach(async () => {
      harness = await create();
    });
    const claim = (...claims: readonly DedupeClaim[]) => harness.dedupe.claim(claims, harness.now());

    test("the first to claim holds the key, and the second learns who does", async () => {
      expect(await claim(claimOf("first"))).toEqual(["first"]);
      expect(await claim(claimOf("second"))).toEqual(["first"]);
    });

    test("the holder passes again, as after a crash or a release", async () => {
      await claim(claimOf("first"));
      expect(await claim(claimOf("first"))).toEqual(["first"]);
    });

    test("the window is open for five minutes and not for one millisecond more", async () => {
      await claim(claimOf("first"));
      await harness.pass(5 * minute - 1_000);
      expect(await claim(claimOf("second"))).toEqual(["first"]);
      await harness.pass(1_000);
      expect(await claim(claimOf("second"))).toEqual(["second"]);
    });

    test("claiming again does not lengthen the window", async () => {
      await claim(claimOf("first"));
      await harness.pass(3 * minute);
      await claim(claimOf("first"), claimOf("second"));
      await harness.pass(2 * minute);
      expect(await claim(claimOf("second"))).toEqual(["second"]);
    });

    test("of two claims in one call the earlier holds", async () => {
      expect(await claim(claimOf("first"), claimOf("second"))).toEqual(["first", "first"]);
    });

    test.each<[string, Partial<DedupeClaim>]>([
      ["another person", { userId: "usr_2" }],
      ["another channel", { channel: "SMS" }],
      ["another tenant", { tenantId: "other" }],
      ["another key", { key: "BOOKING:bk_1:cancelled" }],
      ["a person and key that read alike when joined", { userId: "usr_1:BOOKING", key: "bk_1:confirmed" }],
    ])("%s has a window of its own", async (_, over) => {
      await claim(claimOf("first"));
      expect(await claim(claimOf("second", over))).toEqual(["second"]);
    });

    test("answers many claims in their order, and none at once", async () => {
      const many = Array.from({ length: 450 }, (_, i) => claimOf(`m${i}`, { key: `K:${i}` }));
      expect(await claim(...many)).toEqual(many.map(({ msgId }) => msgId));
      expect(await claim()).toEqual([]);
    });
  });
}
