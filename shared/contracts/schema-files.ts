import { readFileSync } from "node:fs";
import { type TopicName, topicRecords } from "./topics.ts";

const folder = new URL("../../schemas/avro/", import.meta.url);

/** The file of a record's schema: `provider-event.avsc` for `ProviderEvent`. */
export function schemaFile(record: string): string {
  return `${record.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.avsc`;
}

/** The current schema of a topic's values, as Avro JSON. Reads the file at each call. */
export function schemaOfTopic(topic: TopicName): string {
  return readFileSync(new URL(schemaFile(topicRecords[topic]), folder), "utf8");
}
