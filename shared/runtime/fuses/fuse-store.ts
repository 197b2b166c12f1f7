import type { Fuse } from "#shared/contracts/records.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { decodeAndLearn } from "../records/decode-and-learn.ts";

/**
 * Where the state of every stage's dead-letter fuse is kept, so that a restart finds it. What it holds binds all members
 * of a stage. Each call rejects with a retryable `AppError` while the log does not answer.
 */
export interface FuseStore {
  /** The last record of each stage; a stage whose fuse never blew has none. */
  read(): Promise<ReadonlyMap<string, Fuse>>;
  /** Resolves once all in-sync replicas hold it. */
  write(fuse: Fuse): Promise<void>;
}

/** A larger value is no fuse, bytes. */
const fuseBytesMax = 64 * 1024;

/** What the store on a topic is made of. */
export interface FuseTopicParts {
  readonly log: Log;
  readonly codec: Codec;
  /** Put before the topic's name. */
  readonly prefix: string;
}

/** The store on `comms.fuses`: a compacted topic, because the log is what a stage needs to run at all. */
export function createFuseTopic({ log, codec, prefix }: FuseTopicParts): FuseStore {
  const topic = `${prefix}comms.fuses`;
  return {
    read: async () => {
      const fuses = new Map<string, Fuse>();
      for await (const run of log.readToEnd([topic])) {
        for (const record of run) {
          const request = { codec, topic: "comms.fuses", record, tombstones: true, bytesMax: fuseBytesMax } as const;
          const decoded = await decodeAndLearn(request, (work) => work());
          // What cannot be read neither blows a fuse nor lifts one.
          if (decoded.kind !== "decoded") continue;
          const fuse = decoded.record.value as Fuse | null;
          if (fuse === null) fuses.delete(String(record.key));
          else fuses.set(fuse.stage, fuse);
        }
      }
      return fuses;
    },
    write: async (fuse) => {
      const producer = await log.producer();
      try {
        await producer.send([{ topic, key: fuse.stage, value: codec.encode("comms.fuses", fuse) }]);
      } finally {
        await producer.close();
      }
    },
  };
}

/** Why a stage stands whose fuse is blown, and the way out; for people. */
export function blownReason({ stage, cause, changed_at }: Pick<Fuse, "stage" | "cause" | "changed_at">): string {
  const since = new Date(changed_at).toISOString();
  return `the dead-letter fuse is blown since ${since}: ${cause}; mend the cause, then: comms fuse lift ${stage}`;
}
