import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** The brokers and the schema registry. */
export const kafkaSettings = settingGroup("Kafka", {
  COMMS_BOOTSTRAP_SERVERS: setting(z.string().min(1), "The brokers to begin with: `host:port,host:port`."),
  COMMS_TOPIC_PREFIX: setting(
    z
      .string()
      .regex(/^([a-z0-9]+\.)*$/, "ends in a dot, and holds small letters and digits")
      .default(""),
    "Put before the name of every topic and group: `staging.`. It ends in a dot.",
  ),
  COMMS_SCHEMA_REGISTRY_URL: setting(z.url(), "The schema registry, by Confluent's API."),
});

/** Brokers, topic prefix, registry. */
export type KafkaConfig = ConfigOf<typeof kafkaSettings>;
