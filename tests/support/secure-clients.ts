import type { AppError } from "#shared/platform/errors/app-error.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { KafkaSecurity } from "#shared/platform/kafka/security-source.ts";
import { createPool, postgres } from "#shared/platform/postgres/pool.ts";
import { postgresAccess } from "#shared/platform/postgres/postgres-access.ts";
import { createRedis, redisCall } from "#shared/platform/redis/redis.ts";
import { redisAccess } from "#shared/platform/redis/redis-access.ts";
import { createTlsSource, type TlsSource } from "#shared/platform/tls/tls-source.ts";
import type { KeyPairFiles } from "#stack/secure/authority.ts";
import type { AllConfig } from "./all-settings.ts";

/** With what a piece of work was refused; the fields are undefined where it was not. */
export async function refusals(
  work: Promise<unknown>,
): Promise<Partial<Pick<AppError, "code" | "retryable" | "message">>> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { code, retryable, message } = (error ?? {}) as AppError;
  return { code, retryable, message };
}

/** A client's TLS: the authorities that it trusts, and its own certificate. */
export function tlsOf(ca: string, pair?: KeyPairFiles): TlsSource {
  const pem = (path: string) => ({ setting: "TEST_FILE", path });
  return createTlsSource({ ca: pem(ca), ...(pair && { certificate: pem(pair.certificate), key: pem(pair.key) }) });
}

/** A user by its password. */
export function scramLogin(user: string, password: string) {
  return { mechanism: "SCRAM-SHA-512", user, password: () => password } as const;
}

/** How many topics a client sees that comes in this way. Rejects with why it does not come in. */
export async function topicsAs(bootstrap: string, security: KafkaSecurity): Promise<number> {
  const log = createKafkajsLog({ bootstrap, clientId: "secure-test", security });
  try {
    return (await log.topics()).length;
  } finally {
    await log.close(100);
  }
}

/** What Redis says to a client of these settings: PONG. Rejects with why it does not let it in. */
export async function pingRedis(config: AllConfig): Promise<string> {
  const redis = createRedis(redisAccess(config));
  try {
    return await redisCall(() => redis.ping());
  } finally {
    redis.disconnect();
  }
}

/** Whether Postgres talks with a client of these settings by TLS. Rejects with why it does not let it in. */
export async function isPostgresByTls(config: AllConfig): Promise<boolean> {
  const pool = createPool(postgresAccess(config));
  const query = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  try {
    return (await postgres(() => pool.query<{ ssl: boolean }>(query))).rows[0]?.ssl === true;
  } finally {
    await pool.end();
  }
}
