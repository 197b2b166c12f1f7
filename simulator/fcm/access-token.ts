import { createHmac } from "node:crypto";

/** The lifetime that Google's token endpoint gives, in seconds. */
export const lifetimeSeconds = 3599;

const scope = /firebase\.messaging|cloud-platform/;

/** An access token that carries its own end, so that it outlives a restart of the simulator. */
export function issueToken(seed: number, now: number): string {
  const end = String(now + lifetimeSeconds * 1000);
  return `ya29.${end}.${seal(seed, end)}`;
}

/** Whether the token was issued with this seed and has not ended. */
export function isValidToken(token: string | undefined, seed: number, now: number): boolean {
  const [, end = "", mac] = token?.split(".") ?? [];
  return mac === seal(seed, end) && Number(end) > now;
}

/** What Google finds wrong with a grant; undefined for a good one. The assertion's signature is not checked. */
export function grantProblem(form: URLSearchParams, now: number): string | undefined {
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return "Invalid grant_type";
  const claims = claimsOf(form.get("assertion") ?? "");
  if (claims === undefined) return "Invalid JWT: the assertion is not a signed JSON Web Token";
  if (typeof claims["iss"] !== "string") return "Invalid JWT: iss is missing";
  if (!scope.test(String(claims["scope"]))) return "Invalid JWT: the scope does not cover firebase.messaging";
  const life = Number(claims["exp"]) - Number(claims["iat"]);
  if (!(life > 0 && life <= 3600)) return "Invalid JWT: exp must follow iat by at most an hour";
  if (Number(claims["exp"]) * 1000 <= now) return "Invalid JWT: Token must be a short-lived token";
  return undefined;
}

function claimsOf(assertion: string): Record<string, unknown> | undefined {
  const [, payload, signature] = assertion.split(".");
  if (!payload || !signature) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function seal(seed: number, end: string): string {
  return createHmac("sha256", `simulator ${seed}`).update(end).digest("base64url");
}
