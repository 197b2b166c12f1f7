import type { Pool } from "pg";
import { contentFor } from "#shared/domain/channel/channels.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { untilAborted } from "#shared/platform/clock/until-aborted.ts";
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
 * How long one statement may take, ms; less than a call may. A server that hangs answers nothing, and the connection, which others
 * need, is given up then.
 */
const noteMsMax = 4_000;

/** Nothing of the note is known to be there. If it is, or comes to be, the next write changes nothing. */
const notMade: Answer = { kind: "refused", code: "POSTGRES_UNAVAILABLE" };

/**
 * The notification centre is a table (DAT-08), keyed by `msg_id`: writing twice is harmless, so a write with an
 * unknown result counts as not made, one that the signal ends too. The person is the address.
 */
export function createInappAdapter(pool: Pool): ChannelAdapter {
  async function write(message: OutboundMessage): Promise<Answer> {
    try {
      const statement = { text: insert.text, values: insert.parameters([message]), query_timeout: noteMsMax };
      await postgres(() => pool.query(statement));
      return { kind: "accepted", ref: message.send.msg_id };
    } catch (error) {
      if (isRowRefusal(error)) return { kind: "refused", code: "POSTGRES_REFUSED" };
      if (codeOf(error) !== "POSTGRES_UNAVAILABLE") throw error;
      return notMade;
    }
  }
  return {
    answers: inappAnswers,
    send: (message, signal) => untilAborted(() => write(message), signal, notMade),
    close: async () => {},
  };
}
