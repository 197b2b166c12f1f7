import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/** The code of a call for which the SDK's chain has found no credentials. It has sent nothing. */
export const credentialsUnavailable = "CREDENTIALS_UNAVAILABLE";

/** The code of a MessageRejected that says that an identity is not verified: of ours, or every recipient's in the sandbox. */
export const identityNotVerified = "IdentityNotVerified";

/** The code of an address that SES takes from nobody. The call is not made. */
export const invalidLocalPart = "INVALID_LOCAL_PART";

/** SES v2's errors by the name of the exception, without its `Exception`. SES never says `Retry-After`. */
export const sesAnswers: AnswerTable = {
  TooManyRequests: { act: "retry", description: "Sending rate exceeded", isOutage: true },
  Throttling: { act: "retry", description: "Sending rate exceeded", isOutage: true },
  // The quota is of a rolling day, so it renews gradually: try every quarter of an hour for about a day.
  LimitExceeded: { act: "retry", description: "Daily quota exceeded", baseMs: 15 * 60_000, tries: 96, alert: "P1" },
  AccountSuspended: { act: "halt", description: "The account is suspended", alert: "P0" },
  SendingPaused: { act: "halt", description: "Sending is paused", alert: "P0" },
  UnrecognizedClient: { act: "halt", description: "Credentials refused", alert: "P0" },
  InvalidSignature: { act: "halt", description: "Credentials refused", alert: "P0" },
  SignatureDoesNotMatch: { act: "halt", description: "Credentials refused", alert: "P0" },
  InvalidClientTokenId: { act: "halt", description: "Credentials refused", alert: "P0" },
  [credentialsUnavailable]: { act: "halt", description: "No credentials could be found", alert: "P0" },
  ExpiredToken: { act: "halt", description: "Credentials expired", alert: "P0" },
  AccessDenied: { act: "halt", description: "Not allowed to send", alert: "P0" },
  MessageRejected: { act: "refuse", description: "Content or sender refused", alert: "P2" },
  BadRequest: { act: "refuse", description: "Malformed request", alert: "P1" },
  [invalidLocalPart]: {
    act: "refuse",
    description: "SES takes no letters outside ASCII before the @",
    reason: "COMMS_INVALID_ADDRESS",
  },
  // Every other mail of the account would get these answers too.
  NotFound: { act: "halt", description: "Configuration set or identity unknown", alert: "P0" },
  MailFromDomainNotVerified: { act: "halt", description: "The sending domain is not verified", alert: "P0" },
  [identityNotVerified]: { act: "halt", description: "An identity is not verified in this region", alert: "P0" },
  UnknownOperation: { act: "halt", description: "The address is not that of SES v2", alert: "P0" },
  InternalServiceError: { act: "retry", description: "Server error", isOutage: true },
  InternalFailure: { act: "retry", description: "Server error", isOutage: true },
  ServiceUnavailable: { act: "retry", description: "Server error", isOutage: true },
};
