import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { codeOfReply, type SmtpStage } from "./answers.ts";
import { parseReply, queueIdOf } from "./reply.ts";

/** How far a call got with the bytes of its mail. */
export interface DataProgress {
  /**
   * The last byte was handed on, and so the final dot may have gone out. False promises that it has not, and that it
   * will not.
   */
  readonly isComplete: boolean;
}

/** What nodemailer puts on its errors. `command` is `CONN` for every lost connection, so it does not tell the stage. */
interface MailerError extends Error {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly timeoutType?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
}

/** The answer in a 2xx reply. A yes to a mail that was not yet complete, or one that is no reply, is unknown. */
export function answerOfSuccess(response: unknown, progress: DataProgress): Answer {
  const reply = parseReply(typeof response === "string" ? response : undefined);
  if (!progress.isComplete || !reply || reply.code >= 300) return { kind: "unknown", code: unreadableAnswer };
  return { kind: "accepted", ref: queueIdOf(reply) };
}

/**
 * The answer in an error of nodemailer. Before the final dot a server has taken nothing (RFC 5321, 4.1.1.4); after it
 * only a whole 4xx or 5xx reply to the mail says that it was not taken. All else there is unknown.
 */
export function answerOfFailure(error: unknown, progress: DataProgress): Answer {
  const fault: MailerError = error instanceof Error ? error : new Error("Not an error");
  return progress.isComplete ? afterData(fault) : beforeData(fault);
}

function afterData(fault: MailerError): Answer {
  if (fault.command !== "DATA" || fault.code !== "EMESSAGE") return { kind: "unknown", code: networkCode(fault) };
  const reply = replyOf(fault);
  if (!reply || reply.code < 400) return { kind: "unknown", code: unreadableAnswer };
  return { kind: "refused", code: codeOfReply(reply, "message") };
}

function beforeData(fault: MailerError): Answer {
  const stage = stageOf(fault);
  const reply = replyOf(fault);
  if (fault.command === "STARTTLS" && reply && reply.code >= 500) return { kind: "refused", code: "TLS_NOT_OFFERED" };
  if (reply && reply.code >= 400) return { kind: "refused", code: codeOfReply(reply, stage) };
  if (fault.response !== undefined) return { kind: "unreached", code: unreadableAnswer };
  if (fault.code === "EAUTH") return { kind: "refused", code: "AUTH_REFUSED" };
  if (fault.code === "EMESSAGE" && stage === "sender") return { kind: "refused", code: "MESSAGE_TOO_BIG" };
  if (fault.code === "EENVELOPE") return { kind: "refused", code: envelopeCode(fault) };
  const code = networkCode(fault);
  return untrusted.test(code) ? { kind: "refused", code: "TLS_UNTRUSTED" } : { kind: "unreached", code };
}

const stages: Readonly<Record<string, SmtpStage>> = { "MAIL FROM": "sender", "RCPT TO": "message", DATA: "message" };

function stageOf({ command }: MailerError): SmtpStage {
  if (typeof command !== "string") return "session";
  return command.startsWith("AUTH") ? "auth" : (stages[command] ?? "session");
}

function replyOf({ response }: MailerError) {
  return parseReply(typeof response === "string" ? response : undefined);
}

/** nodemailer looks at the envelope before it sends it. */
function envelopeCode({ message }: MailerError): string {
  return message.startsWith("Invalid recipient") ? "INVALID_RECIPIENT" : "SENDER_REFUSED";
}

/** Certificates that the client does not trust, by Node's and OpenSSL's names. */
const untrusted =
  /^(CERT_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_CERT\w+)$/;

/** The system's own code before nodemailer's: `ECONNREFUSED`, `GREETING_TIMEOUT`, `ECONNECTION`. */
function networkCode({ code, originalCode, timeoutType, name }: MailerError): string {
  if (name === "AbortError") return "DEADLINE";
  const [found] = [originalCode, timeoutType, code].filter((one) => typeof one === "string");
  return found ?? "CONNECTION_LOST";
}
