import { Kafka, logLevel } from "kafkajs";

/** Deletes every topic and group under a prefix: a world costs the broker some 180 partitions. */
export async function removeTopics(bootstrap: string, prefix: string): Promise<void> {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}
