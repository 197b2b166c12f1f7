import { z } from "zod";
import { codeOfAnswer, isAccessRefused } from "#shared/domain/delivery/answer.ts";
import { parseJson } from "#shared/domain/json/readers.ts";
import { fcmAnswers } from "./answers.ts";

const body = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z
      .array(
        z.object({
          errorCode: z.string().optional(),
          /** Of `ApnsError`. */
          reason: z.string().optional(),
          statusCode: z.number().optional(),
          fieldViolations: z.array(z.object({ field: z.string().optional() })).optional(),
        }),
      )
      .default([]),
  }),
});

/** APNs' reasons that are about the token. All others are about the message, or about us. */
const deadTokens: ReadonlySet<string> = new Set(["BadDeviceToken", "Unregistered"]);
const wrongApps: ReadonlySet<string> = new Set([
  "DeviceTokenNotForTopic",
  "TopicDisallowed",
  "BadTopic",
  "MissingTopic",
]);

/**
 * The code of an FCM error body. INVALID_ARGUMENT means an invalid token only where a field violation or APNs' reason says
 * so; else it is one of our own codes, which keep the token. A body that cannot be read gives the HTTP status.
 */
export function fcmCode(status: number, text: string): string {
  const parsed = body.safeParse(parseJson(text));
  if (!parsed.success) return codeOfAnswer(fcmAnswers, undefined, status);
  const { details, status: canonical } = parsed.data.error;
  const code = details.find(({ errorCode }) => errorCode)?.errorCode;
  if ((code ?? canonical) === "INVALID_ARGUMENT" && !isAccessRefused(status)) return invalidArgument(details);
  return codeOfAnswer(fcmAnswers, code ?? canonical, status);
}

function invalidArgument(details: z.output<typeof body>["error"]["details"]): string {
  const fields = details.flatMap(({ fieldViolations = [] }) => fieldViolations.map(({ field = "" }) => field));
  if (fields.some((field) => field !== "message.token")) return "BAD_REQUEST";
  const reason = details.find((detail) => detail.statusCode !== undefined && detail.reason)?.reason;
  if (fields.length > 0 || (reason !== undefined && deadTokens.has(reason))) return "INVALID_ARGUMENT";
  if (reason === undefined) return "BAD_REQUEST";
  return wrongApps.has(reason) ? "APNS_TOPIC" : "APNS_REFUSED";
}
