import { createSign } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { request } from "node:https";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Child, startStages } from "#cli/demo/children.ts";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { introduce } from "#cli/demo/people.ts";
import { produce } from "#cli/prepare.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { createConfluentRegistry } from "#shared/platform/avro/confluent-registry.ts";
import { createRegistryHttp } from "#shared/platform/avro/registry-http.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { KafkaSecurity } from "#shared/platform/kafka/security-source.ts";
import { accessPlan } from "#shared/platform/provisioning/access-plan.ts";
import { compareAccess } from "#shared/platform/provisioning/apply-access.ts";
import type { TlsSource } from "#shared/platform/tls/tls-source.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { createSimulatorControl } from "#simulator/control-client.ts";
import { ensureAuthority, issueCertificate } from "#stack/secure/authority.ts";
import { plainPrincipal, tokenAudience } from "#stack/secure/secure-files.ts";
import { createEventWriter } from "#tests/support/event-writer.ts";
import { findForeignClient } from "#tests/support/foreign-client.ts";
import { createSampleShell, findJars, findKcatFolder, shellBlock } from "#tests/support/sample-tools.ts";
import { isPostgresByTls, pingRedis, refusals, scramLogin, tlsOf, topicsAs } from "#tests/support/secure-clients.ts";
import { type Member, type SecureStack, startSecureStack } from "#tests/support/secure-stack.ts";
import { says, startTokenEndpoint, type TokenEndpoint } from "#tests/support/token-endpoint.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson, untilKnown } from "#tests/support/world/people.ts";
import { everything } from "#tests/support/world.ts";

const page = "docs/producing.md";
const [python, jars, kcatFolder] = [findForeignClient(), findJars(), findKcatFolder()];
let stack: SecureStack;
const events = createEventFactory("secure");

beforeAll(async () => {
  stack = await startSecureStack();
}, 300_000);
afterAll(() => stack?.remove());

/** An event as a team writes it, on `comms.events` unless said otherwise. */
async function send(as: string, cause: string, topic: TopicName = "comms.events"): Promise<void> {
  const event = { ...events.booking({ buyer: "ines", seller: "studio" }, Date.now()), cause_ref: cause };
  const platform = await clientOf(as);
  const producer = await platform.log().producer();
  try {
    const value = platform.codec().encode("comms.events", event);
    await producer.send([{ topic, key: `default/${cause}`, value }]);
  } finally {
    await producer.close();
  }
}

const clients = new Map<string, Promise<ProcessContext>>();

/** The clients of a principal, opened once; they end with the stack. */
function clientOf(principal: string): Promise<ProcessContext> {
  const open = async () => {
    const platform = stack.client(principal);
    await platform.warm();
    return platform;
  };
  const client = clients.get(principal) ?? open();
  clients.set(principal, client);
  return client;
}

/** How many records of a topic hold a text. */
async function holding(topic: TopicName, text: string): Promise<number> {
  let found = 0;
  for await (const records of stack.platform.log().readToEnd([topic])) {
    found += records.filter(({ value }) => value?.includes(text)).length;
  }
  return found;
}

/** Each sample comes in by name; kcat by certificate, since librdkafka before 2.6.1 knows no SCRAM that Kafka 4 takes. */
function describeSamples(): void {
  const samples = [
    ["comms-producer", "produce.py event"],
    ["comms-producer", "produce.ts event"],
    ["comms-producer", "Produce.java event"],
    ["", "kcat.sh -P"],
    ["comms-producer", "key create --name me"],
  ] as const;
  const lacksTool = python === undefined || jars === undefined || kcatFolder === undefined;

  it.skipIf(lacksTool)(
    "lets each sample of docs/producing.md in by name",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "carillon-samples-"));
      const shell = createSampleShell({ folder, env: stack.env, python, jars, kcatFolder });
      const as = async (principal: string, script: string) => {
        const name = principal === "" ? [] : ["--as", principal];
        return shell.run(`${await stack.comms("env", ...name)}${script}`);
      };
      await as("comms-operator", shellBlock(page, "user=ada-1 cause=ch-1\n.cache"));
      for (const [at, [principal, sample]] of samples.entries()) {
        const event = shellBlock(page, "cat > event.json");
        await shell.run(event, { "user=ada-1 cause=ch-1": `user=ada-1 cause=by-name-${at}` });
        const lines = shellBlock(page, sample).split("\n");
        await as(principal, lines.filter((line) => !/^mvn|^bin\/comms|messages\?/.test(line)).join("\n"));
      }
      const { ledger } = createSimulatorControl(stack.addresses.simulator.url);
      const mails = async () => await ledger({ recipient: "ada-1@example.com", outcome: "accepted" });
      await eventually(async () => (await mails()).length === samples.length, "a mail for each event", 60_000);
      const read = () => as("comms-data", shellBlock("docs/consuming.md", "read_messages.py"));
      const isThere = async () => (await read()).split(" charge_receipt DELIVERED - ").length > samples.length;
      await eventually(isThere, "the reader to see them delivered", { ms: 60_000, pollMs: 500 });
      await rm(folder, { recursive: true });
    },
    300_000,
  );
}

