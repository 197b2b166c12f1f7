import type { Pool } from "pg";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { KnownMessage } from "../core/message.ts";

const findSql = sqlFile(import.meta.url, "./find-messages.sql");

/** How a webhook names a message. */
export interface MessageName {
  readonly msgId: string | null;
  readonly provider: string;
  readonly providerRef: string | null;
}

/** Finds the rows of messages. */
export interface MessageFinder {
  /** In the order given; undefined for a message without a row (yet). May throw the retryable `POSTGRES_UNAVAILABLE`. */
  find(names: readonly MessageName[]): Promise<readonly (KnownMessage | undefined)[]>;
}

type Row = Omit<KnownMessage, "created_at"> & { readonly created_at: Date };

/** Reads `comms_message`, which the projector writes: one query a batch. A message id counts before a reference. */
export function createMessageFinder(pool: Pool): MessageFinder {
  return {
    find: async (names) => {
      if (names.length === 0) return [];
      const ids = [...new Set(names.flatMap(({ msgId }) => msgId ?? []))];
      const refs = names.filter(({ msgId, providerRef }) => msgId === null && providerRef !== null);
      const values = [ids, refs.map(({ provider }) => provider), refs.map(({ providerRef }) => providerRef)];
      const { rows } = await postgres(() => pool.query<Row>(findSql, values));
      const found = index(rows.map((row) => ({ ...row, created_at: row.created_at.getTime() })));
      return names.map((name) => found.get(keyOf(name)));
    },
  };
}

function index(messages: readonly KnownMessage[]): ReadonlyMap<string, KnownMessage> {
  return new Map(
    messages.flatMap((message) => {
      const { msg_id, provider, provider_ref } = message;
      const byRef = keyOf({ msgId: null, provider: provider ?? "", providerRef: provider_ref });
      return [[keyOf({ msgId: msg_id, provider: "", providerRef: null }), message] as const, [byRef, message] as const];
    }),
  );
}

function keyOf({ msgId, provider, providerRef }: MessageName): string {
  return msgId === null ? `ref ${provider} ${providerRef}` : `id ${msgId}`;
}
