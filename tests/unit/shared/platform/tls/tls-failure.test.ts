import { expect, it } from "vitest";
import { tlsFailure } from "#shared/platform/tls/tls-failure.ts";

const peer = { code: "KAFKA", name: "Kafka", caSetting: "COMMS_KAFKA_CA_FILE" };
const failure = (code: string) => tlsFailure(Object.assign(new Error("x"), { code }), peer);

it.each([
  ["SELF_SIGNED_CERT_IN_CHAIN", "KAFKA_CA_UNKNOWN"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "KAFKA_CA_UNKNOWN"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "KAFKA_CA_UNKNOWN"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "KAFKA_CA_UNKNOWN"],
  ["CERT_HAS_EXPIRED", "KAFKA_CERTIFICATE_EXPIRED"],
  ["CERT_NOT_YET_VALID", "KAFKA_CERTIFICATE_EXPIRED"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "KAFKA_CERTIFICATE_EXPIRED"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "KAFKA_CERTIFICATE_NAME"],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "KAFKA_CERTIFICATE_REFUSED"],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "KAFKA_CERTIFICATE_REFUSED"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "KAFKA_CERTIFICATE_REFUSED"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "KAFKA_TLS_MISMATCH"],
])("%s is %s, and may be mended while a process waits", (code, ours) => {
  expect(failure(code)).toMatchObject({ code: ours, retryable: true, isLoggable: true });
});

it.each(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "23505"])("%s is none of it", (code) => {
  expect(failure(code)).toBeUndefined();
});