describe("a stack on which everybody has a name", () => {
  let crew: readonly Member[] = [];
  afterAll(async () => void (await Promise.all(crew.map((member) => member.stop()))));

  it("lets an event walk to its provider, each stage with its own principal and exactly its rights", async () => {
    for (const name of everything) crew = [...crew, await stack.start(name)];
    const people = [aPerson("ines", { phone: "+14155550101", push: true, sms: true }), aPerson("studio")];
    await produce(stack.platform, introduce(people, Date.now()));
    await untilKnown(stack.platform.views(), people, 60_000);
    await send("comms-producer", "walk-1");
    const { ledger } = createSimulatorControl(stack.addresses.simulator.url);
    await eventually(async () => (await ledger()).length === 5, "a token for push, a push, two mails, a text", 120_000);
    const unready = () => crew.map(({ service }) => service.state()).filter(({ ready }) => !ready);
    expect(await eventually(() => unready().length === 0, "all to be ready", 60_000).catch(unready)).toBe(true);
    expect(crew.map((member) => member.crash())).toEqual(crew.map(() => undefined));
    const log = await readFile(join(stack.addresses.secure.folder, "..", "logs", "kafka.log"), "utf8");
    expect(log.match(/is Denied operation.*/g) ?? []).toEqual([]);
  }, 300_000);

  describeSamples();

  it("grants what the plan says, and nothing else", async () => {
    const plan = accessPlan({ prefix: "" });
    expect(plan.flatMap(({ acls }) => acls).length).toBeGreaterThan(150);
    expect(await compareAccess(stack.access, plan)).toEqual({ missing: [], surplus: [] });
    expect(await stack.comms("acl", "apply", "--dry-run")).toBe("");
  });

  it("takes what somebody granted beside the plan for surplus, and withdraws it when asked", async () => {
    const extra = {
      principal: "User:comms-producer",
      resource: "topic",
      pattern: "literal",
      name: "comms.profiles",
      operation: "Write",
    } as const;
    await stack.access.grant([extra]);
    expect(await stack.comms("acl", "apply")).toContain(
      "?\tUser:comms-producer\tWrite\ttopic\tliteral\tcomms.profiles",
    );
    await stack.comms("acl", "apply", "--prune");
    expect(await compareAccess(stack.access, accessPlan({ prefix: "" }))).toEqual({ missing: [], surplus: [] });
  });

  it("keeps a producer to comms.events, and a data team to reading in its own groups", async () => {
    for (const topic of ["comms.profiles", "comms.accepted"] as const) {
      expect(await refusals(send("comms-producer", "elsewhere", topic))).toMatchObject({ code: "KAFKA_REFUSED" });
    }
    expect(await refusals(readAs("comms-producer", "comms.events"))).toMatchObject({ code: "KAFKA_REFUSED" });
    expect(await readAs("comms-data", "comms.decisions")).toBeGreaterThan(0);
    expect(await refusals(readAs("comms-data", "comms.events"))).toMatchObject({ code: "KAFKA_REFUSED" });
    expect(await refusals(send("comms-data", "no", "comms.decisions"))).toMatchObject({ code: "KAFKA_REFUSED" });
    expect(await joins("comms-data", "data.warehouse")).toBe("assigned");
    expect(await joins("comms-data", "comms.projector")).toBe("KAFKA_REFUSED");
  }, 240_000);

  it("loses nothing while a right is missing: the stage waits, says which, and goes on where it is granted", async () => {
    const intake = crew[everything.indexOf("intake")] as Member;
    const right = {
      principal: "User:comms-intake",
      resource: "topic",
      pattern: "literal",
      name: "comms.accepted",
      operation: "Write",
    } as const;
    await stack.access.withdraw([right]);
    await send("comms-producer", "refused-1");
    const why = await eventually(() => intake.service.state().why, "intake to say what it lacks", 60_000);
    expect(why).toMatch(/KAFKA_REFUSED: .*comms\.accepted.*'comms acl print'/);
    expect(await holding("comms.accepted", "refused-1")).toBe(0);
    await stack.access.grant([right]);
    await eventually(async () => (await holding("comms.accepted", "refused-1")) === 2, "both records", 60_000);
    await eventually(() => intake.service.state().ready, "intake to be ready", 30_000);
    expect(intake.crash()).toBeUndefined();
  }, 180_000);
});

