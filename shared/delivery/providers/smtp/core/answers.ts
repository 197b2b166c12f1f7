import { type AnswerRow, type AnswerTable, setupFault } from "#shared/domain/delivery/answer.ts";
import { blamesSender, deadMailboxCodes } from "#shared/domain/delivery/mail-reply.ts";
import type { SmtpReply } from "./reply.ts";

/**
 * The step of a session that the server refused. `session`: greeting, EHLO, TLS. `auth`: the login. `sender`: MAIL FROM.
 * `message`: RCPT TO and DATA. Only a refusal of `message` can be about the recipient.
 */
export type SmtpStage = "session" | "auth" | "sender" | "message";

const later: AnswerRow = { act: "retry", description: "Not now" };
const mailboxLater: AnswerRow = { act: "retry", description: "The mailbox cannot take mail now" };
const overloaded: AnswerRow = { act: "retry", description: "The server cannot take mail now", isOutage: true };
const greylisted: AnswerRow = { act: "retry", description: "Refused for now by policy, or greylisted", baseMs: 60_000 };
const full: AnswerRow = {
  act: "retry",
  description: "The mailbox is full",
  tries: 4,
  baseMs: 15 * 60_000,
  reason: "COMMS_PROVIDER_REJECTED",
};
const noMailbox: AnswerRow = {
  act: "refuse",
  description: "The mailbox does not exist",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};
const badAddress: AnswerRow = {
  act: "refuse",
  description: "The address is malformed",
  reason: "COMMS_INVALID_ADDRESS",
};
const mailbox: AnswerRow = { act: "refuse", description: "The mailbox takes no mail" };
const unexplained: AnswerRow = { act: "refuse", description: "Refused without a reason that can be read", alert: "P2" };
const route: AnswerRow = { act: "refuse", description: "The server cannot deliver to this domain", alert: "P2" };
const content: AnswerRow = { act: "refuse", description: "Content or policy", alert: "P2" };
/** About us, and perhaps about this mail alone: 5.7.1 has every meaning. Nobody is suppressed. */
const policy: AnswerRow = { ...content, alert: "P1" };
const tooBig: AnswerRow = { act: "refuse", description: "The mail is too big", alert: "P2" };
const protocol: AnswerRow = { act: "refuse", description: "The server did not understand us", alert: "P1" };
const signature: AnswerRow = { ...setupFault, description: "SPF, DKIM, DMARC or reverse DNS of ours" };
const senderRefused: AnswerRow = { act: "halt", description: "The sender's address is refused", alert: "P0" };
const misunderstood: AnswerRow = { ...setupFault, description: "The server does not know our commands" };
const credentials: AnswerRow = { act: "halt", description: "Credentials refused", alert: "P0" };

/** Rows of the enhanced status codes, by RFC 3463, 7372, 7504 and the IANA registry. */
const enhanced: AnswerTable = {
  ...rowForEach(overloaded, "4.3.0 4.3.1 4.3.2 4.3.5 4.4.0 4.4.1 4.4.2 4.4.3 4.4.5 4.7.0"),
  ...rowForEach(mailboxLater, "4.1.1 4.2.0 4.2.1 4.2.2"),
  "4.7.1": greylisted,
  ...rowForEach(noMailbox, deadMailboxCodes.join(" ")),
  "5.1.3": badAddress,
  ...rowForEach(mailbox, "5.1.0 5.1.4 5.2.0 5.2.1"),
  "5.2.2": full,
  ...rowForEach(route, "5.1.2 5.4.0 5.4.1 5.4.4 5.4.6 5.4.7"),
  ...rowForEach(senderRefused, "5.1.7 5.1.8"),
  ...rowForEach(tooBig, "5.2.3 5.3.4"),
  ...rowForEach(unexplained, "5.0.0 5.3.0"),
  ...rowForEach(protocol, "5.5.0 5.5.2 5.5.4 5.6.7"),
  ...rowForEach(misunderstood, "5.5.1"),
  ...rowForEach(content, "5.6.0 5.6.1 5.6.3"),
  ...rowForEach(policy, "5.7.0 5.7.1 5.7.2 5.7.28"),
  ...rowForEach(signature, "5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26 5.7.27 5.7.29"),
  ...rowForEach(credentials, "5.7.8 5.7.9 5.7.11"),
};

