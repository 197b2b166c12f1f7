import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { introduce } from "#cli/demo/people.ts";
import { produce } from "#cli/prepare.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { postgresAccess } from "#shared/platform/postgres/postgres-access.ts";
import { issueCertificate, type KeyPairFiles } from "#stack/secure/authority.ts";
import { createEventWriter, type EventWriter } from "#tests/support/event-writer.ts";
import { type KafkaConnections, watchKafkaConnections } from "#tests/support/kafka-connections.ts";
import {
  type NextAuthority,
  nextAuthority,
  replaceFile,
  replacePair,
  rotatePostgres,
  rotateRedis,
} from "#tests/support/rotated-secrets.ts";
import { isPostgresByTls, pingRedis, refusals, scramLogin, tlsOf, topicsAs } from "#tests/support/secure-clients.ts";
import { type Member, type SecureStack, startSecureStack } from "#tests/support/secure-stack.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson, untilKnown } from "#tests/support/world/people.ts";

const people = { buyer: "ines", seller: "studio" };
/** How many events have to come through after each change. */
const eventsAfter = 3;
const patience = { ms: 60_000, pollMs: 100 };

/** Stages whose secrets lie in files of the test's own, and events that are written to them all the while. */
interface Changeable {
  readonly members: readonly Member[];
  readonly connections: KafkaConnections;
  /** The authorities that every client of Kafka trusts. */
  readonly trusted: string;
  /** By this the projector comes in to Kafka, and the others by password. */
  readonly certificate: KeyPairFiles;
  readonly postgresPassword: string;
  readonly pool: Pool;
  readonly writer: EventWriter;
  stop(): Promise<void>;
}

let stack: SecureStack;
let stages: Changeable;

beforeAll(async () => {
  stack = await startSecureStack();
  stages = await startChangeable();
}, 300_000);
afterAll(async () => {
  await stages?.stop();
  await stack?.remove();
});

async function startChangeable(): Promise<Changeable> {
  const { folder, ca, kafkaTls } = stack.addresses.secure;
  const connections = watchKafkaConnections(`${stack.addresses.kafka.bootstrap},${kafkaTls}`);
  const [trusted, postgresPassword] = [join(folder, "trusted.pem"), join(folder, "postgres.password")];
  const certificate = { certificate: join(folder, "projector.pem"), key: join(folder, "projector.key") };
  const url = new URL(stack.config.COMMS_POSTGRES_URL);
  await replaceFile(postgresPassword, url.password);
  await replaceFile(trusted, await readFile(ca, "utf8"));
  await replacePair(certificate, await issueCertificate(folder, { name: "comms-projector" }));
  url.password = "";
  const byFile = { COMMS_POSTGRES_URL: url.href, COMMS_POSTGRES_PASSWORD_FILE: postgresPassword };
  const byCertificate = {
    COMMS_BOOTSTRAP_SERVERS: kafkaTls,
    COMMS_KAFKA_SECURITY_PROTOCOL: "SSL",
    COMMS_KAFKA_USER: "",
    COMMS_KAFKA_PASSWORD_FILE: "",
    COMMS_KAFKA_CERTIFICATE_FILE: certificate.certificate,
    COMMS_KAFKA_KEY_FILE: certificate.key,
  };
  const trust = { COMMS_KAFKA_CA_FILE: trusted };
  const members: Member[] = [];
  for (const name of ["materializer", "intake", "router"]) members.push(await stack.start(name, trust));
  members.push(await stack.start("projector", { ...trust, ...byFile, ...byCertificate }));
  const known = [aPerson(people.buyer, { phone: "+14155550101", push: true, sms: true }), aPerson(people.seller)];
  await produce(stack.platform, introduce(known, Date.now()));
  await untilKnown(stack.platform.views(), known, 60_000);
  const traffic = await startTraffic(trust);
  const pool = createPool(postgresAccess({ ...stack.config, ...byFile }), { max: 1 });
  const stop = async () => {
    await traffic.stop();
    await Promise.all(members.map((member) => member.stop()));
    await pool.end();
    connections.end();
  };
  return { members, connections, trusted, certificate, postgresPassword, pool, writer: traffic.writer, stop };
}

/** Writes five events a second until it is stopped, and what the log does not take once more. */
async function startTraffic(env: Readonly<Record<string, string>>) {
  const platform = stack.client("comms-producer", env);
  await platform.warm();
  const producer = await platform.log().producer();
  const events = createEventFactory("rotation");
  const writer = createEventWriter({ producer, codec: platform.codec(), events, name: "rotated", people });
  let isOver = false;
  const write = async () => {
    await writer.write();
    return isOver;
  };
  const done = eventually(write, "the end of the test", { ms: 600_000, pollMs: 200 });
  const stop = async () => {
    isOver = true;
    await done;
    await producer.close();
  };
  return { writer, stop };
}

