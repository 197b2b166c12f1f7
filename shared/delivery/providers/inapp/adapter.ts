import { readFileSync } from "node:fs";
import type { Pool } from "pg";
import { contentFor } from "#shared/domain/channel/channels.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { isRowRefusal } from "#shared/platform/postgres/row-refusal.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { inappAnswers } from "./core/answers.ts";

const insert = readFileSync(new URL("./notification.sql", import.meta.url), "utf8");

/**
 * The notification centre is a table (DAT-08), keyed by `msg_id`: writing twice is harmless, so a write with an
 * unknown result counts as not made. The person is the address.
 */
export function createInappAdapter(pool: Pool): ChannelAdapter {
  return {
    provider: "inapp",
    answers: inappAnswers,
    send: async (message) => {
      try {
        await postgres(() => pool.query(insert, rowOf(message)));
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

function rowOf(message: OutboundMessage): unknown[] {
  const content = contentFor("INAPP", message);
  const { now } = message;
  const { msg_id, tenant_id, user_id, category, expires_at } = message.send;
  const ends = expires_at === null ? null : new Date(expires_at);
  return [msg_id, tenant_id, user_id, category, content.title, content.body, content.deepLink, new Date(now), ends];
}
