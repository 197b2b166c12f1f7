import { produce } from "#cli/prepare.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import { copier, eventOf, shellOf } from "#tests/support/shell-bench.ts";
import { startWorld } from "#tests/support/world.ts";
import { cpuMicros } from "./cpu.ts";
import { figure, heading } from "./figures.ts";
import { storePid } from "./stores.ts";

const records = 20_000;

/** One hop of ours: a shell that copies each record from one topic to another, saturated, on the real broker. */
export async function benchHop(): Promise<void> {
  heading(`one hop through the runtime, ${records} records waiting, 6 partitions`);
  const world = await startWorld({ watch: false });
  const { platform } = world;
  try {
    const produceRange = (from: number, to: number) =>
      produce(
        platform,
        Array.from(
          { length: to - from },
          (_, n) =>
            ({ topic: "comms.events", key: `u${(from + n) % 1_000}`, value: eventOf("anna", `r${from + n}`) }) as const,
        ),
      );
    for (let from = 0; from < records; from += 1_000) await produceRange(from, from + 1_000);
    const telemetry = createTelemetry({ level: "info", file: `${world.folder}/hop.ndjson`, version: "bench" });
    const { shell } = shellOf({
      log: platform.log(),
      codec: platform.codec(),
      clock: systemClock,
      prefix: platform.prefix,
      telemetry,
      runnable: { processor: copier() },
    });
    const kafka = storePid("kafka");
    const [cpu, thread, store, began] = [process.cpuUsage(), process.threadCpuUsage(), cpuMicros(kafka), Date.now()];
    await shell.start();
    const done = () => telemetry.metrics.read("comms_stage_records_total", { stage: "intake", outcome: "emit" });
    while ((await done()) < records) await systemClock.sleep(50);
    const { user, system } = process.cpuUsage(cpu);
    const main = process.threadCpuUsage(thread);
    figure(
      "CPU of the process",
      `${Math.round((user + system) / records)} µs a record: consume, decode, decide, encode, produce, trace, log line, metrics`,
    );
    figure("of it, CPU of the main thread", `${Math.round((main.user + main.system) / records)} µs a record`);
    figure("CPU of the broker", `${Math.round((cpuMicros(kafka) - store) / records)} µs a record`);
    figure("rate", `${Math.round((records * 1000) / (Date.now() - began))} records a second`);
    await shell.stop(5_000);
  } finally {
    await world.close();
  }
}