/** Rows of the reply codes (RFC 5321, 4954), used only if there is no enhanced code. None of them suppresses. */
const basic: AnswerTable = {
  "421": overloaded,
  "450": mailboxLater,
  "451": overloaded,
  "452": { ...overloaded, description: "The server has no room" },
  "4yz": later,
  ...rowForEach(protocol, "501 555"),
  ...rowForEach(misunderstood, "500 502 503 504"),
  ...rowForEach(credentials, "530 534 535 538"),
  "550": unexplained,
  "551": mailbox,
  "552": tooBig,
  "553": badAddress,
  "554": content,
};

/** Rows of the codes that this adapter gives a refusal of the session. They say nothing about the message. */
const ours: AnswerTable = {
  AUTH_REFUSED: credentials,
  AUTH_UNAVAILABLE: { act: "halt", description: "The login is refused for now", alert: "P1" },
  SESSION_REFUSED: { act: "halt", description: "The server refuses the session", alert: "P0" },
  TLS_NOT_OFFERED: { act: "halt", description: "The server offers no TLS", alert: "P0" },
  TLS_UNTRUSTED: { act: "halt", description: "The server's certificate is not trusted", alert: "P0" },
  SENDER_REFUSED: senderRefused,
  SENDER_BLAMED: { ...policy, description: "Network, authentication or policy: the server's words blame us" },
  RELAY_DENIED: { act: "halt", description: "The server does not relay our mail", alert: "P0" },
  MESSAGE_TOO_BIG: tooBig,
  INVALID_RECIPIENT: badAddress,
};

/** The meaning of an SMTP server's refusals. A code without a row is tried three times and never suppresses. */
export const smtpAnswers: AnswerTable = { ...enhanced, ...basic, ...ours };

/**
 * Returns the code that classifies a refusal: the enhanced code before the reply code, since a bare 550 says nothing about
 * the mailbox. A refusal before RCPT TO never gives a code that blames the recipient.
 */
export function codeOfReply(reply: SmtpReply, stage: SmtpStage): string {
  if (reply.code < 500) return stage === "auth" ? "AUTH_UNAVAILABLE" : temporaryCode(reply);
  if (stage === "auth") return "AUTH_REFUSED";
  const bare = String(reply.code);
  // 530 is `authentication required` by any enhanced code.
  if (smtpAnswers[bare] === credentials) return bare;
  const code = reply.enhanced ?? bare;
  if (smtpAnswers[code] === credentials) return code;
  if (stage === "session") return "SESSION_REFUSED";
  if (deniesRelay.test(reply.text)) return "RELAY_DENIED";
  if (stage === "sender") return isAboutMail(code) ? code : "SENDER_REFUSED";
  return isAboutRecipient(code) && blamesSender(reply.text) ? "SENDER_BLAMED" : code;
}

/** Postfix, Exim, Exchange and Sendmail: this client may not send through this server, to anybody. */
const deniesRelay =
  /\brelay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted)|prohibited)|unable to relay|client host rejected/i;

function temporaryCode({ enhanced: status, code }: SmtpReply): string {
  if (status !== undefined && Object.hasOwn(enhanced, status)) return status;
  return Object.hasOwn(basic, String(code)) ? String(code) : "4yz";
}

/** A server may refuse size and content at MAIL FROM already; any other refusal there is about the sender. */
function isAboutMail(code: string): boolean {
  const row = smtpAnswers[code];
  return row === tooBig || row === content || row === policy;
}

/** Rows that charge a refusal to the recipient; words that blame us count before them. */
function isAboutRecipient(code: string): boolean {
  const row = smtpAnswers[code];
  return row === undefined || [noMailbox, mailbox, badAddress, route, unexplained].includes(row);
}

function rowForEach(row: AnswerRow, codes: string): AnswerTable {
  return Object.fromEntries(codes.split(" ").map((code) => [code, row]));
}
