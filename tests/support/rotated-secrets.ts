import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { binaries } from "#stack/binaries.ts";
import { finish } from "#stack/run-command.ts";
import { ensureAuthority, issueCertificate, type KeyPairFiles } from "#stack/secure/authority.ts";
import { brokerPrincipal, secureFilesOf } from "#stack/secure/secure-files.ts";
import type { SecureStack } from "./secure-stack.ts";

/** Puts another text in a file's place, whole, as docs/secure.md tells an operator to. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The same for a certificate and its key; between the two a client finds that they do not fit, and tries again. */
export async function replacePair(path: KeyPairFiles, by: KeyPairFiles): Promise<void> {
  await replaceFile(path.key, await readFile(by.key, "utf8"));
  await replaceFile(path.certificate, await readFile(by.certificate, "utf8"));
}

/** Gives the stack's user of Redis another password, then ends every connection but the one that asks. */
export async function rotateRedis({ platform, addresses }: SecureStack, password: string): Promise<void> {
  const redis = platform.redis();
  await redis.acl("SETUSER", new URL(addresses.redis.url).username, "resetpass", `>${password}`);
  await replaceFile(addresses.secure.redisPassword, password);
  await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
}

/** The same towards Postgres. `file` is where its clients have the password from; `pool` holds one connection. */
export async function rotatePostgres(pool: Pool, file: string, password: string): Promise<void> {
  await pool.query(`alter role current_user password '${password}'`);
  await replaceFile(file, password);
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'comms' and pid <> pg_backend_pid()",
  );
}

/** Another authority for Kafka, and the broker's side of the way to it. The broker takes each step while it runs. */
export interface NextAuthority {
  /** Its certificate; and after that of the present one. */
  readonly alone: string;
  readonly beside: string;
  issue(name: string): Promise<KeyPairFiles>;
  /** Has the broker trust these authorities, on both listeners. */
  trust(authorities: string): Promise<void>;
  /** Has the broker take a certificate of the new authority; gives it in PEM. */
  renewBroker(): Promise<string>;
}

/** Makes the authority, in a folder below that of the stack's own. */
export async function nextAuthority({ addresses }: SecureStack): Promise<NextAuthority> {
  const { folder, ca, kafkaTls } = addresses.secure;
  const { kafkaStore } = secureFilesOf(folder);
  const own = join(folder, "next");
  const trusted = join(folder, "kafka-trusted.pem");
  const { certificate } = await ensureAuthority(own, "The next authority");
  const [present, alone] = [await readFile(ca, "utf8"), await readFile(certificate, "utf8")];
  const alter = (setting: string, path: string) => alterBroker(kafkaTls, { setting, path, store: kafkaStore, trusted });
  return {
    alone,
    beside: `${present}${alone}`,
    issue: (name) => issueCertificate(own, { name }),
    trust: async (authorities) => {
      await replaceFile(trusted, authorities);
      await alter("ssl.truststore.location", trusted);
    },
    renewBroker: async () => {
      const altNames = ["DNS:localhost", "IP:127.0.0.1"];
      const issued = await issueCertificate(own, { name: brokerPrincipal, altNames });
      const [key, text] = [await readFile(issued.key, "utf8"), await readFile(issued.certificate, "utf8")];
      await replaceFile(kafkaStore, `${key}${text}`);
      await alter("ssl.keystore.location", kafkaStore);
      return text;
    },
  };
}

interface BrokerChange {
  readonly setting: string;
  readonly path: string;
  /** Who alters it comes in with these. */
  readonly store: string;
  readonly trusted: string;
}

/** Sets a path of both listeners by Kafka's own tool: the broker reads the file, also where the path is the one it has. */
async function alterBroker(bootstrap: string, { setting, path, store, trusted }: BrokerChange): Promise<void> {
  const { cache, java = "java" } = readStackConfig();
  const { kafka } = await binaries({ cache, maven: "mvn", say: () => {} });
  const properties = `${store}.properties`;
  const stores = { "keystore.type": "PEM", "keystore.location": store, "truststore.type": "PEM" };
  const ssl = Object.entries({ ...stores, "truststore.location": trusted }).map(
    ([name, value]) => `ssl.${name}=${value}`,
  );
  await replaceFile(properties, ["security.protocol=SSL", ...ssl].join("\n"));
  const change = ["sasl_ssl", "ssl"].map((listener) => `listener.name.${listener}.${setting}=${path}`).join(",");
  const tool = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", join(kafka, "*"), "kafka.admin.ConfigCommand"];
  const broker = ["--entity-type", "brokers", "--entity-name", "1", "--alter", "--add-config", change];
  const login = ["--bootstrap-server", bootstrap, "--command-config", properties];
  const done = await finish({ file: java, args: [...tool, ...login, ...broker] }, { timeoutMs: 60_000 });
  if (done.code !== 0) throw new Error(`Kafka does not take ${change}: ${done.stdout}${done.stderr}`);
}
