import { type KeyObject, X509Certificate } from "node:crypto";
import type { Dispatcher } from "undici";
import { request } from "undici";
import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

/** The keys that messages are verified with. */
export interface Certificates {
  /**
   * The public key of the certificate at a URL that `isCertificateUrl` accepts, or undefined if no valid certificate is
   * there now. Rejects with the retryable `SNS_UNAVAILABLE` when the server does not answer.
   */
  keyOf(url: string): Promise<KeyObject | undefined>;
}

/** Where certificates come from. */
export interface CertificatesOptions {
  readonly clock: Clock;
  /** Replaces the URL's own origin: the simulator, or a mirror. */
  readonly origin?: string | undefined;
  readonly dispatcher?: Dispatcher;
}

interface CachedKey {
  readonly key: KeyObject | undefined;
  readonly until: Instant;
}

const bytesMax = 16 * 1024;
const timeoutMs = 3_000;
const keptMs = 24 * 3_600_000;
/** A URL without a certificate is not fetched again for this time: invented URLs must not cause fetches. */
const missingMs = 60_000;
const entriesMax = 32;
/** Certificates that are fetched at once: whoever posts an invented URL costs no more than this many connections. */
const fetchesMax = 8;

/** Fetches each certificate once for all the messages that wait for it, and follows no redirect. */
export function createCertificates({ clock, origin, dispatcher }: CertificatesOptions): Certificates {
  const known = createBoundedCache<string, CachedKey>(entriesMax);
  /** Apart from the keys: a stranger who invents URLs must not push them out. */
  const missing = createBoundedCache<string, CachedKey>(entriesMax);
  const fetches = new Map<string, Promise<CachedKey>>();

  async function fetchKey(url: string): Promise<CachedKey> {
    const pem = await fetchPem(origin === undefined ? url : withOrigin(url, origin), dispatcher);
    const found = readKey(pem, clock.now());
    const [here, gone] = found.key ? [known, missing] : [missing, known];
    here.set(url, found);
    gone.delete(url);
    return found;
  }

  return {
    keyOf: async (url) => {
      const kept = known.get(url) ?? missing.get(url);
      if (kept && kept.until > clock.now()) return kept.key;
      if (!fetches.has(url) && fetches.size >= fetchesMax) throw tooMany();
      const fetching = fetches.get(url) ?? fetchKey(url).finally(() => fetches.delete(url));
      fetches.set(url, fetching);
      return (await fetching).key;
    },
  };
}

function tooMany(): AppError {
  return new AppError("SNS_UNAVAILABLE", "Too many signing certificates are being fetched", { retryable: true });
}

/** The path of a URL behind another origin, which may have a path of its own. */
function withOrigin(url: string, origin: string): string {
  return origin.replace(/\/$/, "") + new URL(url).pathname;
}

/** Undefined for an answer that is no certificate. Rejects when the server fails or does not answer. */
async function fetchPem(url: string, dispatcher: Dispatcher | undefined): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { statusCode, body } = await request(url, { signal, ...(dispatcher ? { dispatcher } : {}) });
    const bytes = await readCapped(body);
    if (statusCode >= 500) throw new Error(`status ${statusCode}`);
    return statusCode === 200 ? bytes : undefined;
  } catch (cause) {
    throw new AppError("SNS_UNAVAILABLE", "The signing certificate could not be fetched", { retryable: true, cause });
  }
}

async function readCapped(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("latin1");
}

function readKey(pem: string | undefined, now: Instant): CachedKey {
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
