import { describe, expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createMetrics } from "#shared/platform/telemetry/metrics.ts";
import { groupTopicsOf } from "#shared/runtime/lag/group-lag.ts";
import { lagShownMsMax, watchLag } from "#shared/runtime/lag/lag-watch.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

/** A broker that says what the test wants, and a watch of intake's age and the router's number. */
async function watching() {
  const clock = createManualClock(1_000_000);
  const broker = { high: 7, committed: 4, written: clock.now() - 10_000, isAway: false, read: [] as string[] };
  const answer = <T>(value: T): T => {
    if (broker.isAway) throw new AppError("KAFKA_REFUSED", "no right", { retryable: true });
    return value;
  };
  const log = {
    offsets: async (topics: readonly string[]) =>
      answer(topics.map((topic) => ({ topic, partition: 0, low: 0, high: broker.high }))),
    committed: async (_group: string, topics: readonly string[]) =>
      answer(topics.map((topic) => ({ topic, partition: 0, offset: broker.committed }))),
    timestamps: async (positions: readonly { readonly topic: string; readonly offset: number }[]) => {
      broker.read.push(...positions.map(({ topic, offset }) => `${topic}@${offset}`));
      return answer(positions.map(() => broker.written));
    },
  };
  const metrics = createMetrics();
  const stop = new AbortController();
  const watched = {
    groups: [groupTopicsOf("intake", ["comms.events"])],
    countedGroups: [groupTopicsOf("router", ["comms.accepted"])],
  };
  const ended = watchLag({ clock, log, metrics, prefix: "t-", ...watched }, stop.signal);
  const shown = async () =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith("comms_consumer_lag_") && line.includes("{"));
  return { clock, broker, shown, stop: () => stop.abort(), ended };
}

const both = [
  'comms_consumer_lag_records{group="comms.intake",topic="comms.events"} 3',
  'comms_consumer_lag_records{group="comms.router",topic="comms.accepted"} 3',
];
const age = (seconds: number) => `comms_consumer_lag_seconds{group="comms.intake",topic="comms.events"} ${seconds}`;

describe("a watch of lags", () => {
  it("tells the age of groups whose topics it reads, and of the others only how many records wait, unread", async () => {
    const { clock, broker, shown } = await watching();
    await clock.advance(15_000);
    expect(await shown()).toEqual([...both, age(25)]);
    await clock.advance(15_000);
    expect(await shown()).toEqual([...both, age(40)]);
    expect(broker.read).toEqual(["t-comms.events@4"]);
    broker.committed = 7;
    await clock.advance(15_000);
    expect(await shown()).toEqual([...both.map((line) => line.replace(/3$/, "0")), age(0)]);
  });

  it("shows a figure for a minute that cannot be measured again, then none, and a new one as soon as it can", async () => {
    const { clock, broker, shown } = await watching();
    await clock.advance(15_000);
    broker.isAway = true;
    await clock.advance(lagShownMsMax - 1_000);
    expect(await shown()).toEqual([...both, age(25)]);
    await clock.advance(1_000);
    expect(await shown()).toEqual([]);
    broker.isAway = false;
    await clock.advance(15_000);
    expect(await shown()).toEqual([...both, age(100)]);
  });

  it("ends with its signal, and asks nothing more", async () => {
    const { clock, broker, shown, stop, ended } = await watching();
    await clock.advance(15_000);
    stop();
    await ended;
    broker.high = 9;
    await clock.advance(60_000);
    expect(await shown()).toEqual([...both, age(25)]);
  });
});
