import { createSign } from "node:crypto";
import { cert } from "firebase-admin/app";
import { request } from "undici";
import { z } from "zod";
import { networkAnswer } from "#shared/delivery/network.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";

export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

/** Access tokens for FCM, kept until shortly before their end. */
export interface AccessTokens {
  /** A token, or how asking for one failed: nothing of the message has gone out then. */
  get(signal: AbortSignal): Promise<{ readonly token: string } | { readonly failed: Answer }>;
  /** The token was refused: the next call asks for a new one. */
  forget(): void;
}

/** Google's own, by firebase-admin's credential, which knows no other token endpoint and keeps its token itself. */
export function googleAccessTokens(account: ServiceAccount): AccessTokens {
  const credential = cert({ ...account });
  return {
    get: async () => {
      try {
        return { token: (await credential.getAccessToken()).access_token };
      } catch (error) {
        const network = networkAnswer(error);
        return {
          failed: network ? { kind: "unreached", code: network.code } : { kind: "refused", code: "TOKEN_REFUSED" },
        };
      }
    },
    forget: () => {},
  };
}

const scope = "https://www.googleapis.com/auth/firebase.messaging";
const life_s = 3_600;
/** A token is renewed this long before its end, ms. */
const marginMs = 60_000;
const answer = z.object({ access_token: z.string(), expires_in: z.number() });

/**
 * From any endpoint that takes RFC 7523's grant, such as the simulator's: firebase-admin and the Google libraries under
 * it have Google's built in. Calls at the same time share one request.
 */
export function grantedAccessTokens(account: ServiceAccount, tokenUrl: string, now: () => number): AccessTokens {
  let held: { token: string; until: number } | undefined;
  let asking: ReturnType<AccessTokens["get"]> | undefined;

  async function ask(signal: AbortSignal): ReturnType<AccessTokens["get"]> {
    try {
      const form = new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: assertion(account, tokenUrl, Math.floor(now() / 1_000)),
      });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const { statusCode, body } = await request(tokenUrl, { method: "POST", headers, body: form.toString(), signal });
      const text = await body.text();
      if (statusCode >= 500 || statusCode === 429) return { failed: { kind: "refused", code: `http_${statusCode}` } };
      if (statusCode >= 300) return { failed: { kind: "refused", code: "TOKEN_REFUSED" } };
      const { access_token: token, expires_in } = answer.parse(JSON.parse(text));
      held = { token, until: now() + expires_in * 1_000 - marginMs };
      return { token };
    } catch (error) {
      const network = networkAnswer(error);
      if (!network) return { failed: { kind: "refused", code: "TOKEN_UNREADABLE" } };
      return { failed: { kind: "unreached", code: network.code } };
    }
  }

  return {
    get: async (signal) => {
      if (held && now() < held.until) return { token: held.token };
      asking ??= ask(signal).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget: () => {
      held = undefined;
    },
  };
}

function assertion({ clientEmail, privateKey }: ServiceAccount, audience: string, iat: number): string {
  const claims = { iss: clientEmail, scope, aud: audience, iat, exp: iat + life_s };
  const body = [{ alg: "RS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${body}.${createSign("RSA-SHA256").update(body).sign(privateKey, "base64url")}`;
}