async function readAs(principal: string, topic: TopicName): Promise<number> {
  const platform = await clientOf(principal);
  let found = 0;
  for await (const records of platform.log().readToEnd([topic])) found += records.length;
  return found;
}

/** What a member of a group hears first. */
async function joins(principal: string, groupId: string): Promise<string> {
  const platform = await clientOf(principal);
  const heard = Promise.withResolvers<string>();
  const consumer = await platform.log().consumer({ groupId, topics: ["comms.decisions"] });
  await consumer.start({
    assigned: () => heard.resolve("assigned"),
    revoking: () => {},
    records: () => {},
    refused: (error) => heard.resolve(error.code),
    crashed: (error) => heard.reject(error),
  });
  try {
    return await heard.promise;
  } finally {
    await consumer.close(1_000);
  }
}

describe("a process that the brokers do not take in", () => {
  let child: Child | undefined;
  afterEach(() => child?.kill());

  it("waits with a wrong password and says so, and begins when the file has the right one, without a restart", async () => {
    const [right, file] = [stack.passwordFile("comms-digest"), join(stack.addresses.secure.folder, "wrong")];
    await writeFile(file, "not the password");
    const env = { ...stack.as("comms-digest"), COMMS_KAFKA_PASSWORD_FILE: file };
    const started = await startStages(["digest"], { env, untilReady: false });
    child = started;
    const { healthUrl } = started;
    const why = await eventually(() => unready(healthUrl, "KAFKA_AUTHENTICATION"), "the reason on /readyz", 60_000);
    expect(why).toContain("does not accept this client's user and password");
    expect((await fetch(`${healthUrl}/livez`)).status).toBe(200);
    await rename(right, `${right}.kept`);
    await writeFile(file, await readFile(`${right}.kept`));
    await rename(`${right}.kept`, right);
    await eventually(async () => (await fetch(`${healthUrl}/readyz`)).ok, "the stage to be ready", 60_000);
    expect(() => process.kill(started.pid, 0)).not.toThrow();
  }, 180_000);
});

async function unready(healthUrl: string, code: string): Promise<string | undefined> {
  const text = await (await fetch(`${healthUrl}/readyz`)).text();
  return text.includes(code) ? text : undefined;
}

/** How many topics a client sees that comes in by this listener, or at this address. */
function topicsAt(at: string, security: KafkaSecurity): Promise<number> {
  const { kafka, secure } = stack.addresses;
  return topicsAs(at === "password" ? kafka.bootstrap : at === "certificate" ? secure.kafkaTls : at, security);
}

