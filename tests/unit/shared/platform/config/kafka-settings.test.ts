import { expect, test } from "vitest";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";

const issuesOf = (brokers: string) => {
  const values = { COMMS_BOOTSTRAP_SERVERS: brokers, COMMS_SCHEMA_REGISTRY_URL: "http://127.0.0.1:1" };
  const result = kafkaSettings.read(values);
  return result.kind === "issues" ? result.issues : [];
};

test.each(["kafka:9092", "a.example:9092,b.example:9092", "a:9092, b:9092", "10.0.0.1:19092", "[::1]:9092"])(
  "%s are brokers",
  (brokers) => expect(issuesOf(brokers)).toEqual([]),
);

test.each(["localhost", "kafka:9092,", "kafka:9092 other:9092", "kafka:port", ":", "a:9092,b"])(
  "%j are none",
  (brokers) => expect(issuesOf(brokers)).toEqual(["COMMS_BOOTSTRAP_SERVERS: is not written as host:port,host:port"]),
);
