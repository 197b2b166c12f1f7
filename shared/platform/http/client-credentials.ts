import { Agent, request } from "undici";
import { z } from "zod";
import { parseJson } from "#shared/domain/json/readers.ts";
import { fullJitter } from "#shared/domain/retry/backoff.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type Clock, systemClock } from "../clock/clock.ts";
import { AppError, codeOf } from "../errors/app-error.ts";
import type { SecretSource } from "../tls/secret-source.ts";
import { sentenceStart, type TlsPeer, tlsFailure } from "../tls/tls-failure.ts";
import type { TlsSource } from "../tls/tls-source.ts";
import { freshConnector } from "./fresh-connector.ts";
import type { Outbound } from "./outbound.ts";

/** A client that is granted tokens in its own name (RFC 6749, section 4.4). */
export interface ClientCredentials {
  readonly url: string;
  readonly clientId: string;
  /** Asked at each request. */
  readonly secret: SecretSource;
  readonly scope?: string | undefined;
  readonly tls: TlsSource;
  readonly outbound: Outbound;
  /** Names the endpoint in errors, and the settings by which it is reached. */
  readonly peer: TlsPeer & { readonly settings: string };
}

/** Time and chance; the machine's unless a test has its own. */
export interface TokenTiming {
  readonly clock: Pick<Clock, "now">;
  readonly random: () => number;
  /** How long a request may take, ms. */
  readonly deadlineMs: number;
}

/** Tokens of one client. */
export interface AccessTokenSource {
  /**
   * A token that lasts: the one that is kept, or a new one. Rejects (retryable) with `<code>_UNAVAILABLE`, `<code>_REFUSED`,
   * `<code>_UNREADABLE`, `<code>_EXPIRED`, what `tlsFailure` knows, or `SECRET_UNREADABLE`; no error has the secret or a token.
   * After a failure it rejects with the same for up to four seconds and asks nobody. While the old token has not ended, that one
   * is given in place of an error.
   */
  get(): Promise<string>;
  /** Drops a token that was refused, so that the next one is asked for. A very young one stays: another would fare no better. */
  forget(): void;
}

/** Bounds of the requests: how long one may take, and of the waits after failures, ms. */
export const tokenLimits = { deadlineMs: 5_000, baseMs: 250, maxMs: 4_000 } as const;
const usualTiming: TokenTiming = { clock: systemClock, random: Math.random, deadlineMs: tokenLimits.deadlineMs };
const answerBytesMax = 64 * 1024;
/** The least time that a token is kept, ms, if the other side refuses it. */
const youngMs = 5_000;
/** How long before its end a token is of no use any more, ms. */
const endMs = 1_000;
/** What a long token must still last, ms, or a new one is asked for: kafkajs authenticates again 10 s before a session ends. */
const remainingMs = 30_000;

const grantShape = z.object({
  access_token: z.string().min(1),
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: z.coerce.number().optional(),
});
const claimsShape = z.object({ exp: z.number() });

interface Grant {
  readonly token: string;
  readonly since: Instant;
  /** Undefined if the endpoint does not say: then the token is given once. */
  readonly until: Instant | undefined;
}

/** Concurrent calls share one request. Connects nowhere before the first. */
export function createTokenSource(client: ClientCredentials, timing: Partial<TokenTiming> = {}): AccessTokenSource {
  const { clock, random, deadlineMs } = { ...usualTiming, ...timing };
  const connect = freshConnector(client.outbound, client.tls);
  const dispatcher = new Agent({ connect, maxResponseSize: answerBytesMax });
  let kept: Grant | undefined;
  let pending: Promise<string> | undefined;
  let failures = 0;
  let lastFailure: { readonly error: unknown; readonly until: Instant } | undefined;

  async function renew(): Promise<string> {
    try {
      kept = await requestGrant(client, { dispatcher, clock, deadlineMs });
      failures = 0;
      lastFailure = undefined;
      return kept.token;
    } catch (error) {
      failures += 1;
      lastFailure = { error, until: clock.now() + fullJitter(failures, random(), tokenLimits) };
      throw error;
    } finally {
      pending = undefined;
    }
  }

  return {
    get: async () => {
      if (kept && lasts(kept, clock.now())) return kept.token;
      try {
        if (lastFailure && clock.now() < lastFailure.until) throw lastFailure.error;
        pending ??= renew();
        return await pending;
      } catch (error) {
        // An endpoint that is away for a moment is not felt while the old token counts.
        if (kept?.until !== undefined && clock.now() < kept.until - endMs) return kept.token;
        throw error;
      }
    },
    forget: () => {
      if (kept && clock.now() - kept.since >= youngMs) kept = undefined;
    },
  };
}

