import type { Answer } from "#shared/domain/delivery/answer.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";

/** Calls of the system by which a connection is sought: what fails in one has sent nothing. */
const seeking: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

/** Faults of names, routes and sockets; nothing has gone out unless they end a read or a write. */
const outOfReach =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE|UND_ERR_CONNECT_TIMEOUT)$/;

/** Faults of the TLS handshake and its certificates, by Node's and OpenSSL's names: the request comes after it. */
const handshake =
  /^(EPROTO|CERT_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_(CERT|HANDSHAKE)\w+|ERR_SSL_(?!\w*BAD_RECORD_MAC)\w+)$/;

/** Faults after which it is unknown what the other side got. */
const after =
  /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SSL_|UND_ERR_|HPE_|ERR_STREAM_PREMATURE_CLOSE)/;

/**
 * What a network fault says of the call, or undefined where the error is no network fault. An aborted call is unknown
 * unless it is seen to have had no connection.
 */
export function networkAnswer(error: unknown): Extract<Answer, { readonly kind: "unreached" | "unknown" }> | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  const syscall = "syscall" in error ? error.syscall : undefined;
  if (seeking.has(syscall) || handshake.test(code)) return { kind: "unreached", code };
  if (outOfReach.test(code)) return { kind: syscall === "read" || syscall === "write" ? "unknown" : "unreached", code };
  if (/establish(ing)? a connection/.test(error.message)) return { kind: "unreached", code: "CONNECT_TIMEOUT" };
  if (/before secure TLS connection/.test(error.message)) return { kind: "unreached", code };
  if (after.test(code)) return { kind: "unknown", code };
  if (error.name === "TimeoutError" || error.name === "AbortError") return { kind: "unknown", code: "DEADLINE" };
  return error.cause === undefined ? undefined : networkAnswer(error.cause);
}
