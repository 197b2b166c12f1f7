import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/**
 * FCM v1's codes: `FcmError.errorCode` if there is one, else the canonical status, else the HTTP status. `BAD_REQUEST` is
 * our own: the INVALID_ARGUMENT that names a field of the message, which is our error and not the token's.
 */
export const fcmAnswers: AnswerTable = {
  UNREGISTERED: {
    act: "refuse",
    description: "The app is gone from the device",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
  },
  SENDER_ID_MISMATCH: {
    act: "refuse",
    description: "The token is another project's",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
    alert: "P1",
  },
  INVALID_ARGUMENT: {
    act: "refuse",
    description: "The token is no token",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
  },
  BAD_REQUEST: { act: "refuse", description: "A field of the message is wrong", alert: "P1" },
  THIRD_PARTY_AUTH_ERROR: {
    act: "retry",
    description: "APNs or web push credentials refused",
    baseMs: 60_000,
    alert: "P0",
  },
  QUOTA_EXCEEDED: { act: "retry", description: "Quota exceeded", baseMs: 60_000, isOutage: true },
  RESOURCE_EXHAUSTED: { act: "retry", description: "Quota exceeded", baseMs: 60_000, isOutage: true },
  UNAVAILABLE: { act: "retry", description: "Server overloaded", baseMs: 10_000, isOutage: true },
  INTERNAL: { act: "retry", description: "Server error", baseMs: 10_000, isOutage: true },
  UNAUTHENTICATED: { act: "retry", description: "Access token refused", tries: 5, alert: "P1", isOutage: true },
  PERMISSION_DENIED: { act: "halt", description: "Not allowed to send", alert: "P0" },
  TOKEN_UNREADABLE: { act: "retry", description: "No access token could be read", alert: "P1", isOutage: true },
  TOKEN_REFUSED: { act: "halt", description: "The service account was refused an access token", alert: "P0" },
};
