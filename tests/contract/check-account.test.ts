import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { checkLine } from "#cli/check.ts";
import { type CheckOptions, checkAccount } from "#shared/delivery/check-account.ts";
import { providerOf } from "#shared/delivery/providers/registry.ts";
import { proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { createOutbound } from "#shared/platform/http/outbound.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { startConnectProxy } from "#tests/support/connect-proxy.ts";
import { freePort } from "#tests/support/world/free-port.ts";
import { simulated } from "./sender-simulator.ts";

const domains = { COMMS_MAIL_DOMAIN: "notify.example.com", COMMS_MARKETING_DOMAIN: "updates.example.com" };
let world: Awaited<ReturnType<typeof simulated>>;
let secure: typeof world;

beforeAll(async () => {
  world = await simulated();
  secure = await simulated({ smtpTls: true });
});
afterEach(() => world.control.clearFaults());
afterAll(async () => {
  await world.close();
  await secure.close();
});

/** Checks an account as `comms check` does, from settings as an environment has them. */
function checked(name: string, values: Readonly<Record<string, string>>, options: CheckOptions = {}) {
  const provider = providerOf(name);
  const read = provider?.settings.read(values);
  if (!provider || read?.kind !== "config") throw new Error(JSON.stringify(read));
  return checkAccount({ provider, config: read.config }, options);
}

function proxyAt(port: number) {
  const read = proxySettings.read({ HTTPS_PROXY: `127.0.0.1:${port}` });
  if (read.kind === "issues") throw new Error(read.issues.join());
  return read.config;
}

function smtp(place: typeof world, change: Readonly<Record<string, string>> = {}) {
  const { hostname, port } = new URL(place.simulator.smtp);
  const server = { COMMS_SMTP_HOST: hostname, COMMS_SMTP_PORT: port };
  const { user, password } = sandboxAccounts.smtp;
  return { ...domains, ...server, COMMS_SMTP_USER: user, COMMS_SMTP_PASSWORD: password, ...change };
}

function fcm() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return {
    COMMS_FCM_PROJECT: sandboxAccounts.fcm.projectId,
    COMMS_FCM_CLIENT_EMAIL: "sender@carillon-simulator.iam.gserviceaccount.com",
    COMMS_FCM_PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    COMMS_FCM_TOKEN_URL: `${world.simulator.url}/fcm/token`,
  };
}

const plain = { COMMS_SMTP_SECURITY: "none" };

describe("the check of an SMTP account [EML-06]", () => {
  test("goes over STARTTLS and the login, and sends nothing", async () => {
    const { smtpCertificate: ca = "" } = secure.simulator;
    expect(await checked("smtp", smtp(secure, { COMMS_SMTP_CA: ca }))).toEqual({ kind: "ok" });
    expect(await secure.control.ledger({ outcome: "accepted" })).toEqual([]);
  });

  test("to a server of this machine, in plain", async () => {
    expect(await checked("smtp", smtp(world, plain))).toEqual({ kind: "ok" });
  });

  test("a wrong password", async () => {
    const wrong = await checked("smtp", smtp(world, { ...plain, COMMS_SMTP_PASSWORD: "canary" }));
    expect(wrong).toEqual({ kind: "failed", code: "AUTH_REFUSED", advice: "Credentials refused" });
  });

  test("a port that nobody listens on", async () => {
    const result = await checked("smtp", smtp(world, { COMMS_SMTP_PORT: String(await freePort()) }));
    expect(result).toMatchObject({ kind: "failed", code: "ECONNREFUSED", advice: expect.stringContaining("port") });
  });

  test("no STARTTLS: nothing goes over in plain, the login neither", async () => {
    const logins = (await world.control.ledger({ provider: "smtp" })).length;
    expect(await checked("smtp", smtp(world))).toMatchObject({ kind: "failed", code: "TLS_NOT_OFFERED" });
    expect(await world.control.ledger({ provider: "smtp" })).toHaveLength(logins);
  });

  test("an untrusted certificate", async () => {
    expect(await checked("smtp", smtp(secure))).toMatchObject({ kind: "failed", code: "TLS_UNTRUSTED" });
  });

  test("a server that says nothing is given up at the deadline", async () => {
    const silent = await silentServer();
    const result = await checked("smtp", smtp(world, { COMMS_SMTP_PORT: silent.port, ...plain }), { deadlineMs: 300 });
    expect(result).toMatchObject({ kind: "failed", code: "DEADLINE" });
    silent.server.close();
  });
});

