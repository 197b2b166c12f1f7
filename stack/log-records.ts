import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Whether any partition of a topic other than Kafka's own holds a record, by the size of its segments. Sees only what
 * the broker has on disk; good for a broker of one node.
 */
export async function logHoldsRecords(logDir: string): Promise<boolean> {
  const folders = await readdir(logDir, { withFileTypes: true }).catch(() => []);
  const partitions = folders.filter((entry) => entry.isDirectory() && isPartitionOfOurs(entry.name));
  for (const { name } of partitions) {
    if (await hasBytes(join(logDir, name))) return true;
  }
  return false;
}

/** Kafka's own topics begin with two underscores; a deleted one waits for its removal under a name that ends so. */
export function isPartitionOfOurs(folder: string): boolean {
  return !folder.startsWith("__") && !folder.endsWith("-delete") && /-\d+$/.test(folder);
}

async function hasBytes(partition: string): Promise<boolean> {
  const segments = (await readdir(partition)).filter((file) => file.endsWith(".log"));
  const sizes = await Promise.all(segments.map(async (file) => (await stat(join(partition, file))).size));
  return sizes.some((size) => size > 0);
}
