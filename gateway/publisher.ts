import type { IncomingHttpHeaders } from "node:http";
import type { RecordTypes } from "#shared/contracts/records.ts";
import type { TopicName, TopicRecordName } from "#shared/contracts/topics.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import type { Log, Producer } from "#shared/platform/kafka/port.ts";
import { startRequestSpan } from "#shared/platform/telemetry/tracing.ts";
import { envelope } from "#shared/runtime/outputs/envelope.ts";

/** One record that a request writes. */
export type Publication = {
  [Topic in TopicName]: {
    readonly topic: Topic;
    readonly key: string;
    readonly value: RecordTypes[TopicRecordName<Topic>];
  };
}[TopicName];

export interface Publisher {
  /**
   * Resolves once every in-sync replica has the record. Rejects with the retryable `KAFKA_UNAVAILABLE` when that is not
   * known in time. The record may still be on the log, so a repeated request must derive the same id.
   */
  publish(publication: Publication, request: IncomingHttpHeaders): Promise<void>;
  close(deadlineMs: number): Promise<void>;
}

export interface PublisherParts {
  readonly log: Log;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly prefix: string;
  /** ms. Providers wait fifteen seconds for an answer, people less. */
  readonly deadlineMs?: number;
  /** How long a record may wait for others, ms; see `ProducerOptions`. Default 0. */
  readonly lingerMs?: number;
}

export async function createPublisher(parts: PublisherParts): Promise<Publisher> {
  const { codec, clock, prefix, deadlineMs = 5_000, lingerMs = 0 } = parts;
  const producer: Producer = await parts.log.producer({ lingerMs });
  return {
    publish: async ({ topic, key, value }, request) => {
      const bytes = codec.encode(topic, value);
      const span = startRequestSpan(`publish ${topic}`, request);
      const own = envelope({ stage: "gateway", topic, key, value: bytes, now: clock.now(), trace: span.headers });
      const requestId = request["x-request-id"];
      const headers = { ...own, ...(requestId && { "x-request-id": Buffer.from(String(requestId)) }) };
      const acknowledgement = producer.send([{ topic: prefix + topic, key, value: bytes, headers }]);
      try {
        await waitFor(acknowledgement, deadlineMs, clock);
        span.end("acknowledged", false);
      } catch (error) {
        span.end("failed", true);
        throw error;
      }
    },
    close: (deadlineMs) => producer.close(deadlineMs),
  };
}

async function waitFor(acknowledgement: Promise<unknown>, deadlineMs: number, clock: Clock): Promise<void> {
  if ((await within(clock, deadlineMs, acknowledgement)) !== late) return;
  throw new AppError("KAFKA_UNAVAILABLE", `The log has not acknowledged the record within ${deadlineMs} ms`, {
    retryable: true,
  });
}