describe("towards Kafka", () => {
  it("each mechanism comes in: SCRAM, PLAIN, a token, a certificate", async () => {
    const { ca, folder, adminCertificate, adminKey } = stack.addresses.secure;
    const tls = tlsOf(ca);
    const operator = (await readFile(stack.passwordFile("comms-operator"), "utf8")).trim();
    expect(await topicsAt("password", { tls, sasl: scramLogin("comms-operator", operator) })).toBeGreaterThan(40);
    const plain = await readFile(join(folder, "kafka-plain.password"), "utf8");
    expect(
      await topicsAt("password", { tls, sasl: { mechanism: "PLAIN", user: plainPrincipal, password: () => plain } }),
    ).toBe(0);
    const token = await tokenOf("comms-operator");
    expect(await topicsAt("password", { tls, sasl: { mechanism: "OAUTHBEARER", token: () => token } })).toBeGreaterThan(
      40,
    );
    const mutual = tlsOf(ca, { certificate: adminCertificate, key: adminKey });
    expect(await topicsAt("certificate", { tls: mutual })).toBeGreaterThan(40);
  }, 120_000);

  it("what is wrong has a code and a sentence, soon, and may be put right meanwhile", async () => {
    const { ca, folder, kafkaTls } = stack.addresses.secure;
    const stranger = await ensureAuthority(join(folder, "stranger"));
    const late = await issueCertificate(folder, { name: "late", days: 0 });
    const expired = tlsOf(ca, late);
    const tls = tlsOf(ca);
    const cases = [
      ["wrong password", { tls, sasl: scramLogin("comms-operator", "no") }, "password", "KAFKA_AUTHENTICATION"],
      ["unknown user", { tls, sasl: scramLogin("nobody", "no") }, "password", "KAFKA_AUTHENTICATION"],
      ["unknown authority", { tls: tlsOf(stranger.certificate) }, "password", "KAFKA_CA_UNKNOWN"],
      ["plain client on a port for TLS", {}, "password", "KAFKA_TLS_EXPECTED"],
      ["TLS on a port for plain text", { tls }, await deafPort(), "KAFKA_TLS_MISMATCH"],
      ["no certificate where one is asked for", { tls }, kafkaTls, "KAFKA_CERTIFICATE_REFUSED"],
      ["an expired certificate of ours", { tls: expired }, kafkaTls, "KAFKA_CERTIFICATE_REFUSED"],
      ["an expired certificate of theirs", { tls }, await expiredPort(), "KAFKA_CERTIFICATE_EXPIRED"],
      ["a file that is gone", { tls: tlsOf(join(folder, "gone.pem")) }, "password", "SECRET_UNREADABLE"],
      ["a file with something else", { tls: tlsOf(join(folder, "jwks.json")) }, "password", "SECRET_NOT_PEM"],
    ] as const;
    const found = await Promise.all(
      cases.map(async ([what, security, at]) => [what, (await refusals(topicsAt(at, security))).code]),
    );
    expect(found).toEqual(cases.map(([what, , , code]) => [what, code]));
  }, 120_000);

  it("a password that is rotated is taken at the next connection, by a log that stays open", async () => {
    const platform = await clientOf("comms-producer");
    const write = async () => {
      const producer = await platform.log().producer();
      const value = platform.codec().encode("comms.events", events.booking({ buyer: "a", seller: "b" }, Date.now()));
      await producer.send([{ topic: "comms.events", key: "default/x", value }]);
      await producer.close();
    };
    await write();
    const before = await readFile(stack.passwordFile("comms-producer"), "utf8");
    await stack.comms(
      "acl",
      "rotate",
      "comms-producer",
      "--passwords",
      join(stack.addresses.secure.folder, "principals"),
    );
    expect(await readFile(stack.passwordFile("comms-producer"), "utf8")).not.toBe(before);
    await write();
  }, 120_000);
});

