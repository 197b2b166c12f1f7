/** A reply of an SMTP server: the reply code, the enhanced status code (RFC 3463) if it has one, the text. */
export interface SmtpReply {
  /** 200 to 599. */
  readonly code: number;
  /** `5.1.1`; present only if its class is that of the reply code, since the two must agree (RFC 2034). */
  readonly enhanced?: string;
  /** All lines without their codes. May hold an address: not for records or log lines. */
  readonly text: string;
}

const line = /^([2-5]\d\d)(?:[ -](?:([245]\.\d{1,3}\.\d{1,3})(?:\s|$))?(.*))?$/s;

/** Reads the reply in a server's own bytes, one line or several. Undefined if they are no reply: they can be anything. */
export function parseReply(raw: string | undefined): SmtpReply | undefined {
  const lines = (raw ?? "").split(/\r?\n/).filter((text) => text !== "");
  const parsed = lines.map((text) => line.exec(text));
  const [, digits, enhanced] = parsed[0] ?? [];
  if (digits === undefined || parsed.some((match) => match?.[1] !== digits)) return undefined;
  const text = parsed.map((match) => match?.[3]?.trim() ?? "").join(" ");
  return { code: Number(digits), ...(enhanced?.[0] === digits[0] && { enhanced }), text };
}

/** The patterns by which servers name an accepted message: Postfix, Exim, Sendmail, SES, Exchange. */
const queueIds = [
  /\bqueued as <?([\w.@-]{4,200})>?/i,
  /\bid=([\w-]{4,200})/,
  /^([\w-]{8,200}) Message accepted for delivery/,
  /^Ok ([0-9a-f]+(?:-[0-9a-f]+)+)$/i,
  /^<([\w.@-]{4,200})> \[InternalId=/,
];

/** The server's own id of the message; null if its reply has none that matches a known pattern. */
export function queueIdOf({ text }: SmtpReply): string | null {
  const matches = queueIds.map((pattern) => pattern.exec(text)?.[1]);
  return matches.find((id) => id !== undefined) ?? null;
}
