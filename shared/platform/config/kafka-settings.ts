import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** The brokers and the schema registry. */
export const kafkaSettings = settingGroup("Kafka", {
  COMMS_BOOTSTRAP_SERVERS: setting(brokerList(), "The brokers to begin with: `host:port,host:port`."),
  COMMS_TOPIC_PREFIX: setting(
    z
      .string()
      .regex(/^([a-z0-9]+\.)*$/, "ends in a dot, and holds small letters and digits")
      .default(""),
    "Put before the name of every topic and group: `staging.`. It ends in a dot.",
  ),
  COMMS_SCHEMA_REGISTRY_URL: setting(
    z.url(),
    "The schema registry, by Confluent's API, with its path: Apicurio's ends in `/apis/ccompat/v7`.",
  ),
});

/** Without a port a client waits for a broker that is not there. */
function brokerList() {
  return z.string().regex(/^[^\s,]+:\d{1,5}(,\s*[^\s,]+:\d{1,5})*$/, "is not written as host:port,host:port");
}

/** Brokers, topic prefix, registry. */
export type KafkaConfig = ConfigOf<typeof kafkaSettings>;