/** A token that the stack's broker takes, for half an hour or so many seconds. */
async function tokenOf(subject: string, life = 1_800): Promise<string> {
  const key = await readFile(join(stack.addresses.secure.folder, "token.key"), "utf8");
  const seconds = Math.floor(Date.now() / 1_000);
  const claims = { sub: subject, aud: tokenAudience, iat: seconds, exp: seconds + life, scope: "kafka" };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ alg: "RS256", kid: "local", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

describe("a token endpoint", () => {
  let endpoint: TokenEndpoint;
  beforeAll(async () => {
    const { folder } = stack.addresses.secure;
    const pair = await issueCertificate(folder, { name: "tokens", altNames: ["IP:127.0.0.1"] });
    const [cert, key] = await Promise.all([readFile(pair.certificate), readFile(pair.key)]);
    endpoint = await startTokenEndpoint({ cert, key }, says(503, ""));
  });
  afterAll(() => endpoint?.close());

  const grant = (seconds: number) => async (response: ServerResponse) =>
    says(200, { access_token: await tokenOf("comms-producer", seconds), expires_in: seconds })(response);

  it("says why it lets nobody in, soon, and a client comes in once it grants", async () => {
    const log = createKafkajsLog(await connectionBy(endpoint));
    expect(await refusals(log.topics())).toMatchObject({ code: "KAFKA_TOKEN_UNAVAILABLE", retryable: true });
    endpoint.answer = says(401, { error: "invalid_client" });
    const refused = async () => (await refusals(log.topics())).code === "KAFKA_TOKEN_REFUSED";
    await eventually(refused, "the client to be told that it is refused", 20_000);
    endpoint.answer = says(200, { access_token: "no.token.of-ours", expires_in: 600 });
    const unknown = async () => (await refusals(log.topics())).code === "KAFKA_AUTHENTICATION";
    await eventually(unknown, "the brokers to refuse a token", 20_000);
    endpoint.answer = grant(600);
    const isIn = async () => (await log.topics()).includes("comms.events");
    expect(await eventually(isIn, "the client to be let in", 30_000)).toBe(true);
    await log.close(100);
  }, 120_000);

  it("renews tokens in mid-life, also after it was away for longer than one lasts: nothing is lost", async () => {
    endpoint.answer = grant(12);
    const log = createKafkajsLog(await connectionBy(endpoint));
    const producer = await log.producer();
    const codec = (await clientOf("comms-producer")).codec();
    const { written, write } = createEventWriter({ producer, codec, events, name: "token" });
    const writeUntil = (isOver: () => boolean, what: string, ms = 60_000) =>
      eventually(async () => (await write()) && isOver(), what, { ms, pollMs: 200 });
    const asked = endpoint.requests.length;
    await writeUntil(() => endpoint.requests.length > asked + 1, "a token to be renewed");
    // The last token was granted before this, and has ended by then.
    const ends = Date.now() + 12_000;
    let inVain = 0;
    endpoint.answer = (response) => {
      if (inVain > 0) return grant(600)(response);
      inVain += Number(Date.now() > ends);
      return says(503, "")(response);
    };
    await writeUntil(() => inVain > 0, "the endpoint to be away for longer than a token lasts");
    await writeUntil(() => true, "the producer to go on");
    await producer.close();
    await log.close(1_000);
    for (const cause of [written[0], written.at(-1)]) expect(await holding("comms.events", cause ?? "")).toBe(1);
    expect(await holding("comms.events", "token-")).toBe(written.length);
  }, 180_000);
});

/** The connection of a producer whose settings name the endpoint. */
async function connectionBy({ url }: TokenEndpoint) {
  const { secure, kafka } = stack.addresses;
  const secret = join(secure.folder, "client-secret");
  await writeFile(secret, "a client's secret\n");
  const env = {
    ...stack.env,
    COMMS_BOOTSTRAP_SERVERS: kafka.bootstrap,
    COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
    COMMS_KAFKA_SASL_MECHANISM: "OAUTHBEARER",
    COMMS_KAFKA_TOKEN_URL: url,
    COMMS_KAFKA_TOKEN_CLIENT_ID: "comms",
    COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE: secret,
    COMMS_KAFKA_TOKEN_CA_FILE: secure.ca,
  };
  return kafkaConnection(readConfig(kafkaSettings, environmentWith(env)), "token-endpoint-test");
}

const servers: { close(): unknown }[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** A port that answers in plain text, whatever comes. */
async function deafPort(): Promise<string> {
  const server = createServer((socket) =>
    socket.on("error", () => {}).once("data", () => socket.end("no TLS here\r\n")),
  );
  return portOf(server);
}

/** A port whose certificate is of the stack's authority, and out of its time. */
async function expiredPort(): Promise<string> {
  const altNames = ["IP:127.0.0.1"];
  const pair = await issueCertificate(stack.addresses.secure.folder, { name: "old-server", altNames, days: 0 });
  const [cert, key] = await Promise.all([readFile(pair.certificate), readFile(pair.key)]);
  return portOf(createTlsServer({ cert, key }, (socket) => socket.on("error", () => {})));
}

async function portOf(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** The registry behind a door that asks for basic authentication, as a managed one does; ours knows none natively. */
async function doorBefore(url: string, tls: TlsSource, authorization: string): Promise<string> {
  const { ca = "" } = tls.material();
  const server = createHttpServer((incoming, response) => {
    if (incoming.headers.authorization !== authorization) return void response.writeHead(401).end("{}");
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "GET", headers } = incoming;
      const type = { "content-type": headers["content-type"] ?? "application/json" };
      const onward = request(`${url}${incoming.url}`, { method, ca, headers: type }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.end(Buffer.concat(chunks));
    });
  });
  return `http://${await portOf(server)}`;
}

describe("towards the stores and the registry", () => {
  const ask = (change: Partial<SecureStack["config"]>) => pingRedis({ ...stack.config, ...change });
  const query = (change: Partial<SecureStack["config"]>) => isPostgresByTls({ ...stack.config, ...change });

  it("Redis takes the user by TLS, and says why where it does not", async () => {
    const { secure } = stack.addresses;
    const { certificate: stranger } = await ensureAuthority(join(secure.folder, "stranger"));
    const wrong = join(secure.folder, "wrong-redis");
    await writeFile(wrong, "no");
    expect(await ask({})).toBe("PONG");
    const cases = [
      [{ COMMS_REDIS_PASSWORD_FILE: wrong }, "REDIS_AUTHENTICATION"],
      [{ COMMS_REDIS_CA_FILE: stranger }, "REDIS_CA_UNKNOWN"],
    ] as const;
    for (const [change, code] of cases) expect(await refusals(ask(change))).toMatchObject({ code, retryable: true });
  }, 60_000);

  it("Postgres is checked by name and authority, and says why it lets nobody in", async () => {
    const { secure } = stack.addresses;
    const { certificate: stranger } = await ensureAuthority(join(secure.folder, "stranger"));
    const url = stack.config.COMMS_POSTGRES_URL;
    expect(await query({})).toBe(true);
    const cases = [
      [{ COMMS_POSTGRES_CA_FILE: stranger }, "POSTGRES_CA_UNKNOWN"],
      [{ COMMS_POSTGRES_URL: url.replace("carillon:carillon", "carillon:no") }, "POSTGRES_AUTHENTICATION"],
      [{ COMMS_POSTGRES_URL: url.replace("?sslmode=verify-full", "") }, "POSTGRES_REFUSED"],
    ] as const;
    for (const [change, code] of cases) expect(await refusals(query(change))).toMatchObject({ code, retryable: true });
  }, 60_000);

  it("the registry is asked by https, by the library's calls and by our own, and with a login where it asks for one", async () => {
    const { url } = stack.addresses.registry;
    const { certificate: stranger } = await ensureAuthority(join(stack.addresses.secure.folder, "stranger"));
    const tls = tlsOf(stack.addresses.secure.ca);
    const schema = JSON.stringify({ type: "record", name: "Nothing", fields: [] });
    const both = async (access: Parameters<typeof createConfluentRegistry>[0]) => [
      (await refusals(createConfluentRegistry(access).lookup("nothing", schema))).code,
      (await refusals(createRegistryHttp(access, 5_000).level("nothing"))).code,
    ];
    expect(await both({ url, tls })).toEqual([undefined, undefined]);
    expect(await both({ url, tls: tlsOf(stranger) })).toEqual(["REGISTRY_CA_UNKNOWN", "REGISTRY_CA_UNKNOWN"]);
    const door = await doorBefore(url, tls, "Basic Y29tbXM6c2VjcmV0");
    const login = (password: string) => () => ({ user: "comms", password });
    expect(await both({ url: door, login: login("secret") })).toEqual([undefined, undefined]);
    expect(await both({ url: door, login: login("no") })).toEqual(["REGISTRY_FORBIDDEN", "REGISTRY_FORBIDDEN"]);
  }, 60_000);
});
