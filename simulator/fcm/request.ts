import { z } from "zod";

const text = z.string().optional();
const notification = z.object({ title: text, body: text, image: text });
const platform = z.record(z.string(), z.unknown()).optional();

/** The body of messages:send. An unknown field is an error, as it is with FCM. */
const send = z.strictObject({
  validate_only: z.boolean().optional(),
  validateOnly: z.boolean().optional(),
  message: z.strictObject({
    name: text,
    token: text,
    topic: text,
    condition: text,
    data: z.record(z.string(), z.string()).default({}),
    notification: notification.optional(),
    android: platform,
    apns: platform,
    webpush: platform,
    fcm_options: platform,
    fcmOptions: platform,
  }),
});

export type PushMessage = z.infer<typeof send>["message"];
export type ReadPush = { readonly message: PushMessage } | { readonly field: string; readonly problem: string };

const payloadBytesMax = 4096;
const reserved = /^(from|gcm|google|message_type)$|^(google|gcm)\./;

/** Reads the body of messages:send, or names the first field that FCM would complain about. */
export function readPush(body: Uint8Array): ReadPush {
  const parsed = send.safeParse(parseJson(body));
  if (!parsed.success) return complaint(parsed.error);
  const { message } = parsed.data;
  if ([message.token, message.topic, message.condition].filter((target) => target).length !== 1) {
    return { field: "message", problem: "Recipient of the message is not set." };
  }
  const key = Object.keys(message.data).find((name) => reserved.test(name));
  if (key !== undefined) return { field: "message.data", problem: `Invalid data payload key: ${key}` };
  if (payloadBytes(message) > payloadBytesMax) return { field: "message", problem: "Message is too big" };
  return { message };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

function complaint(error: z.ZodError): ReadPush {
  const issue = error.issues[0];
  const field = issue?.path.join(".") ?? "";
  if (issue?.code !== "unrecognized_keys") return { field, problem: `Invalid value at '${field}': ${issue?.message}` };
  const name = issue.keys[0];
  return {
    field,
    problem: `Invalid JSON payload received. Unknown name "${name}" at '${field}': Cannot find field.`,
  };
}

function payloadBytes({ data, notification: shown }: PushMessage): number {
  return Buffer.byteLength(JSON.stringify({ data, notification: shown }));
}
