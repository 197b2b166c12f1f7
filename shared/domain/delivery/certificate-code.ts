/** Names that Node and OpenSSL give to a certificate which is not trusted. */
const names =
  /^(CERT_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_CERT\w+)$/;

/**
 * Whether the code of an error says that the other side's certificate is not trusted: of an unknown authority, for another
 * name, out of its time. The connection was then given up in its handshake, before the first byte of a request. Other
 * failures of a handshake are not among them.
 */
export function isCertificateCode(code: string): boolean {
  return names.test(code);
}
