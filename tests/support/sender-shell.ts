import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Feedback, ScheduleItem, Send } from "#shared/contracts/records.ts";
import type { ChannelAdapter } from "#shared/delivery/adapter.ts";
import type { Breaker } from "#shared/delivery/breaker.ts";
import type { SendMeter } from "#shared/delivery/meter.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { aSender } from "#tests/unit/shared/delivery/sender-bench.ts";
import { memoryCodec, shellOf } from "./shell-bench.ts";

const codec = await memoryCodec();
const topic = "comms.send.email";

interface SenderShellOptions {
  readonly adapter: ChannelAdapter;
  readonly breaker: Breaker;
  readonly clock: Clock;
  readonly random: () => number;
  readonly meter?: SendMeter;
}

/**
 * The sender of mail as it runs, in its shell as the one member of its group, on a log and a ledger in memory. The schedule is
 * the test's to play.
 */
export async function senderShell({ clock, random, ...parts }: SenderShellOptions) {
  const feedback: Feedback[] = [];
  const schedule: ScheduleItem[] = [];
  const memory = createMemoryLog({ partitions: 3, clock, random });
  const log: Log = {
    ...memory,
    producer: async (options) => {
      const inner = await memory.producer(options);
      return {
        close: (deadlineMs) => inner.close(deadlineMs),
        send: async (records) => {
          const positions = await inner.send(records);
          for (const record of records) note(record);
          return positions;
        },
      };
    },
  };
  function note({ topic: name, value }: OutRecord): void {
    if (value === null) return;
    if (name === "comms.feedback") feedback.push(codec.decode(name, value) as Feedback);
    if (name === "comms.schedule") schedule.push(codec.decode(name, value) as ScheduleItem);
  }
  const { sender } = aSender({ ...parts, clock, encode: (name, send) => codec.encode(name, send) });
  const { shell, crashes, telemetry } = shellOf({ log, codec, clock, random, runnable: { processor: sender } });
  const producer = await memory.producer();
  await shell.start();
  return {
    shell,
    crashes,
    telemetry,
    feedback,
    schedule,
    produce: (sends: readonly Send[]) =>
      producer.send(
        sends.map((send) => ({
          topic,
          key: `${send.tenant_id}/${send.user_id}`,
          value: codec.encode(topic, send),
        })),
      ),
    /** Writes what is due by now, as the scheduler does. */
    playSchedule: async () => {
      const now = clock.now();
      const due = schedule.filter(({ due_at }) => due_at <= now);
      for (const item of due) schedule.splice(schedule.indexOf(item), 1);
      if (due.length === 0) return;
      await producer.send(due.map(({ target_topic, key, payload }) => ({ topic: target_topic, key, value: payload })));
    },
  };
}
