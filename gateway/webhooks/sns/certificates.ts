import { type KeyObject, X509Certificate } from "node:crypto";
import type { Dispatcher } from "undici";
import { request } from "undici";
import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

export interface Certificates {
  /**
   * The public key of the certificate at a URL that `isCertificateUrl` has let through, or undefined where there is none
   * that holds now. Rejects with the retryable `SNS_UNAVAILABLE` where the server does not answer.
   */
  keyOf(url: string): Promise<KeyObject | undefined>;
}

export interface CertificatesOptions {
  readonly clock: Clock;
  /** Asked in the place of the URL's own origin: the simulator, or a mirror. */
  readonly origin?: string | undefined;
  readonly dispatcher?: Dispatcher;
}

interface Found {
  readonly key: KeyObject | undefined;
  readonly until: Instant;
}

const bytesMax = 16 * 1024;
const timeoutMs = 3_000;
const keptMs = 24 * 3_600_000;
/** A URL that gave nothing is not asked again for so long: whoever makes them up must not make us ask. */
const missingMs = 60_000;
const entriesMax = 32;

/** Fetches each certificate once, however many messages wait for it, and follows no redirect. */
export function createCertificates({ clock, origin, dispatcher }: CertificatesOptions): Certificates {
  const known = createBoundedCache<string, Found>(entriesMax);
  const asking = new Map<string, Promise<Found>>();

  async function ask(url: string): Promise<Found> {
    const pem = await fetchPem(origin === undefined ? url : moved(url, origin), dispatcher);
    const found = judge(pem, clock.now());
    known.set(url, found);
    return found;
  }

  return {
    keyOf: async (url) => {
      const kept = known.get(url);
      if (kept && kept.until > clock.now()) return kept.key;
      const answer = asking.get(url) ?? ask(url).finally(() => asking.delete(url));
      asking.set(url, answer);
      return (await answer).key;
    },
  };
}

/** The same path behind another origin, which may have a path of its own. */
function moved(url: string, origin: string): string {
  return origin.replace(/\/$/, "") + new URL(url).pathname;
}

/** Undefined for an answer that is no certificate; trouble where the server is at fault. */
async function fetchPem(url: string, dispatcher: Dispatcher | undefined): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { statusCode, body } = await request(url, { signal, ...(dispatcher ? { dispatcher } : {}) });
    const bytes = await capped(body);
    if (statusCode >= 500) throw new Error(`status ${statusCode}`);
    return statusCode === 200 ? bytes : undefined;
  } catch (cause) {
    throw new AppError("SNS_UNAVAILABLE", "The signing certificate could not be fetched", { retryable: true, cause });
  }
}

async function capped(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("latin1");
}

function judge(pem: string | undefined, now: Instant): Found {
  const missing = { key: undefined, until: now + missingMs };
  if (pem === undefined) return missing;
  try {
    const certificate = new X509Certificate(pem);
    const end = certificate.validToDate.getTime();
    if (certificate.validFromDate.getTime() > now || end <= now) return missing;
    const key = certificate.publicKey;
    return key.asymmetricKeyType === "rsa" ? { key, until: Math.min(now + keptMs, end) } : missing;
  } catch {
    return missing;
  }
}
