import type { MailHeader } from "../core/mail.ts";

/** SES's id of a mail, and the moment at which it took it, ms. */
export interface TakenMail {
  readonly messageId: string;
  readonly at: number;
  readonly region: string;
}

/** The headers of a mail as its recipient has them: SES puts a `Date` and a `Message-ID` of its own in the place of ours. */
export function headersAsDelivered(
  headers: readonly MailHeader[],
  { messageId, at, region }: TakenMail,
): readonly MailHeader[] {
  const host = region === "us-east-1" ? "email.amazonses.com" : `${region}.amazonses.com`;
  const kept = headers.filter(({ name }) => !["date", "message-id"].includes(name.toLowerCase()));
  return [
    { name: "Message-ID", value: `<${messageId}@${host}>` },
    { name: "Date", value: new Date(at).toUTCString().replace("GMT", "+0000") },
    ...kept,
  ];
}
