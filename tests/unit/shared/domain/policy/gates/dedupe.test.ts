import { describe, expect, test } from "vitest";
import type { MsgId } from "#shared/domain/message/id.ts";
import { dedupe } from "#shared/domain/policy/gates/dedupe.ts";

describe("dedupe gate [DED-02]", () => {
  const msgId = "m-1" as MsgId;

  test("the holder of the key passes", () => {
    expect(dedupe({ msgId }, "m-1")).toMatchObject({ verdict: "PASS" });
  });

  test("another is refused, and told who holds it", () => {
    expect(dedupe({ msgId }, "m-0")).toEqual({
      verdict: "DROP",
      reason: "COMMS_DEDUPED",
      detail: "Message m-0 holds the dedupe key",
    });
  });
});