/** Half of a short life is enough, and a fifth of a long one. */
function lasts({ since, until }: Grant, now: Instant): boolean {
  if (until === undefined) return false;
  const life = until - since;
  return until - now > Math.min(life / 2, Math.max(remainingMs, life / 5));
}

interface Call extends Pick<TokenTiming, "clock" | "deadlineMs"> {
  readonly dispatcher: Agent;
}

async function requestGrant(client: ClientCredentials, { dispatcher, clock, deadlineMs }: Call): Promise<Grant> {
  const form = new URLSearchParams({ grant_type: "client_credentials", ...(client.scope && { scope: client.scope }) });
  const headers = {
    authorization: loginOf(client),
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  const signal = AbortSignal.timeout(deadlineMs);
  const since = clock.now();
  const answer = await request(client.url, { method: "POST", headers, body: form.toString(), signal, dispatcher })
    .then(async ({ statusCode, body }) => ({ status: statusCode, text: await body.text() }))
    .catch((error: unknown) => {
      throw notReached(client.peer, error);
    });
  if (answer.status !== 200) throw refusal(client.peer, answer);
  return grantOf(client.peer, { text: answer.text, since });
}

/** Both are encoded before they are joined (RFC 6749, section 2.3.1). */
function loginOf({ clientId, secret }: ClientCredentials): string {
  const login = [clientId, secret()].map((part) => encodeURIComponent(part).replaceAll("%20", "+")).join(":");
  return `Basic ${Buffer.from(login).toString("base64")}`;
}

type Peer = ClientCredentials["peer"];

function notReached(peer: Peer, error: unknown): AppError {
  if (error instanceof AppError && error.code.startsWith("SECRET_")) return error;
  const ofTls = tlsFailure(error, peer);
  if (ofTls !== undefined) return ofTls;
  // Of ours: a proxy's failure, whose sentence names no secret.
  const why = error instanceof AppError ? error.message : codeOf(error);
  return failure(peer, "UNAVAILABLE", { why: `is not reached, or does not answer in time (${why})`, cause: error });
}

function refusal(peer: Peer, { status, text }: { readonly status: number; readonly text: string }): AppError {
  if (status >= 500 || status === 429) return failure(peer, "UNAVAILABLE", { why: `answers ${status}` });
  const word = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) }).safeParse(parseJson(text));
  const named = word.success ? ` ${word.data.error}` : "";
  return failure(peer, "REFUSED", { why: `answers ${status}${named}: check ${peer.settings}` });
}

function grantOf(peer: Peer, { text, since }: { readonly text: string; readonly since: Instant }): Grant {
  const read = grantShape.safeParse(parseJson(text));
  if (!read.success) return fail(peer, "UNREADABLE", "answers 200 with something that is no grant of a bearer token");
  const { access_token: token, expires_in: seconds } = read.data;
  const ends = [seconds === undefined ? undefined : since + seconds * 1_000, expiryOf(token)];
  const known = ends.filter((end) => end !== undefined);
  const until = known.length === 0 ? undefined : Math.min(...known);
  if (until !== undefined && until <= since)
    return fail(peer, "EXPIRED", "grants a token that has expired already: compare the clocks of the two machines");
  return { token, since, until };
}

/** When a token ends that is a JWT; what it says is not verified, as that is the other side's business. */
function expiryOf(token: string): Instant | undefined {
  const claims = claimsShape.safeParse(parseJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
  return claims.success ? claims.data.exp * 1_000 : undefined;
}

function fail(peer: Peer, kind: string, why: string): never {
  throw failure(peer, kind, { why });
}

function failure(
  { code, name }: Peer,
  kind: string,
  { why, cause }: { readonly why: string; readonly cause?: unknown },
): AppError {
  return new AppError(`${code}_${kind}`, `${sentenceStart(name)} ${why}`, { retryable: true, cause });
}
