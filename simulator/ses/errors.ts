import type { CallRefusal } from "../call-handler.ts";
import { type CallVerdict, json } from "../core/call.ts";

/** The status of each error that SES v2 gives for the operations doubled here, common errors included. */
const statuses: Readonly<Record<string, number>> = {
  AccountSuspendedException: 400,
  BadRequestException: 400,
  LimitExceededException: 400,
  MailFromDomainNotVerifiedException: 400,
  MessageRejected: 400,
  NotFoundException: 404,
  SendingPausedException: 400,
  TooManyRequestsException: 429,
  InternalServiceErrorException: 500,
  ServiceUnavailable: 503,
  MissingAuthenticationTokenException: 403,
  UnknownOperationException: 404,
};

const messages: Readonly<Record<string, string>> = {
  AccountSuspendedException: "Account is suspended.",
  LimitExceededException: "Daily message quota exceeded.",
  MailFromDomainNotVerifiedException: "Mail From domain is not verified.",
  MessageRejected: "Email address is not verified.",
  NotFoundException: "The resource you attempted to access doesn't exist.",
  SendingPausedException: "Sending is paused for this account.",
  TooManyRequestsException: "Maximum sending rate exceeded.",
  ServiceUnavailable: "Service is unavailable.",
};

/** An error as SES v2 (restJson1) writes it: the code in `x-amzn-errortype`, the message in the body. */
export function sesError(code: string, message = messages[code] ?? code, status = statuses[code] ?? 400): CallVerdict {
  return { outcome: code, answer: json(status, { message }, { "x-amzn-errortype": code }) };
}

/** A fault as SES would word it. SES sends no `Retry-After` of its own; it is sent only if the fault asks for one. */
export function refuseSes(refusal: CallRefusal): CallVerdict {
  const code = refusal.code ?? codeOf(refusal);
  const verdict = sesError(code, undefined, refusal.status);
  if (refusal.retry_after_s === undefined) return verdict;
  const headers = { ...verdict.answer.headers, "retry-after": String(refusal.retry_after_s) };
  return { ...verdict, answer: { ...verdict.answer, headers } };
}

function codeOf({ kind, status }: CallRefusal): string {
  if (kind === "rate_limit" || status === 429) return "TooManyRequestsException";
  if (kind === "outage" || status === 503) return "ServiceUnavailable";
  return status !== undefined && status < 500 ? "BadRequestException" : "InternalServiceErrorException";
}
