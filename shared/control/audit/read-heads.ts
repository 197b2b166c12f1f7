import type { AuditHead } from "#shared/contracts/records.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { ChainHead } from "./read-chain.ts";

/** Where heads of audit chains lie. */
export interface HeadTopic {
  readonly log: Pick<Log, "readToEnd">;
  readonly codec: Pick<Codec, "decode">;
  readonly prefix: string;
}

/** The heads of a tenant's chain that were written down, in the order of the log. Rejects with the `AppError` of Kafka. */
export async function readHeads({ log, codec, prefix }: HeadTopic, tenantId: string): Promise<readonly ChainHead[]> {
  const heads: ChainHead[] = [];
  for await (const records of log.readToEnd([`${prefix}comms.audit-heads`])) {
    for (const { value } of records) {
      if (value === null) continue;
      const { tenant_id, number, hash } = codec.decode("comms.audit-heads", value) as AuditHead;
      if (tenant_id === tenantId) heads.push({ tenantId, number, hash });
    }
  }
  return heads;
}
