import { describe, expect, test } from "vitest";
import { authenticationError, badRequest, fcmError, refuseFcm } from "#simulator/fcm/errors.ts";

const error = ({ answer }: ReturnType<typeof fcmError>) => JSON.parse(answer.body).error;

describe("an error of the FCM double", () => {
  test("has Google's form: the HTTP status again, the canonical status and the code in details", () => {
    expect(fcmError("UNREGISTERED")).toMatchObject({ outcome: "UNREGISTERED", answer: { status: 404 } });
    expect(error(fcmError("UNREGISTERED"))).toEqual({
      code: 404,
      message: "Requested entity was not found.",
      status: "NOT_FOUND",
      details: [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: "UNREGISTERED" }],
    });
  });

  test("of the request names the field and no FCM code", () => {
    const verdict = badRequest("message.token", "No token");
    expect([verdict.answer.status, error(verdict).status]).toEqual([400, "INVALID_ARGUMENT"]);
    expect(error(verdict).details).toEqual([
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: [{ field: "message.token", description: "No token" }],
      },
    ]);
  });

  test("of the access token is a 401", () => {
    expect([authenticationError().answer.status, error(authenticationError()).code]).toEqual([401, 401]);
  });
});

describe("a fault over FCM", () => {
  test.each([
    [{ kind: "rate_limit" }, "QUOTA_EXCEEDED", 429],
    [{ kind: "outage" }, "UNAVAILABLE", 503],
    [{ kind: "status", status: 403 }, "SENDER_ID_MISMATCH", 403],
    [{ kind: "status", status: 418 }, "INTERNAL", 418],
    [{ kind: "status", code: "UNREGISTERED" }, "UNREGISTERED", 404],
    [{ kind: "status", code: "UNREGISTERED", status: 500 }, "UNREGISTERED", 500],
  ] as const)("%j is %s with %i", (...[refusal, code, status]) => {
    const verdict = refuseFcm(refusal);
    expect([verdict.outcome, verdict.answer.status, error(verdict).code]).toEqual([code, status, status]);
  });

  test.each([
    [7, "7"],
    [undefined, undefined],
  ])("asks for a wait of %s seconds as the fault does", (retry_after_s, header) => {
    expect(refuseFcm({ kind: "rate_limit", retry_after_s }).answer.headers["retry-after"]).toBe(header);
  });
});
