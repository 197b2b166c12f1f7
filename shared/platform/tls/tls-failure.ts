import { AppError, codeOf } from "../errors/app-error.ts";

/** Who does not come to a connection by TLS with us, and where to look. */
export interface TlsPeer {
  /** Begins the codes: `KAFKA`. */
  readonly code: string;
  /** Begins the sentences: `Kafka`. */
  readonly name: string;
  /** The setting of the authorities that are trusted. */
  readonly caSetting: string;
}

interface Cause {
  /** Ends the code. */
  readonly kind: string;
  readonly codes: RegExp;
  readonly sentence: (peer: TlsPeer) => string;
}

const causes: readonly Cause[] = [
  {
    kind: "CERTIFICATE_EXPIRED",
    codes: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ERR_SSL_\w*CERTIFICATE_EXPIRED)$/,
    sentence: ({ name }) => `The certificate between ${name} and this client is out of its time: renew it`,
  },
  {
    kind: "CERTIFICATE_NAME",
    codes: /^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
    sentence: ({ name }) =>
      `The certificate of ${name} is for another name than the one it is reached by: use a name that stands in it`,
  },
  {
    kind: "CA_UNKNOWN",
    codes: /^(UNABLE_TO_\w+|\w*SELF_SIGNED_CERT\w*|CERT_\w+|INVALID_(CA|PURPOSE))$/,
    sentence: ({ name, caSetting }) =>
      `The certificate of ${name} is of an authority that is not trusted: name the authority's file in ${caSetting}`,
  },
  {
    kind: "CERTIFICATE_REFUSED",
    codes:
      /^ERR_SSL_\w*(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE)$/,
    sentence: ({ name }) =>
      `${sentenceStart(name)} does not take this client's certificate, or asks for one and gets none`,
  },
  {
    kind: "TLS_MISMATCH",
    codes: /^(ERR_SSL_\w+|EPROTO|ECONNRESET_IN_HANDSHAKE)$/,
    sentence: ({ name }) =>
      `${sentenceStart(name)} and this client do not agree on TLS: the port may speak plain text, or another version of TLS`,
  },
];

/**
 * The error with a code and a sentence if a connection failed for TLS; undefined for any other error. Retryable: nothing has
 * been sent, and what is wrong may be put right while the process waits.
 */
export function tlsFailure(error: unknown, peer: TlsPeer): AppError | undefined {
  const code = codeOf(error);
  const cause = causes.find(({ codes }) => codes.test(code));
  if (cause === undefined) return undefined;
  return new AppError(`${peer.code}_${cause.kind}`, cause.sentence(peer), { retryable: true, cause: error });
}

/** The name with a capital, for the beginning of a sentence. */
export function sentenceStart(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
