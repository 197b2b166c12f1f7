import { Pool } from "undici";
import { contentFor } from "#shared/domain/channel/channels.ts";
import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { retryAfterMs } from "#shared/domain/delivery/retry-after.ts";
import { fieldsOf, parseJson, textOf } from "#shared/domain/json/readers.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { boundedText } from "../../bounded-answer.ts";
import { networkAnswer } from "../../network.ts";
import type { ProviderContext } from "../provider.ts";
import { accessTokensOf, type TokenSource } from "./access-token.ts";
import { fcmAnswers } from "./core/answers.ts";
import { pushMessage } from "./core/payload.ts";
import { fcmCode } from "./core/refusal.ts";

/** The options of the adapter. `config.ts` has where they come from. */
export interface FcmOptions extends TokenSource {
  /** Default `https://fcm.googleapis.com`. The simulator: `http://host:port/fcm`. */
  readonly baseUrl?: string;
  /** Connections kept open. Default 256: a call that waits for one has a deadline running. */
  readonly connections?: number;
  /** Default: the machine's. */
  readonly clock?: ProviderContext["clock"];
}

/**
 * FCM HTTP v1 over undici: firebase-admin's own sender has no endpoint option and retries by itself. It provides
 * the message types.
 */
export function createFcmAdapter(options: FcmOptions): ChannelAdapter {
  const base = new URL(options.baseUrl ?? "https://fcm.googleapis.com");
  const pool = new Pool(base.origin, {
    connections: options.connections ?? 256,
    pipelining: 1,
    connect: (options.outbound ?? directOutbound).connector({ timeout: 2_000 }),
  });
  const path = `${base.pathname.replace(/\/$/, "")}/v1/projects/${options.account.projectId}/messages:send`;
  const now = (): number => (options.clock ?? systemClock).now();
  const tokens = accessTokensOf(options, now);

  async function post(message: OutboundMessage, token: string, signal: AbortSignal): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const {
      statusCode,
      headers: responseHeaders,
      body,
    } = await pool.request({ path, method: "POST", headers, body: bodyOf(message), signal });
    const text = await boundedText(body);
    if (statusCode < 300) return acceptedAnswer(text);
    const code = fcmCode(statusCode, text);
    if (statusCode === 401) tokens.forget();
    return { kind: "refused", code, retryAfterMs: retryAfterMs(responseHeaders["retry-after"], now()) };
  }

  return {
    answers: fcmAnswers,
    send: async (message, signal) => {
      const access = await tokens.get(signal);
      if ("failed" in access) return access.failed;
      try {
        return await post(message, access.token, signal);
      } catch (error) {
        const network = networkAnswer(error);
        if (!network) throw error;
        return network;
      }
    },
    close: () => pool.close(),
  };
}

function bodyOf(message: OutboundMessage): string {
  const content = contentFor("PUSH", message);
  return JSON.stringify({ message: pushMessage(message.send, content, message.target.address) });
}

/** The answer in a 2xx. Without the name that FCM gives a message it proves nothing: it may be a proxy's. */
function acceptedAnswer(text: string): Answer {
  const name = textOf(fieldsOf(parseJson(text))["name"]);
  return name?.startsWith("projects/") ? { kind: "accepted", ref: name } : { kind: "unknown", code: unreadableAnswer };
}
