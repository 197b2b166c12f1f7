import { type Dispatcher, request } from "undici";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { regionOf } from "../core/trust.ts";

/** Confirms a subscription. Rejects with the retryable `SNS_UNAVAILABLE` when SNS does not accept the confirmation. */
export type ConfirmSubscription = (topicArn: string, token: string) => Promise<void>;

/**
 * Calls SNS's ConfirmSubscription with the topic and the token. The `SubscribeURL` of the message is never visited: its
 * sender chose that address.
 */
export function createConfirmSubscription(options: {
  readonly origin?: string | undefined;
  readonly dispatcher?: Dispatcher;
}): ConfirmSubscription {
  return async (topicArn, token) => {
    const region = regionOf(topicArn) ?? "us-east-1";
    const own = `https://sns.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
    const form = { Action: "ConfirmSubscription", Version: "2010-03-31", TopicArn: topicArn, Token: token };
    const status = await post((options.origin ?? own).replace(/\/$/, ""), form, options.dispatcher);
    if (status !== 200) throw confirmationError(`SNS answered ${status}`);
  };
}

async function post(url: string, form: Record<string, string>, dispatcher: Dispatcher | undefined): Promise<number> {
  try {
    const { statusCode, body } = await request(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
      signal: AbortSignal.timeout(5_000),
      ...(dispatcher ? { dispatcher } : {}),
    });
    await body.dump();
    return statusCode;
  } catch (cause) {
    throw confirmationError("SNS does not answer", cause);
  }
}

function confirmationError(why: string, cause?: unknown): AppError {
  return new AppError("SNS_UNAVAILABLE", `The subscription could not be confirmed: ${why}`, { retryable: true, cause });
}
