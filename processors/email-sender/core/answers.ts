import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/** SES v2's errors by the name of the exception, without its `Exception`. SES never says `Retry-After`. */
export const sesAnswers: AnswerTable = {
  TooManyRequests: { act: "retry", words: "Sending rate exceeded", trouble: true },
  Throttling: { act: "retry", words: "Sending rate exceeded", trouble: true },
  // The quota is of a rolling day, so it renews gradually: try every quarter of an hour for about a day.
  LimitExceeded: { act: "retry", words: "Daily quota exceeded", baseMs: 15 * 60_000, tries: 96, alert: "P1" },
  AccountSuspended: { act: "halt", words: "The account is suspended", alert: "P0" },
  SendingPaused: { act: "halt", words: "Sending is paused", alert: "P0" },
  UnrecognizedClient: { act: "halt", words: "Credentials refused", alert: "P0" },
  InvalidSignature: { act: "halt", words: "Credentials refused", alert: "P0" },
  SignatureDoesNotMatch: { act: "halt", words: "Credentials refused", alert: "P0" },
  InvalidClientTokenId: { act: "halt", words: "Credentials refused", alert: "P0" },
  ExpiredToken: { act: "halt", words: "Credentials expired", alert: "P0" },
  AccessDenied: { act: "halt", words: "Not allowed to send", alert: "P0" },
  MessageRejected: { act: "refuse", words: "Content or sender refused", alert: "P2" },
  BadRequest: { act: "refuse", words: "Malformed request", alert: "P1" },
  NotFound: { act: "refuse", words: "Configuration set or identity unknown", alert: "P1" },
  MailFromDomainNotVerified: { act: "refuse", words: "The sending domain is not verified", alert: "P0" },
  InternalServiceError: { act: "retry", words: "Server error", trouble: true },
  InternalFailure: { act: "retry", words: "Server error", trouble: true },
  ServiceUnavailable: { act: "retry", words: "Server error", trouble: true },
};
