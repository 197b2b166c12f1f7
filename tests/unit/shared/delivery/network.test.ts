import { describe, expect, test } from "vitest";
import { networkAnswer } from "#shared/delivery/network.ts";

describe("network errors", () => {
  const failure = (fields: object, message = "failure") => Object.assign(new Error(message), fields);

  test.each([
    ["a refused connection", failure({ code: "ECONNREFUSED" }), { kind: "unreached", code: "ECONNREFUSED" }],
    [
      "a connection that timed out",
      failure({ code: "ETIMEDOUT", syscall: "connect" }),
      { kind: "unreached", code: "ETIMEDOUT" },
    ],
    [
      "an unknown host, wrapped",
      new Error("fetch failed", { cause: failure({ code: "ENOTFOUND" }) }),
      { kind: "unreached", code: "ENOTFOUND" },
    ],
    ["a reset", failure({ code: "ECONNRESET" }), { kind: "unknown", code: "ECONNRESET" }],
    ["a closed socket", failure({ code: "UND_ERR_SOCKET" }), { kind: "unknown", code: "UND_ERR_SOCKET" }],
    [
      "a route lost in mid-call",
      failure({ code: "EHOSTDOWN", syscall: "read" }),
      { kind: "unknown", code: "EHOSTDOWN" },
    ],
    [
      "a broken record within TLS",
      failure({ code: "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC" }),
      { kind: "unknown", code: "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC" },
    ],
    [
      "a stream of TLS that broke after its handshake",
      failure({ code: "TLS_BROKEN" }),
      { kind: "unknown", code: "TLS_BROKEN" },
    ],
    [
      "an answer that is no HTTP",
      Object.assign(failure({ code: undefined }), { name: "HTTPParserError" }),
      { kind: "unknown", code: "UNREADABLE_ANSWER" },
    ],
    ["the deadline", new DOMException("aborted", "TimeoutError"), { kind: "unknown", code: "DEADLINE" }],
    ["a proxy that is away", failure({ code: "PROXY_TIMEOUT" }), { kind: "unreached", code: "PROXY_TIMEOUT" }],
    [
      "a proxy that refuses us, wrapped",
      new Error("request failed", { cause: failure({ code: "PROXY_REFUSED" }) }),
      { kind: "refused", code: "PROXY_REFUSED" },
    ],
    ["an error of ours", new TypeError("x is not a function"), undefined],
  ])("%s", (_, error, answer) => {
    expect(networkAnswer(error)).toEqual(answer);
  });

  test.each([
    ["EPROTO", "write"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", undefined],
    ["SELF_SIGNED_CERT_IN_CHAIN", undefined],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", undefined],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", undefined],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", undefined],
    ["CERT_NOT_YET_VALID", undefined],
    ["CERT_HAS_EXPIRED", undefined],
    ["ERR_TLS_CERT_ALTNAME_INVALID", undefined],
    ["EAI_FAIL", "getaddrinfo"],
    ["EAI_NODATA", "getaddrinfo"],
    ["EMFILE", "getaddrinfo"],
    ["ENETDOWN", undefined],
    ["EHOSTDOWN", "connect"],
  ])("%s comes before the first byte of the request", (code, syscall) => {
    expect(networkAnswer(failure({ code, ...(syscall ? { syscall } : {}) }))).toEqual({ kind: "unreached", code });
  });
});
