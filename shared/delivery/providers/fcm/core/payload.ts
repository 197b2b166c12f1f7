import type { TokenMessage } from "firebase-admin/messaging";
import type { Send } from "#shared/contracts/records.ts";
import type { PushContent } from "#shared/domain/channel/push.ts";

/** Names that FCM reserves. */
const reserved = /^(from|message_type|collapse_key|gcm|google)$|^(google|gcm)\./;

/** What APNs takes as a collapse id, in bytes. */
const collapseIdBytesMax = 64;

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
        ...(collapse ? { "apns-collapse-id": cutToBytes(collapse, collapseIdBytesMax) } : {}),
      },
      payload: { aps: { sound: "default", ...(collapse ? { threadId: collapse } : {}) } },
    },
  };
}

/** The longest beginning of a text that has at most so many bytes of UTF-8, cut at the edge of a character. */
function cutToBytes(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text.toWellFormed());
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  // A byte of the form 10xxxxxx goes on with the character before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return new TextDecoder().decode(bytes.subarray(0, end));
}
