import { AsyncLocalStorage } from "node:async_hooks";
import twilio from "twilio";
import RequestClient from "twilio/lib/base/RequestClient.js";
import { contentFor } from "#shared/domain/channel/channels.ts";
import { type Answer, codeOfAnswer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { retryAfterMs } from "#shared/domain/delivery/retry-after.ts";
import { writeCallQuery } from "#shared/domain/feedback/call-reference.ts";
import { directOutbound, type Outbound } from "#shared/platform/http/outbound.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { answerBytesMax } from "../../bounded-answer.ts";
import { networkAnswer } from "../../network.ts";
import { twilioAnswers } from "./core/answers.ts";
import { twilioWebhook } from "./webhook.ts";

/** The options of the adapter. `provider.ts` has where they come from. */
export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** Left out: Twilio. The simulator: `http://host:port/twilio`. */
  readonly baseUrl?: string;
  /** A number in E.164, or the SID of a messaging service (`MG…`). */
  readonly from: string;
  /** Public origin of the gateway, which takes the status callbacks. */
  readonly callbackUrl: string;
  /** The SDK takes no abort signal: after so long, ms, it gives up by itself. */
  readonly deadlineMs: number;
  /** Connections kept open. Default 256: a call that waits for one has its deadline running. */
  readonly connections?: number;
  /** Default: directly. */
  readonly outbound?: Outbound;
}

/** What Twilio refused, with the header that its SDK leaves out of its exceptions. */
class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super("Twilio refused the call");
    this.answer = answer;
  }
}

/** The signal of the call under way, which the SDK has no parameter for. */
const callSignal = new AsyncLocalStorage<AbortSignal>();

class Client extends RequestClient {
  constructor(timeout: number, agents: ReturnType<Outbound["agents"]>) {
    super({ timeout });
    // The SDK takes HTTP_PROXY alone, for https too, and knows no NO_PROXY.
    Object.assign(this.axios.defaults, agents);
    // An answer that drips keeps its connection past the timeout, which begins anew with each byte.
    this.axios.interceptors.request.use((config) => {
      const signal = callSignal.getStore();
      return { ...config, maxContentLength: answerBytesMax, ...(signal && { signal }) };
    });
  }

  override async request<T>(options: Parameters<RequestClient["request"]>[0]) {
    const response = await super.request<T>(options as never);
    const { statusCode, body, headers } = response as {
      statusCode: number;
      body: unknown;
      headers?: Record<string, unknown>;
    };
    if (statusCode < 300) return response;
    const wait = retryAfterMs(headers?.["retry-after"], Date.now());
    throw new Refused({
      kind: "refused",
      code: codeOfAnswer(twilioAnswers, codeIn(body), statusCode),
      retryAfterMs: wait,
    });
  }
}

/** Twilio through its SDK, which makes one attempt. Its timeout is the call's deadline, and the signal ends what goes on. */
export function createTwilioAdapter(options: TwilioOptions): ChannelAdapter {
  const { deadlineMs, connections = 256, outbound = directOutbound } = options;
  const agents = outbound.agents({ timeout: deadlineMs, keepAlive: true, maxSockets: connections });
  const httpClient = new Client(deadlineMs, agents);
  const client = new twilio.Twilio(options.accountSid, options.authToken, { httpClient });
  if (options.baseUrl) client.api.baseUrl = options.baseUrl;
  const sender = options.from.startsWith("MG") ? { messagingServiceSid: options.from } : { from: options.from };

  return {
    answers: twilioAnswers,
    send: async (message, signal) => {
      try {
        const statusCallback = callbackOf(message, options.callbackUrl);
        const { text: body } = contentFor("SMS", message);
        const resource = await callSignal.run(signal, () =>
          client.messages.create({ ...sender, to: message.target.address, body, statusCallback }),
        );
        if (resource.status === "failed" && resource.errorCode)
          return { kind: "refused", code: String(resource.errorCode) };
        // A 2xx without a SID is not Twilio's: a proxy's page, or nothing at all.
        return isSid(resource.sid)
          ? { kind: "accepted", ref: resource.sid }
          : { kind: "unknown", code: unreadableAnswer };
      } catch (error) {
        return answerOf(error);
      }
    },
    close: async () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** SMS has no field for an id of ours, so the callback's address carries it (SMS-10). */
function callbackOf({ send, addressHash }: OutboundMessage, origin: string): string {
  const names = { tenant: send.tenant_id, msg_id: send.msg_id };
  const query = new URLSearchParams({ ...names, ...writeCallQuery(send, addressHash) });
  return `${origin}${twilioWebhook.path}?${query.toString()}`;
}

/** Begins with `SM` or `MM`; the type of the SDK promises more than its parser checks. */
function isSid(sid: unknown): sid is string {
  return typeof sid === "string" && /^(?:SM|MM)\w+$/.test(sid);
}

function answerOf(error: unknown): Answer {
  if (error instanceof Refused) return error.answer;
  const network = networkAnswer(error);
  if (network) return network;
  return { kind: "unknown", code: unreadableAnswer };
}

/** Twilio's own code in an error body, parsed or not. */
function codeIn(body: unknown): string | undefined {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? null);
  return /"code"\s*:\s*(\d+)/.exec(text)?.[1];
}
