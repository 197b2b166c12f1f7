import type { Flag } from "#shared/contracts/records.ts";
import { flagKey } from "#shared/domain/message/record-keys.ts";
import type { World } from "../world.ts";

/** Sets a flag as an operator's producer does, and returns when the log had acknowledged it. */
export async function setFlag(
  { platform, prefix, write }: Pick<World, "platform" | "prefix" | "write">,
  name: string,
  { value, ...over }: { readonly value: boolean } & Partial<Omit<Flag, "name" | "value">>,
): Promise<number> {
  const flag: Flag = {
    name,
    value: String(value),
    updated_by: "operator-1",
    updated_at: Date.now(),
    tenant_id: null,
    expires_at: null,
    ...over,
  };
  const encoded = platform.codec().encode("comms.flags", flag);
  await write([{ topic: `${prefix}comms.flags`, key: flagKey(flag), value: encoded }]);
  return Date.now();
}
