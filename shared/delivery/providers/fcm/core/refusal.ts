import { z } from "zod";
import { codeOfAnswer } from "#shared/domain/delivery/answer.ts";
import { parseJson } from "#shared/domain/json/readers.ts";
import { fcmAnswers } from "./answers.ts";

const body = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z
      .array(
        z.object({
          errorCode: z.string().optional(),
          fieldViolations: z.array(z.object({ field: z.string().optional() })).optional(),
        }),
      )
      .default([]),
  }),
});

/**
 * The code of an FCM error body. INVALID_ARGUMENT means an invalid token or a wrong field of the message; if it names
 * a field other than the token, the code is `BAD_REQUEST`. A body that cannot be read gives the HTTP status.
 */
export function fcmCode(status: number, text: string): string {
  const parsed = body.safeParse(parseJson(text));
  if (!parsed.success) return codeOfAnswer(fcmAnswers, undefined, status);
  const { details, status: canonical } = parsed.data.error;
  const code = details.find(({ errorCode }) => errorCode)?.errorCode;
  const fields = details.flatMap(({ fieldViolations = [] }) => fieldViolations.map(({ field = "" }) => field));
  const ours = fields.some((field) => field !== "message.token");
  if ((code ?? canonical) === "INVALID_ARGUMENT" && (ours || !code)) return "BAD_REQUEST";
  return codeOfAnswer(fcmAnswers, code ?? canonical, status);
}
