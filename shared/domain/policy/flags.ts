import type { Flag } from "#shared/contracts/records.ts";

/** The flags that people set, by name. */
export type Flags = ReadonlyMap<string, Pick<Flag, "value">>;

/** Whether a flag is set to false. One that is absent, or holds anything else, is not off. */
export function isOff(flags: Flags, name: string): boolean {
  return flags.get(name)?.value.trim() === "false";
}
