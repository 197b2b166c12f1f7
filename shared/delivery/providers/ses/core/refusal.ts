import { codeOfAnswer } from "#shared/domain/delivery/answer.ts";
import { type Fields, isObject, parseJson } from "#shared/domain/json/readers.ts";
import { identityNotVerified, sesAnswers } from "./answers.ts";

/** An answer of SES that is no success, as it stood on the wire. */
export interface SesErrorAnswer {
  readonly status: number;
  /** The header `x-amzn-errortype`. */
  readonly errorType: string | undefined;
  readonly text: string;
}

/**
 * The code of an error of SES v2 (restJson1): its exception names itself in a header, else in the body's `code` or `__type`. A
 * body that is no JSON object is a proxy's, and then its status alone counts.
 */
export function sesErrorCode({ status, errorType, text }: SesErrorAnswer): string {
  const body = text === "" ? {} : parseJson(text);
  if (!isObject(body)) return codeOfAnswer(sesAnswers, undefined, status);
  const name = errorType ?? fieldOf(body, "code") ?? body["__type"];
  const message = body["message"] ?? body["Message"];
  return sesCodeOf({ name: shapeOf(name), message: typeof message === "string" ? message : "", status });
}

/** The code of an exception. A MessageRejected has two meanings, which its message alone tells apart. */
export function sesCodeOf(exception: {
  readonly name: string | undefined;
  readonly message: string;
  readonly status: number;
}): string {
  const name = exception.name?.replace(/Exception$/, "");
  const isIdentity = name === "MessageRejected" && /not verified/i.test(exception.message);
  return codeOfAnswer(sesAnswers, isIdentity ? identityNotVerified : name, exception.status);
}

/** `com.amazonaws.sesv2#NotFoundException:http://…` is a NotFoundException. */
function shapeOf(name: unknown): string | undefined {
  if (typeof name !== "string" && typeof name !== "number") return undefined;
  return (
    String(name)
      .replace(/[,:].*$/s, "")
      .replace(/^[^#]*#/, "") || undefined
  );
}

function fieldOf(body: Fields, name: string): unknown {
  const key = Object.keys(body).find((one) => one.toLowerCase() === name);
  return key === undefined ? undefined : body[key];
}
