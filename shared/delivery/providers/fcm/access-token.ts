import { createSign } from "node:crypto";
import { request } from "undici";
import { z } from "zod";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { directOutbound, type Outbound } from "#shared/platform/http/outbound.ts";
import { boundedText } from "../../bounded-answer.ts";
import { networkAnswer } from "../../network.ts";
import { googleTokenUrl } from "./config.ts";

/** The service account that asks for tokens. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

/** Access tokens for FCM, cached until shortly before they expire. */
export interface AccessTokens {
  /** A token, or the answer that its request failed with: nothing of the message has gone out then. */
  get(signal: AbortSignal): Promise<{ readonly token: string } | { readonly failed: Answer }>;
  /** Drops a refused token: the next call requests a new one. */
  forget(): void;
}

/** The service account and the token endpoint. */
export interface TokenSource {
  readonly account: ServiceAccount;
  /** Left out: Google's. The simulator: `http://host:port/fcm/token`. */
  readonly tokenUrl?: string;
  /** Default: directly. */
  readonly outbound?: Outbound;
}

const scope = "https://www.googleapis.com/auth/firebase.messaging";
const lifeSeconds = 3_600;
/** How long before its end a token is renewed, ms. */
const marginMs = 60_000;
const tokenResponse = z.object({ access_token: z.string(), expires_in: z.number() });

/**
 * Tokens by RFC 7523's grant, from Google's endpoint unless another is named. Google's own client takes no signal, and names no
 * other endpoint. Concurrent calls share one request, which ends with the first one's signal; that is the first to abort.
 */
export function accessTokensOf(source: TokenSource, now: () => number): AccessTokens {
  const { account, tokenUrl = googleTokenUrl, outbound = directOutbound } = source;
  let cached: { token: string; until: number } | undefined;
  let pending: ReturnType<AccessTokens["get"]> | undefined;

  async function requestToken(signal: AbortSignal): ReturnType<AccessTokens["get"]> {
    try {
      const form = new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: assertion(account, tokenUrl, Math.floor(now() / 1_000)),
      });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const { statusCode, body } = await request(tokenUrl, {
        method: "POST",
        headers,
        body: form.toString(),
        signal,
        dispatcher: outbound.dispatcher(),
      });
      const text = await boundedText(body);
      if (statusCode >= 500 || statusCode === 429) return { failed: { kind: "refused", code: `http_${statusCode}` } };
      if (statusCode >= 300) return { failed: { kind: "refused", code: "TOKEN_REFUSED" } };
      const { access_token: token, expires_in } = tokenResponse.parse(JSON.parse(text));
      cached = { token, until: now() + expires_in * 1_000 - marginMs };
      return { token };
    } catch (error) {
      const network = networkAnswer(error);
      if (!network) return { failed: { kind: "refused", code: "TOKEN_UNREADABLE" } };
      return { failed: network.kind === "refused" ? network : { kind: "unreached", code: network.code } };
    }
  }

  return {
    get: async (signal) => {
      if (cached && now() < cached.until) return { token: cached.token };
      pending ??= requestToken(signal).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    forget: () => {
      cached = undefined;
    },
  };
}

function assertion({ clientEmail, privateKey }: ServiceAccount, audience: string, iat: number): string {
  const claims = { iss: clientEmail, scope, aud: audience, iat, exp: iat + lifeSeconds };
  const body = [{ alg: "RS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${body}.${createSign("RSA-SHA256").update(body).sign(privateKey, "base64url")}`;
}
