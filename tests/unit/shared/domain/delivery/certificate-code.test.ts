import { describe, expect, test } from "vitest";
import { isCertificateCode } from "#shared/domain/delivery/certificate-code.ts";

describe("a certificate that is not trusted", () => {
  test.each([
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "CERT_REVOKED",
    "CERT_UNTRUSTED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "HOSTNAME_MISMATCH",
    "INVALID_CA",
    "INVALID_PURPOSE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ])("%s", (code) => {
    expect(isCertificateCode(code)).toBe(true);
  });

  test.each([
    "EPROTO",
    "ERR_TLS_HANDSHAKE_TIMEOUT",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "ECONNRESET",
    "INVALID_ARGUMENT",
    "NO_CERT_HAS_EXPIRED",
    "",
  ])("is not what '%s' says", (code) => {
    expect(isCertificateCode(code)).toBe(false);
  });
});