describe("the check of another provider's account", () => {
  const ses = () => ({ ...domains, COMMS_SES_ENDPOINT: `${world.simulator.url}/ses` });
  const keys = { COMMS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE", COMMS_SES_SECRET_ACCESS_KEY: "x" };
  test("SES is asked for the account", async () => {
    expect(await checked("ses", { ...ses(), ...keys })).toEqual({ kind: "ok" });
    const fault = { provider: "ses", kind: "status", status: 403, code: "AccessDeniedException" } as const;
    await world.control.fault({ ...fault, count: 1 });
    expect(await checked("ses", { ...ses(), ...keys })).toMatchObject({ kind: "failed", code: "AccessDenied" });
    expect(await world.control.ledger({ provider: "ses", operation: "SendEmail" })).toEqual([]);
  });

  test("FCM is asked for an access token", async () => {
    expect(await checked("fcm", fcm())).toEqual({ kind: "ok" });
    await world.control.fault({ provider: "fcm", kind: "status", status: 403, match: { operation: "token" } });
    expect(await checked("fcm", fcm())).toMatchObject({ kind: "failed", code: "TOKEN_REFUSED" });
  });

  test("a proxy that is away is told from a provider that is", async () => {
    const account = { ...fcm(), COMMS_FCM_TOKEN_URL: "https://oauth2.provider.test/token" };
    const outbound = createOutbound(proxyAt(await freePort()));
    const advice = expect.stringContaining("No connection through the proxy");
    const result = await checked("fcm", account, { outbound });
    expect(result).toEqual({ kind: "failed", code: "PROXY_UNREACHABLE", advice });
  });

  test("a provider without a check gives unknown", async () => {
    expect(await checked("inapp", {})).toEqual({ kind: "unknown" });
  });
});

describe("comms check [EML-06]", () => {
  const smtpAccount = { id: "acme-mail", provider: providerOf("smtp") as NonNullable<ReturnType<typeof providerOf>> };

  test("has a line an account: id, provider, and what to do", () => {
    expect(checkLine(smtpAccount, { kind: "ok" })).toBe("acme-mail\tsmtp\tok");
    expect(checkLine(smtpAccount, { kind: "failed", code: "AUTH_REFUSED", advice: "Credentials refused" })).toBe(
      "acme-mail\tsmtp\tAUTH_REFUSED: Credentials refused; shared/delivery/providers/smtp/README.md has the codes",
    );
    expect(checkLine(smtpAccount, { kind: "unknown" })).toContain("not asked");
  });

  test("ends with 0 where every account is fine, and with 1 where one is not", async () => {
    const good = { ...smtp(world, plain), COMMS_EMAIL_PROVIDER: "smtp" };
    expect(await checkCommand(["email"], good)).toEqual({ code: 0, lines: ["smtp:default\tsmtp\tok"] });
    const refused = await checkCommand(["email"], { ...good, COMMS_ACCOUNTS: accountOfAcme("canary-password") });
    expect(refused).toEqual({
      code: 1,
      lines: ["smtp:default\tsmtp\tok", expect.stringMatching(/^acme-mail\tsmtp\tAUTH_REFUSED: Credentials refused; /)],
    });
    expect(refused.lines.join()).not.toContain("canary");
  });

  test("goes through the proxy that is set; what it refuses is said, and its password is not", async () => {
    const proxy = await startConnectProxy({ login: "comms:right" });
    const account = { ...fcm(), COMMS_FCM_TOKEN_URL: "https://oauth2.provider.test/token" };
    const HTTPS_PROXY = `http://comms:canary-password@127.0.0.1:${proxy.port}`;
    const { code, lines } = await checkCommand(["push"], { ...account, HTTPS_PROXY });
    expect([code, lines]).toEqual([
      1,
      [expect.stringContaining("PROXY_AUTHENTICATION: The proxy wants a user and a password, or others")],
    ]);
    expect(lines.join()).not.toContain("canary");
    expect(proxy.connects).toEqual(["oauth2.provider.test:443"]);
    await proxy.close();
  });

  test("an account whose provider has nothing to ask is no failure", async () => {
    const { code, lines } = await checkCommand(["inapp"], {});
    expect([code, lines]).toEqual([0, [expect.stringContaining("not asked")]]);
  });

  test("knows its channels", async () => {
    expect(await checkCommand(["fax"], {})).toEqual({ code: 2, lines: [] });
  });
});

function accountOfAcme(password: string): string {
  const settings = { ...smtp(world, plain), COMMS_SMTP_PASSWORD: password };
  return JSON.stringify([{ id: "acme-mail", tenant: "acme", provider: "smtp", settings }]);
}

/** Runs the command with these settings, in a process of its own; the simulator stays in this one. */
async function checkCommand(channels: readonly string[], env: Readonly<Record<string, string>>) {
  const main = new URL("../../cli/main.ts", import.meta.url).pathname;
  const root = mkdtempSync(join(tmpdir(), "check-"));
  const options = { env: { COMMS_STACK_ROOT: root, ...env } };
  const { promise, resolve } = Promise.withResolvers<{ readonly code: unknown; readonly lines: readonly string[] }>();
  execFile(process.execPath, [main, "check", ...channels], options, (error, stdout) =>
    resolve({ code: error?.code ?? 0, lines: stdout.split("\n").filter((line) => line !== "") }),
  );
  const result = await promise;
  rmSync(root, { recursive: true });
  return result;
}

async function silentServer(): Promise<{ readonly server: Server; readonly port: string }> {
  const server = createServer((socket) => socket.on("error", () => {}).unref()).unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: String(typeof address === "object" && address ? address.port : 0) };
}
