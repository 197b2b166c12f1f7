import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { isCertificateCode } from "#shared/domain/delivery/certificate-code.ts";
import { codeOfReply, type SmtpStage } from "./answers.ts";
import { parseReply, queueIdOf } from "./reply.ts";

/** The progress of a call with the bytes of its mail. */
export interface DataProgress {
  /**
   * Whether the last byte was handed to the socket, so that the final dot may have gone out. False promises that the dot
   * has not gone out and never will.
   */
  readonly isComplete: boolean;
}

/** The fields of nodemailer's errors. `command` is `CONN` for every lost connection, so it does not name the stage. */
interface MailerError extends Error {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly timeoutType?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
}

/** The answer in a 2xx reply. A 2xx to an incomplete mail is unknown, and so is a reply that cannot be read. */
export function answerOfSuccess(response: unknown, progress: DataProgress): Answer {
  const reply = parseReply(typeof response === "string" ? response : undefined);
  if (!progress.isComplete || !reply || reply.code >= 300) return { kind: "unknown", code: unreadableAnswer };
  return { kind: "accepted", ref: queueIdOf(reply) };
}

/**
 * The answer in an error of nodemailer. Before the final dot a server has taken nothing (RFC 5321, 4.1.1.4); after it
 * only a complete 4xx or 5xx reply to the mail says that it was not taken. Any other failure there is unknown.
 */
export function answerOfFailure(error: unknown, progress: DataProgress): Answer {
  const mailerError: MailerError = error instanceof Error ? error : new Error("Not an error");
  return progress.isComplete ? afterData(mailerError) : beforeData(mailerError);
}

function afterData(error: MailerError): Answer {
  if (error.command !== "DATA" || error.code !== "EMESSAGE") return { kind: "unknown", code: networkCode(error) };
  const reply = replyOf(error);
  if (!reply || reply.code < 400) return { kind: "unknown", code: unreadableAnswer };
  return { kind: "refused", code: codeOfReply(reply, "message") };
}

function beforeData(error: MailerError): Answer {
  const stage = stageOf(error);
  const reply = replyOf(error);
  if (error.command === "STARTTLS" && reply && reply.code >= 500) return { kind: "refused", code: "TLS_NOT_OFFERED" };
  if (reply && reply.code >= 400) return { kind: "refused", code: codeOfReply(reply, stage) };
  if (error.response !== undefined) return { kind: "unreached", code: unreadableAnswer };
  if (error.code === "EAUTH") return { kind: "refused", code: "AUTH_REFUSED" };
  if (error.code === "EMESSAGE" && stage === "sender") return { kind: "refused", code: "MESSAGE_TOO_BIG" };
  if (error.code === "EENVELOPE") return { kind: "refused", code: envelopeCode(error) };
  const code = networkCode(error);
  return isCertificateCode(code) ? { kind: "refused", code: "TLS_UNTRUSTED" } : { kind: "unreached", code };
}

const stages: Readonly<Record<string, SmtpStage>> = { "MAIL FROM": "sender", "RCPT TO": "message", DATA: "message" };

function stageOf({ command }: MailerError): SmtpStage {
  if (typeof command !== "string") return "session";
  return command.startsWith("AUTH") ? "auth" : (stages[command] ?? "session");
}

function replyOf({ response }: MailerError) {
  return parseReply(typeof response === "string" ? response : undefined);
}

/** nodemailer checks the envelope before it sends it. */
function envelopeCode({ message }: MailerError): string {
  return message.startsWith("Invalid recipient") ? "INVALID_RECIPIENT" : "SENDER_REFUSED";
}

/** The system's own code before nodemailer's: `ECONNREFUSED`, `GREETING_TIMEOUT`, `ECONNECTION`. */
function networkCode({ code, originalCode, timeoutType, name }: MailerError): string {
  if (name === "AbortError") return "DEADLINE";
  const [found] = [originalCode, timeoutType, code].filter((one) => typeof one === "string");
  return found ?? "CONNECTION_LOST";
}
