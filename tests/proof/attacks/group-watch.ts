import { Kafka, logLevel } from "kafkajs";
import type { World } from "#tests/support/world.ts";

/** What a group was seen to be, twice a second. */
export interface GroupWatch {
  /** Ends the watch. Resolves with for how long the group had no member, s. */
  end(): Promise<number>;
}

const everyMs = 500;

/** Asks the broker again and again whether the group of a stage has a member. */
export async function watchGroup(world: World, stage: string): Promise<GroupWatch> {
  const brokers = [world.env["COMMS_BOOTSTRAP_SERVERS"] ?? ""];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  let emptyMs = 0;
  let seenAt = Date.now();
  const look = async () => {
    const { groups } = await admin.describeGroups([`${world.prefix}comms.${stage}`]);
    const now = Date.now();
    if (groups[0]?.members.length === 0) emptyMs += now - seenAt;
    seenAt = now;
  };
  let last = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(look).catch(() => {});
  }, everyMs);
  return {
    end: async () => {
      clearInterval(timer);
      await last;
      await admin.disconnect();
      return Math.round(emptyMs / 100) / 10;
    },
  };
}
