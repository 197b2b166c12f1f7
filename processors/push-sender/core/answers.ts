import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/**
 * FCM v1's codes: `FcmError.errorCode` if there is one, else the canonical status, else the HTTP status. `BAD_REQUEST` is
 * our own: the INVALID_ARGUMENT that names a field of the message, which is our error and not the token's.
 */
export const fcmAnswers: AnswerTable = {
  UNREGISTERED: {
    act: "refuse",
    words: "The app is gone from the device",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
  },
  SENDER_ID_MISMATCH: {
    act: "refuse",
    words: "The token is another project's",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
    alert: "P1",
  },
  INVALID_ARGUMENT: { act: "refuse", words: "The token is no token", reason: "COMMS_INVALID_ADDRESS", prune: true },
  BAD_REQUEST: { act: "refuse", words: "A field of the message is wrong", alert: "P1" },
  THIRD_PARTY_AUTH_ERROR: { act: "retry", words: "APNs or web push credentials refused", baseMs: 60_000, alert: "P0" },
  QUOTA_EXCEEDED: { act: "retry", words: "Quota exceeded", baseMs: 60_000, trouble: true },
  RESOURCE_EXHAUSTED: { act: "retry", words: "Quota exceeded", baseMs: 60_000, trouble: true },
  UNAVAILABLE: { act: "retry", words: "Server overloaded", baseMs: 10_000, trouble: true },
  INTERNAL: { act: "retry", words: "Server error", baseMs: 10_000, trouble: true },
  UNAUTHENTICATED: { act: "retry", words: "Access token refused", tries: 5, alert: "P1", trouble: true },
  PERMISSION_DENIED: { act: "halt", words: "Not allowed to send", alert: "P0" },
  TOKEN_UNREADABLE: { act: "retry", words: "No access token could be read", alert: "P1", trouble: true },
  TOKEN_REFUSED: { act: "halt", words: "The service account was refused an access token", alert: "P0" },
};
