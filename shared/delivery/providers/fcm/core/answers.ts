import type { AnswerTable } from "#shared/domain/delivery/answer.ts";

/**
 * FCM v1's codes: `FcmError.errorCode` if there is one, else the canonical status, else the HTTP status. Of
 * INVALID_ARGUMENT there are four: it stands where the answer names the token; `BAD_REQUEST`, `APNS_TOPIC` and `APNS_REFUSED`
 * are our own codes of those that blame the message or our set-up. Only what names the token removes it.
 */
export const fcmAnswers: AnswerTable = {
  UNREGISTERED: {
    act: "refuse",
    description: "The app is gone from the device",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
  },
  // After a deploy with another project every token answers so.
  SENDER_ID_MISMATCH: { act: "halt", description: "The tokens are another project's", alert: "P0" },
  INVALID_ARGUMENT: {
    act: "refuse",
    description: "The token is no token",
    reason: "COMMS_INVALID_ADDRESS",
    prune: true,
  },
  BAD_REQUEST: { act: "refuse", description: "The message is wrong or too big", alert: "P1" },
  APNS_TOPIC: { act: "refuse", description: "APNs has the device under another app than ours", alert: "P1" },
  APNS_REFUSED: { act: "refuse", description: "APNs refused the message", alert: "P1" },
  NOT_FOUND: { act: "halt", description: "The project is unknown to FCM", alert: "P0" },
  // Of all devices of Apple, or all browsers. While it lasts, a probe by another device lets the others through.
  THIRD_PARTY_AUTH_ERROR: { act: "halt", description: "APNs or web push credentials refused", alert: "P0" },
  QUOTA_EXCEEDED: { act: "retry", description: "Quota exceeded", baseMs: 60_000, isOutage: true },
  RESOURCE_EXHAUSTED: { act: "retry", description: "Quota exceeded", baseMs: 60_000, isOutage: true },
  UNAVAILABLE: { act: "retry", description: "Server overloaded", baseMs: 10_000, isOutage: true },
  INTERNAL: { act: "retry", description: "Server error", baseMs: 10_000, isOutage: true },
  // The token is forgotten with it: the next call, after the breaker's pause, has a new one.
  UNAUTHENTICATED: { act: "halt", description: "Access token refused", alert: "P0" },
  PERMISSION_DENIED: { act: "halt", description: "Not allowed to send", alert: "P0" },
  TOKEN_UNREADABLE: { act: "retry", description: "No access token could be read", alert: "P1", isOutage: true },
  TOKEN_REFUSED: { act: "halt", description: "The service account was refused an access token", alert: "P0" },
};
