import type { Pool } from "pg";
import { contentFor } from "#shared/domain/channel/channels.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { type Columns, rowStatement } from "#shared/platform/postgres/columns.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { isRowRefusal } from "#shared/platform/postgres/row-refusal.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { inappAnswers } from "./core/answers.ts";

/** The columns of a note, without those that it begins with whatever the message. */
const noteColumns: Columns<OutboundMessage> = {
  inapp_id: { type: "text", value: ({ send }) => send.msg_id },
  tenant_id: { type: "text", value: ({ send }) => send.tenant_id },
  user_id: { type: "text", value: ({ send }) => send.user_id },
  category_key: { type: "text", value: ({ send }) => send.category },
  title: { type: "text", value: (message) => contentFor("INAPP", message).title },
  body: { type: "text", value: (message) => contentFor("INAPP", message).body },
  deep_link: { type: "text", value: (message) => contentFor("INAPP", message).deepLink },
  created_at: { type: "instant", value: ({ now }) => now },
  expires_at: { type: "instant", value: ({ send }) => send.expires_at },
};

const insert = rowStatement(sqlFile(import.meta.url, "./notification.sql"), noteColumns);

/**
 * The notification centre is a table (DAT-08), keyed by `msg_id`: writing twice is harmless, so a write with an
 * unknown result counts as not made. The person is the address.
 */
export function createInappAdapter(pool: Pool): ChannelAdapter {
  return {
    answers: inappAnswers,
    send: async (message) => {
      try {
        await postgres(() => pool.query(insert.text, insert.parameters([message])));
        return { kind: "accepted", ref: message.send.msg_id };
      } catch (error) {
        if (isRowRefusal(error)) return { kind: "refused", code: "POSTGRES_REFUSED" };
        if (codeOf(error) !== "POSTGRES_UNAVAILABLE") throw error;
        return { kind: "refused", code: "POSTGRES_UNAVAILABLE" };
      }
    },
    close: async () => {},
  };
}
