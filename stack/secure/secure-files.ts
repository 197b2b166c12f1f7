import { generateKeyPairSync, randomBytes } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files.ts";
import { ensureAuthority, issueCertificate, type KeyPairFiles } from "./authority.ts";

/** What protects a secure stack. Everything lies in `.carillon/secure`, and opens this stack alone. */
export interface SecureFiles {
  readonly folder: string;
  /** The authority's certificate. */
  readonly ca: string;
  /** Every server's certificate, for `localhost` and 127.0.0.1. */
  readonly server: KeyPairFiles;
  /** Who may do everything in Kafka, by mTLS. */
  readonly admin: KeyPairFiles;
  /** Certificate and key in one file, as Kafka wants them. */
  readonly kafkaStore: string;
  /** The keys by which Kafka checks the tokens of `OAUTHBEARER`, and the one that signs them. */
  readonly jwks: string;
  readonly tokenKey: string;
  /** Passwords, a file each. */
  readonly passwords: Readonly<Record<PasswordName, string>>;
}

const passwordNames = ["redis", "kafka-plain"] as const;
type PasswordName = (typeof passwordNames)[number];

/** Principals that may do everything: who makes users and rights, and the broker to itself. */
export const adminPrincipal = "carillon-admin";
export const brokerPrincipal = "carillon-kafka";
/** The one user that Kafka knows by `PLAIN`. */
export const plainPrincipal = "carillon-plain";
/** What a token must be for. */
export const tokenAudience = "carillon-kafka";

/** Where the files of a secure stack lie. */
export function secureFilesOf(folder: string): SecureFiles {
  const pair = (name: string) => ({ certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) });
  return {
    folder,
    ca: join(folder, "ca.pem"),
    server: pair(brokerPrincipal),
    admin: pair(adminPrincipal),
    kafkaStore: join(folder, "kafka-store.pem"),
    jwks: join(folder, "jwks.json"),
    tokenKey: join(folder, "token.key"),
    passwords: { redis: join(folder, "redis.password"), "kafka-plain": join(folder, "kafka-plain.password") },
  };
}

/** Makes what is missing of them. */
export async function ensureSecureFiles(folder: string): Promise<SecureFiles> {
  const files = secureFilesOf(folder);
  await ensureAuthority(folder);
  if (!(await exists(files.server.certificate))) {
    await issueCertificate(folder, { name: brokerPrincipal, altNames: ["DNS:localhost", "IP:127.0.0.1"] });
  }
  if (!(await exists(files.admin.certificate))) await issueCertificate(folder, { name: adminPrincipal });
  await writeKafkaStore(files);
  if (!(await exists(files.jwks))) await makeTokenKey(files);
  for (const name of passwordNames) {
    const file = files.passwords[name];
    if (!(await exists(file))) await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return files;
}

/** Kafka reads key and certificate from one file. */
async function writeKafkaStore({ server, kafkaStore }: SecureFiles): Promise<void> {
  const parts = await Promise.all([server.key, server.certificate].map((file) => readFile(file, "utf8")));
  await writeFile(kafkaStore, parts.join(""), { mode: 0o600 });
}

async function makeTokenKey({ jwks, tokenKey }: SecureFiles): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "local", alg: "RS256", use: "sig" };
  await writeFile(tokenKey, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  await writeFile(jwks, JSON.stringify({ keys: [key] }));
}

/** A server that runs as another user, and insists on owning its key, has a copy of its own. */
export async function copyServerFiles({ server }: SecureFiles, into: string): Promise<KeyPairFiles> {
  const own = { certificate: join(into, "server.pem"), key: join(into, "server.key") };
  await copyFile(server.certificate, own.certificate);
  await writeFile(own.key, await readFile(server.key), { mode: 0o600 });
  return own;
}
