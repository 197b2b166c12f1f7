import { describe, expect, test } from "vitest";
import { aSend, aSender, aSuppression, outputsOn } from "./sender-bench.ts";

describe("the next attempt of a message that the provider took and then reported [FBK-03]", () => {
  const second = { attempt: 2, reopens: 1 };

  test("is called once, however often its order comes", async () => {
    const bench = aSender();
    await bench.take(aSend());
    const outcome = await bench.take(aSend(second));
    expect(outputsOn(outcome, "comms.feedback")).toMatchObject([{ status: "SENT", attempt: 2 }]);
    for (const send of [aSend(second), aSend(), aSend({ attempt: 2 })]) await bench.take(send);
    expect(bench.calls).toHaveLength(2);
    expect(bench.metered.filter((line) => line.startsWith("ambiguous"))).toEqual([]);
  });

  test("without the word of the provider is none: the message is sent already", async () => {
    const bench = aSender();
    await bench.take(aSend());
    expect(await bench.take(aSend({ attempt: 2 }))).toMatchObject({ kind: "drop", reason: "COMMS_ALREADY_SENT" });
    expect(bench.calls).toHaveLength(1);
  });

  test("asks every gate again", async () => {
    const bench = aSender();
    await bench.take(aSend());
    bench.world.suppressions = [aSuppression()];
    expect(await bench.take(aSend(second))).toMatchObject({ kind: "drop", reason: "COMMS_SUPPRESSED" });
    expect(bench.calls).toHaveLength(1);
  });

  test("that the provider refuses for now is followed by a third, which reopens no more than it did", async () => {
    const bench = aSender();
    await bench.take(aSend());
    bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
    expect(await bench.take(aSend(second))).toMatchObject({ kind: "defer" });
    bench.world.provider = async () => ({ kind: "accepted", ref: "r" });
    await bench.take(aSend({ ...second, attempt: 3 }));
    await bench.take(aSend({ ...second, attempt: 3 }));
    expect(bench.calls).toHaveLength(3);
  });
});
