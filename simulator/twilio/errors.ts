import type { CallRefusal } from "../call-handler.ts";
import { type CallVerdict, json } from "../core/call.ts";

interface Row {
  readonly status: number;
  readonly message: string;
}

/** Twilio's errors of the Messages resource, by code. `{to}` and `{from}` are filled in. */
const rows: Readonly<Record<number, Row>> = {
  20003: { status: 401, message: "Authenticate" },
  20404: { status: 404, message: "The requested resource was not found" },
  20429: { status: 429, message: "Too Many Requests" },
  20500: { status: 500, message: "An internal server error has occurred" },
  20503: { status: 503, message: "Service unavailable" },
  21211: { status: 400, message: "Invalid 'To' Phone Number: {to}" },
  21212: { status: 400, message: "Invalid From Number (caller ID): {from}" },
  21408: {
    status: 400,
    message: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}",
  },
  21602: { status: 400, message: "Message body is required." },
  21603: { status: 400, message: "A 'From' phone number is required." },
  21604: { status: 400, message: "A 'To' phone number is required." },
  21606: {
    status: 400,
    message:
      "The 'From' phone number {from} is not a valid, SMS-capable inbound phone number or short code for your account.",
  },
  21610: { status: 400, message: "Attempt to send to unsubscribed recipient" },
  21611: { status: 400, message: "This 'From' number {from} has exceeded the maximum number of queued messages" },
  21612: {
    status: 400,
    message: "The 'To' phone number {to} is not currently reachable using the 'From' phone number {from} via SMS.",
  },
  21614: { status: 400, message: "'To' number {to} is not a valid mobile number" },
  21617: { status: 400, message: "The concatenated message body exceeds the 1600 character limit" },
};

/** An error in Twilio's JSON: code, message, more_info, status. */
export function twilioError(
  code: number,
  { to = "", from = "" } = {},
  status = rows[code]?.status ?? 400,
): CallVerdict {
  const message = (rows[code]?.message ?? `Error ${code}`).replaceAll("{to}", to).replaceAll("{from}", from);
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { outcome: String(code), answer: json(status, { code, message, more_info, status }) };
}

/** A fault as Twilio would word it. */
export function refuseTwilio(refusal: CallRefusal): CallVerdict {
  const verdict = twilioError(codeOf(refusal), {}, refusal.status);
  if (refusal.retry_after_s === undefined) return verdict;
  const headers = { ...verdict.answer.headers, "retry-after": String(refusal.retry_after_s) };
  return { ...verdict, answer: { ...verdict.answer, headers } };
}

function codeOf({ kind, status, code }: CallRefusal): number {
  if (code !== undefined) return Number(code);
  if (kind === "rate_limit" || status === 429) return 20429;
  if (kind === "outage" || status === 503) return 20503;
  return status !== undefined && status < 500 ? 20404 : 20500;
}