/** Waits until some more events are written, and all that were ever written are rows of both people. */
async function goesOn(after: string): Promise<void> {
  const { writer, pool, members } = stages;
  const wanted = writer.written.length + eventsAfter;
  const why = (cause: unknown) => {
    throw new Error(JSON.stringify(members.map(({ service }) => service.state().why ?? "well")), { cause });
  };
  await eventually(() => writer.written.length >= wanted, `events to be written, after ${after}`, patience);
  const causes = writer.written.slice();
  const query = "select count(distinct (cause_ref, user_id))::int as n from comms_message where cause_ref = any($1)";
  const rows = async () => (await pool.query<{ n: number }>(query, [causes])).rows[0]?.n;
  const areThere = async () => (await rows()) === 2 * causes.length;
  await eventually(areThere, `every event to come through, after ${after}`, patience).catch(why);
  const areReady = () => members.every(({ service }) => service.state().ready);
  await eventually(areReady, `every stage to be ready, after ${after}`, patience).catch(why);
  expect(members.map((member) => member.crash())).toEqual(members.map(() => undefined));
}

/** Ends every connection to Kafka, and waits until the stages have others and work on. */
async function reconnects(after: string): Promise<void> {
  const { connections } = stages;
  expect(connections.open().length).toBeGreaterThan(stages.members.length);
  connections.break();
  await goesOn(after);
}

describe("secrets that change while stages run", () => {
  let next: NextAuthority;
  /** Of the old authority, and known to nobody by name. */
  let guest: KeyPairFiles;

  it("passwords of Redis and Postgres: the stages go on and lose nothing, and the old ones open nothing", async () => {
    const { pool, postgresPassword } = stages;
    const { folder, redisPassword } = stack.addresses.secure;
    await goesOn("the start");
    const old = join(folder, "old.password");
    await replaceFile(old, await readFile(redisPassword, "utf8"));
    await rotateRedis(stack, "another-password-of-redis");
    await rotatePostgres(pool, postgresPassword, "another-password-of-postgres");
    await goesOn("other passwords of the stores");
    const oldRedis = pingRedis({ ...stack.config, COMMS_REDIS_PASSWORD_FILE: old });
    expect(await refusals(oldRedis)).toMatchObject({ code: "REDIS_AUTHENTICATION" });
    expect(await refusals(isPostgresByTls(stack.config))).toMatchObject({ code: "POSTGRES_AUTHENTICATION" });
  }, 120_000);

  it("a password of Kafka, and a certificate by another authority: each counts from the next connection on", async () => {
    const { trusted, certificate, connections } = stages;
    const { folder, kafkaTls } = stack.addresses.secure;
    const before = await readFile(stack.passwordFile("comms-intake"), "utf8");
    guest = await issueCertificate(folder, { name: "guest" });
    next = await nextAuthority(stack);
    await next.trust(next.beside);
    await replaceFile(trusted, next.beside);
    const issued = await next.issue("comms-projector");
    const comesIn = async () => (await topicsAs(kafkaTls, { tls: tlsOf(trusted, issued) })) > 0;
    await eventually(comesIn, "the broker to trust both authorities", patience);
    await replacePair(certificate, issued);
    await stack.comms("acl", "rotate", "comms-intake", "--passwords", join(folder, "principals"));
    await reconnects("another password, and another certificate of a client");
    const shown = connections.open().map(({ own }) => own);
    expect(shown).toContain(new X509Certificate(await readFile(issued.certificate)).fingerprint256);
    const login = { tls: tlsOf(trusted), sasl: scramLogin("comms-intake", before.trim()) };
    const refused = await refusals(topicsAs(stack.addresses.kafka.bootstrap, login));
    expect(refused).toMatchObject({ code: "KAFKA_AUTHENTICATION" });
  }, 120_000);

  it("the broker's certificate by another authority, and then the end of the old one", async () => {
    const { trusted, connections } = stages;
    const { ca, kafkaTls } = stack.addresses.secure;
    const asGuest = () => refusals(topicsAs(kafkaTls, { tls: tlsOf(trusted, guest) }));
    const renewed = new X509Certificate(await next.renewBroker()).fingerprint256;
    const oldTrust = () => refusals(topicsAs(kafkaTls, { tls: tlsOf(ca, guest) }));
    const isRenewed = async () => (await oldTrust()).code === "KAFKA_CA_UNKNOWN";
    await eventually(isRenewed, "the broker to take its other certificate", patience);
    await reconnects("another certificate of the broker");
    const theirs = connections.open().map(({ peer }) => peer);
    expect(new Set(theirs)).toEqual(new Set([renewed]));

    const isTaken = async () => (await asGuest()).code === undefined;
    await eventually(isTaken, "the broker to take a certificate of the old authority still", patience);
    await replaceFile(trusted, next.alone);
    await next.trust(next.alone);
    const isRefused = async () => (await asGuest()).code === "KAFKA_CERTIFICATE_REFUSED";
    await eventually(isRefused, "the broker to trust the new authority alone", patience);
    await reconnects("the end of the old authority");
  }, 180_000);
});
