import { describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { createVoicestubAdapter } from "#shared/delivery/providers/voicestub/adapter.ts";
import { aSend, start } from "../../sender-bench.ts";

const send = aSend({ channel: "VOICE" });
const message = (text: string): OutboundMessage => ({
  send,
  content: { channel: "VOICE", text },
  target: { address: "+14155550123", deviceId: "" },
  addressHash: "h",
  now: start,
});

describe("the stub of calls", () => {
  test.each([
    ["takes words", "Your code is 1 2 3", { kind: "accepted", ref: send.msg_id }],
    ["refuses silence", "", { kind: "refused", code: "SILENT" }],
  ])("%s", async (_, text, answer) => {
    expect(await createVoicestubAdapter().send(message(text), AbortSignal.timeout(1_000))).toEqual(answer);
  });
});
