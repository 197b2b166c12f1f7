import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { homedir } from "node:os";
import { addresses } from "../addresses.ts";

/**
 * Moves what groups have committed with Kafka's own tool, as docs/operating.md has it; `how` as the tool takes it. Groups are whole
 * names. Throws where one has a member.
 */
export function resetGroups(groups: readonly string[], ...how: readonly string[]): void {
  const [tools = ""] = globSync(["/var/cache/carillon/stack-*/kafka", `${homedir()}/.cache/carillon/stack-*/kafka`]);
  const tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
  const broker = ["--bootstrap-server", addresses().kafka.bootstrap];
  const named = groups.flatMap((group) => ["--group", group]);
  const reset = ["--reset-offsets", ...how, "--execute"];
  execFileSync("java", ["-cp", `${tools}/*`, tool, ...broker, ...named, ...reset], { stdio: "pipe" });
}
