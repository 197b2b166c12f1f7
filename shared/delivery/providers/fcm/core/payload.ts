import type { TokenMessage } from "firebase-admin/messaging";
import type { Send } from "#shared/contracts/records.ts";
import type { PushContent } from "#shared/domain/channel/push.ts";

/** Names that FCM reserves. */
const reserved = /^(from|message_type|collapse_key|gcm|google)$|^(google|gcm)\./;

/** One device's message (PSH-03). `data` carries `msg_id`, so that the app can report and drop a second one. */
export function pushMessage(send: Send, content: PushContent, token: string): TokenMessage {
  const collapse = content.collapseKey ?? undefined;
  const data = Object.fromEntries(Object.entries(content.data).filter(([name]) => !reserved.test(name)));
  return {
    token,
    notification: { title: content.title, body: content.body },
    data: { ...data, msg_id: send.msg_id, tenant: send.tenant_id },
    android: { priority: send.critical ? "high" : "normal", ...(collapse ? { collapseKey: collapse } : {}) },
    apns: {
      headers: {
        "apns-priority": send.critical ? "10" : "5",
        ...(collapse ? { "apns-collapse-id": collapse.slice(0, 64) } : {}),
      },
      payload: { aps: { sound: "default", ...(collapse ? { threadId: collapse } : {}) } },
    },
  };
}
