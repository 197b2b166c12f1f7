import { type Answer, type AnswerTable, rowOf } from "#shared/domain/delivery/answer.ts";
import type { CheckResult } from "./provider.ts";

/** What an answer says about the account that gave it. */
export function checkResultOf(answers: AnswerTable, answer: Answer): CheckResult {
  if (answer.kind === "accepted") return { kind: "ok" };
  return { kind: "failed", code: answer.code, advice: adviceOf(answers, answer) };
}

function adviceOf(answers: AnswerTable, answer: Exclude<Answer, { readonly kind: "accepted" }>): string {
  if (answer.kind === "unreached" && answer.code.startsWith("PROXY_"))
    return "No connection through the proxy: check HTTPS_PROXY, NO_PROXY and the proxy itself";
  if (answer.kind === "unreached") return "No connection: check host, port and the way there";
  if (answer.kind === "unknown") return "No answer that could be read, in time: check what listens there";
  return rowOf(answers, answer.code).description;
}
