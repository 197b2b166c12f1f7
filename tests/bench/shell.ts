import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InRecord } from "#shared/contracts/log-record.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import type { Consumer, ConsumerListener, Log } from "#shared/platform/kafka/port.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import type { Runnable, SinkProcessor } from "#shared/runtime/processor.ts";
import { copier, eventOf, memoryCodec, shellOf } from "#tests/support/shell-bench.ts";
import { figure, heading, percentile } from "./figures.ts";

const records = 50_000;
const rounds = 7;
const fetchRecords = 500;
const partitions = 6;

/** The runtime alone: a shell between a log that costs nothing and a processor that does nothing, records without end. */
export async function benchShell(): Promise<void> {
  heading(`the runtime without a broker, median of ${rounds} times ${records} records`);
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  const sink: SinkProcessor = {
    kind: "sink",
    name: "projector",
    inputs: ["comms.events"],
    apply: async (batch) => batch.map(() => ({ kind: "emit", outputs: [] })),
  };
  await measure("a stage, one output a record", folder, { processor: copier() });
  await measure("a sink, no output", folder, { processor: sink });
  await rm(folder, { recursive: true });
}

async function measure(name: string, folder: string, runnable: Runnable): Promise<void> {
  const codec = await memoryCodec();
  const telemetry = createTelemetry({ level: "info", file: join(folder, "shell.ndjson"), version: "bench" });
  const value = codec.encode("comms.events", eventOf("anna", "reference"));
  const figures: { readonly all: number; readonly main: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    const source = endlessLog(value, records);
    const { shell } = shellOf({ log: source.log, codec, clock: systemClock, telemetry, runnable });
    const [all, main] = [process.cpuUsage(), process.threadCpuUsage()];
    await shell.start();
    await source.taken;
    await shell.stop(5_000);
    if (round < 0) continue;
    const [allNow, mainNow] = [process.cpuUsage(all), process.threadCpuUsage(main)];
    figures.push({
      all: (allNow.user + allNow.system) / records,
      main: (mainNow.user + mainNow.system) / records,
    });
  }
  const median = (of: "all" | "main") =>
    percentile(
      figures.map((one) => one[of]),
      0.5,
    ).toFixed(1);
  figure(name, `${median("main")} µs a record on the main thread, ${median("all")} in the process`);
}

/** Hands out `count` records as fast as the member takes them, and acknowledges what is written. */
function endlessLog(value: Buffer, count: number) {
  let [given, paused] = [0, false];
  let listener: ConsumerListener | undefined;
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const headers = { traceparent: Buffer.from("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00") };
  const one = (offset: number): InRecord => ({
    topic: "comms.events",
    partition: 0,
    offset,
    key: Buffer.from(`default/u${offset % 1_000}`),
    value,
    headers,
    timestamp: 0,
  });
  const deliver = () => {
    if (paused || given >= count) return;
    const next = Array.from({ length: fetchRecords }, () => one(given++));
    listener?.records(next, 1);
    setImmediate(deliver);
  };
  const consumer: Consumer = {
    start: async (to) => {
      listener = to;
      const owned = Array.from({ length: partitions }, (_, partition) => ({ topic: "comms.events", partition }));
      to.assigned(owned, 1);
      setImmediate(deliver);
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      setImmediate(deliver);
    },
    commit: async (positions) => {
      if (positions.some(({ offset }) => offset >= count)) resolve();
    },
    progress: () => {},
    close: async () => {},
  };
  const log = {
    producer: async () => ({
      send: async (out: readonly unknown[]) => out.map(() => ({ topic: "", partition: 0, offset: 0 })),
      close: async () => {},
    }),
    consumer: async () => consumer,
  } as unknown as Log;
  return { log, taken };
}
