import type { CallRefusal } from "../call-handler.ts";
import { type CallVerdict, json, type ProviderResponse } from "../core/call.ts";

interface Row {
  readonly http: number;
  readonly status: string;
  readonly message: string;
}

interface GoogleError {
  readonly message: string;
  /** The canonical status: `NOT_FOUND`. */
  readonly status: string;
  readonly details: readonly object[];
}

/** FCM's error codes, each with its canonical status and its message. */
const rows = {
  UNREGISTERED: { http: 404, status: "NOT_FOUND", message: "Requested entity was not found." },
  SENDER_ID_MISMATCH: { http: 403, status: "PERMISSION_DENIED", message: "SenderId mismatch" },
  INVALID_ARGUMENT: {
    http: 400,
    status: "INVALID_ARGUMENT",
    message: "The registration token is not a valid FCM registration token",
  },
  THIRD_PARTY_AUTH_ERROR: {
    http: 401,
    status: "UNAUTHENTICATED",
    message: "Auth error from APNS or Web Push Service",
  },
  QUOTA_EXCEEDED: { http: 429, status: "RESOURCE_EXHAUSTED", message: "Quota exceeded for the message target." },
  UNAVAILABLE: { http: 503, status: "UNAVAILABLE", message: "The service is currently unavailable." },
  INTERNAL: { http: 500, status: "INTERNAL", message: "Internal error encountered." },
  UNSPECIFIED_ERROR: { http: 500, status: "UNKNOWN", message: "Unknown error." },
} as const satisfies Readonly<Record<string, Row>>;
export type FcmCode = keyof typeof rows;

export const fcmCodes = Object.keys(rows) as readonly FcmCode[];

/** An error of FCM itself: `details` holds an FcmError with the code. */
export function fcmError(code: FcmCode, status: number = rows[code].http, headers = {}): CallVerdict {
  const row = rows[code];
  const details = [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: code }];
  return { outcome: code, answer: googleError(status, { ...row, details }, headers) };
}

const badToken = [{ field: "message.token", description: "Invalid registration token" }];

/** What a token that contains this name meets, beside the codes: INVALID_ARGUMENT has four meanings. */
export const argumentErrors = {
  MESSAGE_TOO_BIG: { message: "Message is too big", details: [] },
  DeviceTokenNotForTopic: { message: "Invalid argument", details: [apnsError("DeviceTokenNotForTopic")] },
  BadDeviceToken: { message: "Invalid argument", details: [apnsError("BadDeviceToken")] },
  BadCollapseId: { message: "Invalid argument", details: [apnsError("BadCollapseId")] },
  INVALID_ARGUMENT: {
    message: "The registration token is not a valid FCM registration token",
    details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: badToken }],
  },
} as const satisfies Readonly<Record<string, { readonly message: string; readonly details: readonly object[] }>>;

/** An INVALID_ARGUMENT of FCM or of APNs behind it, with what it is about in the details. */
export function argumentError(name: keyof typeof argumentErrors): CallVerdict {
  const { message, details } = argumentErrors[name];
  const all = [
    { "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: "INVALID_ARGUMENT" },
    ...details,
  ];
  return { outcome: name, answer: googleError(400, { message, status: "INVALID_ARGUMENT", details: all }) };
}

function apnsError(reason: string): object {
  return { "@type": "type.googleapis.com/google.firebase.fcm.v1.ApnsError", statusCode: 400, reason };
}

/** A request that the API in front of FCM refuses: `details` holds a BadRequest with the field, and no FcmError. */
export function badRequest(field: string, description: string): CallVerdict {
  const details = [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field, description }] }];
  return {
    outcome: "BAD_REQUEST",
    answer: googleError(400, { message: description, status: "INVALID_ARGUMENT", details }),
  };
}

/** A call without a valid access token. */
export function authenticationError(): CallVerdict {
  const message =
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
  const details = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED",
      domain: "googleapis.com",
    },
  ];
  return { outcome: "UNAUTHENTICATED", answer: googleError(401, { message, status: "UNAUTHENTICATED", details }) };
}

/** A fault as FCM would word it. */
export function refuseFcm(refusal: CallRefusal): CallVerdict {
  const after = refusal.retry_after_s;
  return fcmError(codeOf(refusal), refusal.status, after === undefined ? {} : { "retry-after": String(after) });
}

function codeOf({ kind, status, code }: CallRefusal): FcmCode {
  const named = fcmCodes.find((known) => known === code);
  if (named !== undefined) return named;
  if (kind === "rate_limit") return "QUOTA_EXCEEDED";
  if (kind === "outage") return "UNAVAILABLE";
  return fcmCodes.find((known) => rows[known].http === status) ?? "INTERNAL";
}

/** An error in the form of Google's APIs, which repeats the HTTP status in its body. */
function googleError(http: number, error: GoogleError, headers = {}): ProviderResponse {
  const { message, status, details } = error;
  return json(http, { error: { code: http, message, status, details } }, headers);
}
