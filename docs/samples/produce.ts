/** Writes events to comms.events: produce.ts event.json … */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Kafka, Partitioners } from "kafkajs";

const { env } = process;
const fileOf = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path, "utf8").trim());
const topic = `${env["COMMS_TOPIC_PREFIX"] ?? ""}comms.events`;

const ca = fileOf(env["COMMS_SCHEMA_REGISTRY_CA_FILE"]);
const registry = new SchemaRegistry({
  host: env["COMMS_SCHEMA_REGISTRY_URL"] ?? "",
  ...(ca !== undefined && { agent: new Agent({ ca }) }),
});
const [kafkaCa, cert, key] = ["CA", "CERTIFICATE", "KEY"].map((name) => fileOf(env[`COMMS_KAFKA_${name}_FILE`]));
const username = env["COMMS_KAFKA_USER"];
const password = fileOf(env["COMMS_KAFKA_PASSWORD_FILE"]) ?? "";
const kafka = new Kafka({
  clientId: "sample-typescript",
  brokers: (env["COMMS_BOOTSTRAP_SERVERS"] ?? "").split(","),
  ssl: kafkaCa !== undefined && { ca: kafkaCa, ...(cert && key && { cert, key }) },
  ...(username !== undefined && { sasl: { mechanism: "scram-sha-512", username, password } }),
});

const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
const schema = await registry.getLatestSchemaId(`${topic}-value`);
for (const path of process.argv.slice(2)) {
  const event = JSON.parse(readFileSync(path, "utf8"));
  const record = { ...event, payload: JSON.stringify(event.payload) };
  for (const time of ["occurred_at", "send_at", "expires_at"])
    if (time in event) record[time] = Date.parse(event[time]);
  const message = {
    key: `${event.tenant_id ?? "default"}/${event.cause_ref}`,
    value: await registry.encode(schema, record),
    headers: {
      ce_source: "sample-typescript",
      traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`,
    },
  };
  const [place] = await producer.send({ topic, acks: -1, messages: [message] });
  console.log(`written to ${topic}, partition ${place?.partition}, offset ${place?.baseOffset}`);
}
await producer.disconnect();
