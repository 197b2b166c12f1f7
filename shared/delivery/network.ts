import { codeOf } from "#shared/errors/trouble.ts";
import type { Answer } from "./core/answer.ts";

/** Faults that come before the first byte of a request goes out. */
const before = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Faults after which it is unknown what the other side got. */
const after = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_|HPE_|ERR_STREAM_PREMATURE_CLOSE)/;

/**
 * What a network fault says of the call, or undefined where the error is no network fault. An aborted call is unknown
 * unless it is seen to have had no connection.
 */
export function networkAnswer(error: unknown): Extract<Answer, { readonly kind: "unreached" | "unknown" }> | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  if (before.has(code) || ("syscall" in error && error.syscall === "connect")) return { kind: "unreached", code };
  if (/establish(ing)? a connection/.test(error.message)) return { kind: "unreached", code: "CONNECT_TIMEOUT" };
  if (after.test(code)) return { kind: "unknown", code };
  if (error.name === "TimeoutError" || error.name === "AbortError") return { kind: "unknown", code: "DEADLINE" };
  return error.cause === undefined ? undefined : networkAnswer(error.cause);
}
