import { expect, test } from "vitest";
import { createCloser } from "#processors/digest/closer.ts";
import { windowOf } from "#processors/digest/core/window.ts";
import type { Output } from "#shared/contracts/output.ts";
import { dailyDigest, digestItem, digestNoon } from "../builders.ts";

test("a window whose only item is cancelled closes with a decision on it, and without a summary", async () => {
  const item = digestItem("1");
  const window = windowOf(item, dailyDigest, { at: digestNoon });
  const cancelled = [{ ...item, cancellation: { cancelled_at: digestNoon, reason: "Wrong thread" } }];
  const closed: string[] = [];
  const store = {
    cancel: async () => {},
    collect: async () => [],
    lease: async () => [{ window, collected: { count: 0, payloads: [] }, cancelled }],
    close: async (_owner: string, ids: readonly string[]) => void closed.push(...ids),
  };
  const out: Output[] = [];
  const emit = async (outputs: readonly Output[]) => void out.push(...outputs);
  await createCloser(store, "one").run(digestNoon, emit, new AbortController().signal);
  expect(out).toMatchObject([
    {
      topic: "comms.decisions",
      key: "default/anna",
      value: {
        msg_id: "msg-1",
        stage: "digest",
        gate: "cancellation",
        verdict: "DROP",
        reason: "COMMS_CANCELLED",
        cause_ref: "1",
        trace: [{ gate: "cancellation", verdict: "DROP", detail: expect.stringContaining("Wrong thread") }],
      },
    },
  ]);
  expect(closed).toEqual([window.windowId]);
});
