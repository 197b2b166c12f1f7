/** A message as the form of Messages.json carries it. Absent fields are empty. */
export interface TextMessage {
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly messagingServiceSid: string;
  readonly statusCallback: string;
}

export function readTextMessage(body: Uint8Array): TextMessage {
  const form = new URLSearchParams(Buffer.from(body).toString("utf8"));
  const field = (name: string): string => form.get(name) ?? "";
  return {
    to: field("To"),
    from: field("From"),
    body: field("Body"),
    messagingServiceSid: field("MessagingServiceSid"),
    statusCallback: field("StatusCallback"),
  };
}

/** The msg_id and tenant in the query of the status callback's URL. */
export function namesIn({ statusCallback }: TextMessage): { msgId?: string | undefined; tenant?: string | undefined } {
  const url = URL.parse(statusCallback);
  return { msgId: url?.searchParams.get("msg_id") ?? undefined, tenant: url?.searchParams.get("tenant") ?? undefined };
}
