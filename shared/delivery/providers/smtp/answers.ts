import type { AnswerRow, AnswerTable } from "#shared/domain/delivery/answer.ts";
import type { SmtpReply } from "./reply.ts";

/**
 * Where in the session a refusal came. `session`: greeting, EHLO, TLS. `auth`: the login. `sender`: MAIL FROM.
 * `message`: RCPT TO and DATA, the only ones that can speak of the recipient.
 */
export type SmtpStage = "session" | "auth" | "sender" | "message";

const later: AnswerRow = { act: "retry", words: "Not now" };
const mailboxLater: AnswerRow = { act: "retry", words: "The mailbox cannot take mail now" };
const overloaded: AnswerRow = { act: "retry", words: "The server cannot take mail now", trouble: true };
const greylisted: AnswerRow = { act: "retry", words: "Refused for now by policy, or greylisted", baseMs: 60_000 };
const full: AnswerRow = {
  act: "retry",
  words: "The mailbox is full",
  tries: 4,
  baseMs: 15 * 60_000,
  reason: "COMMS_PROVIDER_REJECTED",
};
const noMailbox: AnswerRow = {
  act: "refuse",
  words: "The mailbox does not exist",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};
const badAddress: AnswerRow = { act: "refuse", words: "The address is malformed", reason: "COMMS_INVALID_ADDRESS" };
const mailbox: AnswerRow = { act: "refuse", words: "The mailbox takes no mail" };
const unsaid: AnswerRow = { act: "refuse", words: "Refused without a reason that can be read", alert: "P2" };
const route: AnswerRow = { act: "refuse", words: "The server cannot deliver to this domain", alert: "P2" };
const content: AnswerRow = { act: "refuse", words: "Content or policy", alert: "P2" };
const tooBig: AnswerRow = { act: "refuse", words: "The mail is too big", alert: "P2" };
const protocol: AnswerRow = { act: "refuse", words: "The server did not understand us", alert: "P1" };
const signature: AnswerRow = { act: "refuse", words: "SPF, DKIM, DMARC or reverse DNS of ours", alert: "P1" };
const credentials: AnswerRow = { act: "halt", words: "Credentials refused", alert: "P0" };

/** Rows of the enhanced status codes, by RFC 3463, 7372, 7504 and the IANA registry. */
const enhanced: AnswerTable = {
  ...each(overloaded, "4.3.0 4.3.1 4.3.2 4.3.5 4.4.0 4.4.1 4.4.2 4.4.3 4.4.5 4.7.0"),
  ...each(mailboxLater, "4.1.1 4.2.0 4.2.1 4.2.2"),
  "4.7.1": greylisted,
  ...each(noMailbox, "5.1.1 5.1.6 5.1.10"),
  "5.1.3": badAddress,
  ...each(mailbox, "5.1.0 5.1.4 5.2.0 5.2.1"),
  "5.2.2": full,
  ...each(route, "5.1.2 5.4.0 5.4.1 5.4.4 5.4.6 5.4.7"),
  ...each({ ...content, words: "The sender's address is refused", alert: "P1" }, "5.1.7 5.1.8"),
  ...each(tooBig, "5.2.3 5.3.4"),
  ...each(unsaid, "5.0.0 5.3.0"),
  ...each(protocol, "5.5.0 5.5.1 5.5.2 5.5.4 5.6.7"),
  ...each(content, "5.6.0 5.6.1 5.6.3 5.7.0 5.7.1 5.7.2 5.7.28"),
  ...each(signature, "5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26 5.7.27 5.7.29"),
  ...each(credentials, "5.7.8 5.7.9 5.7.11"),
};

/** Rows of the reply codes (RFC 5321, 4954), asked only where there is no enhanced code. None of them suppresses. */
const basic: AnswerTable = {
  "421": overloaded,
  "450": mailboxLater,
  "451": overloaded,
  "452": { ...overloaded, words: "The server has no room" },
  "4yz": later,
  ...each(protocol, "500 501 502 503 504 555"),
  ...each(credentials, "530 534 535 538"),
  "550": unsaid,
  "551": mailbox,
  "552": tooBig,
  "553": badAddress,
  "554": content,
};

/** Rows of the codes that this adapter gives where a reply speaks of the session and not of the message. */
const ours: AnswerTable = {
  AUTH_REFUSED: credentials,
  AUTH_UNAVAILABLE: { act: "halt", words: "The login is refused for now", alert: "P1" },
  SESSION_REFUSED: { act: "halt", words: "The server refuses to talk to us", alert: "P0" },
  TLS_NOT_OFFERED: { act: "halt", words: "The server offers no TLS", alert: "P0" },
  TLS_UNTRUSTED: { act: "halt", words: "The server's certificate is not trusted", alert: "P0" },
  SENDER_REFUSED: { act: "refuse", words: "The sender's address is refused", alert: "P1" },
  MESSAGE_TOO_BIG: tooBig,
  INVALID_RECIPIENT: badAddress,
};

/** What an SMTP server's refusals mean. A code that has no row is tried three times and never suppresses. */
export const smtpAnswers: AnswerTable = { ...enhanced, ...basic, ...ours };

/**
 * The code by which a refusal is looked up: the enhanced one before the reply code, since a bare 550 says nothing of the
 * mailbox. What is refused before RCPT TO never blames the recipient.
 */
export function codeOfReply(reply: SmtpReply, stage: SmtpStage): string {
  if (reply.code < 500) return stage === "auth" ? "AUTH_UNAVAILABLE" : codeForNow(reply);
  if (stage === "auth") return "AUTH_REFUSED";
  const bare = String(reply.code);
  // 530 is `authentication required` by any enhanced code.
  if (smtpAnswers[bare] === credentials) return bare;
  const code = reply.enhanced ?? bare;
  if (smtpAnswers[code] === credentials) return code;
  if (stage === "session") return "SESSION_REFUSED";
  return stage === "sender" && !isAboutMail(code) ? "SENDER_REFUSED" : code;
}

function codeForNow({ enhanced: status, code }: SmtpReply): string {
  if (status !== undefined && Object.hasOwn(enhanced, status)) return status;
  return Object.hasOwn(basic, String(code)) ? String(code) : "4yz";
}

/** Size and content may be refused at MAIL FROM already; all else there is about the sender. */
function isAboutMail(code: string): boolean {
  const row = smtpAnswers[code];
  return row === tooBig || row === content;
}

function each(row: AnswerRow, codes: string): AnswerTable {
  return Object.fromEntries(codes.split(" ").map((code) => [code, row]));
}
