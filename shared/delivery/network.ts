import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { isCertificateCode } from "#shared/domain/delivery/certificate-code.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";

/** System calls that open a connection: a call that fails in one has sent nothing. */
const connecting: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

/** Errors of names, routes and sockets; nothing has gone out unless they end a read or a write. */
const unreachable =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE|UND_ERR_CONNECT_TIMEOUT)$/;

/** Errors of the TLS handshake beside those of certificates: the request comes after it. `outbound.ts` gives later ones another code. */
const handshake = /^(EPROTO|ERR_TLS_HANDSHAKE\w+|ERR_SSL_(?!\w*BAD_RECORD_MAC)\w+)$/;

/** Errors of a proxy before there is a tunnel through it; those that somebody must put right refuse the account, and no message. */
const ofProxy = /^PROXY_\w+$/;
const refusedByProxy: ReadonlySet<string> = new Set(["PROXY_AUTHENTICATION", "PROXY_REFUSED"]);

/** Errors after which it is unknown what the other side received. */
const interrupted =
  /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SSL_|TLS_BROKEN|UND_ERR_|HPE_|ERR_STREAM_PREMATURE_CLOSE)/;

/**
 * The answer that a network error amounts to; undefined for any other error. An aborted call is unknown unless the error
 * shows that it had no connection. A proxy that opens no tunnel has sent nothing.
 */
export function networkAnswer(error: unknown): Exclude<Answer, { readonly kind: "accepted" }> | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  if (ofProxy.test(code)) return { kind: refusedByProxy.has(code) ? "refused" : "unreached", code };
  const syscall = "syscall" in error ? error.syscall : undefined;
  if (connecting.has(syscall) || handshake.test(code) || isCertificateCode(code)) return { kind: "unreached", code };
  if (unreachable.test(code))
    return { kind: syscall === "read" || syscall === "write" ? "unknown" : "unreached", code };
  if (/establish(ing)? a connection/.test(error.message)) return { kind: "unreached", code: "CONNECT_TIMEOUT" };
  if (/before secure TLS connection/.test(error.message)) return { kind: "unreached", code };
  if (interrupted.test(code)) return { kind: "unknown", code };
  // undici's for bytes that are no HTTP. It has a code only where its parser has one.
  if (error.name === "HTTPParserError") return { kind: "unknown", code: unreadableAnswer };
  if (["TimeoutError", "AbortError", "CanceledError"].includes(error.name))
    return { kind: "unknown", code: "DEADLINE" };
  return error.cause === undefined ? undefined : networkAnswer(error.cause);
}
