import { describe, expect, it } from "vitest";
import type { Position } from "#shared/contracts/log-record.ts";
import { unavailable } from "#shared/platform/kafka/failure.ts";
import { Committer } from "#shared/runtime/shell/committer.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { quietTelemetry } from "#tests/support/shell-bench.ts";

const position: Position = { topic: "comms.events", partition: 0, offset: 4 };

/** A committer on an inbox that has one position to commit, and a group that takes it unless `failure` is set. */
function committing() {
  const clock = createManualClock();
  const telemetry = quietTelemetry();
  const sent: { readonly positions: readonly Position[]; readonly generation: number }[] = [];
  const group = { current: 1, failure: undefined as Error | undefined };
  const failures: number[] = [];
  let open: readonly Position[] = [position];
  const committer = new Committer({
    stage: "intake",
    clock,
    telemetry,
    inbox: {
      positions: () => [...open],
      committed: (positions) => {
        open = open.filter((one) => !positions.includes(one));
      },
    },
    generations: group,
    onFailed: () => failures.push(clock.now()),
    limits: { commitEveryMs: 1_000, commitEveryRecords: 3 },
    send: async (positions, generation) => {
      sent.push({ positions, generation });
      if (group.failure) throw group.failure;
    },
  });
  const commits = (outcome: string) => telemetry.metrics.read("comms_commits_total", { stage: "intake", outcome });
  return { committer, clock, sent, group, commits, failures };
}

describe("the committer", () => {
  it("commits what has moved, once, under its generation", async () => {
    const { committer, sent, commits } = committing();
    await committer.commit(1);
    await committer.commit(1);
    expect(sent).toEqual([{ positions: [position], generation: 1 }]);
    expect(await commits("ok")).toBe(1);
  });

  it("commits nothing for a generation that has passed", async () => {
    const { committer, sent, group } = committing();
    group.current = 2;
    await committer.commit(1);
    expect(sent).toEqual([]);
  });

  it("counts a failure by its code, and commits the same positions the next time", async () => {
    const { committer, sent, group, commits, failures } = committing();
    group.failure = unavailable("Committing");
    await committer.commit(1);
    group.failure = undefined;
    await committer.commit(1);
    expect(sent.map(({ positions }) => positions)).toEqual([[position], [position]]);
    expect(failures).toHaveLength(1);
    expect(await commits("KAFKA_UNAVAILABLE")).toBe(1);
    expect(await commits("ok")).toBe(1);
  });

  it("commits when so many records have left since the last commit", async () => {
    const { committer, sent } = committing();
    committer.count(1, 1);
    committer.count(1, 1);
    expect(sent).toHaveLength(0);
    await committer.commit(2);
    committer.count(1, 2);
    expect(sent).toHaveLength(0);
    committer.count(1, 1);
    expect(sent).toHaveLength(1);
  });

  it("commits once a second, calls back after each, and ends with its signal", async () => {
    const { committer, clock, sent } = committing();
    const stopping = new AbortController();
    let calls = 0;
    const loop = committer.run(stopping.signal, () => calls++);
    await clock.advance(999);
    expect(sent).toHaveLength(0);
    await clock.advance(1);
    expect({ sent: sent.length, calls }).toEqual({ sent: 1, calls: 1 });
    stopping.abort();
    await loop;
    expect(calls).toBe(2);
  });
});
