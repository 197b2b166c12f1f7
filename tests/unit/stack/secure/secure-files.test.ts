import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressesOf } from "#stack/addresses.ts";
import { chooseSecurity } from "#stack/choose.ts";
import { writeJson } from "#stack/json-file.ts";
import { type Layout, layoutOf } from "#stack/layout.ts";
import { kafkaProperties } from "#stack/parts/kafka-properties.ts";
import { portsFrom } from "#stack/ports.ts";
import { issueCertificate } from "#stack/secure/authority.ts";
import { ensureSecureFiles, type SecureFiles } from "#stack/secure/secure-files.ts";
import { stackFileOf } from "#stack/settings.ts";
import { allSettings } from "#tests/support/all-settings.ts";

let root: string;
let layout: Layout;
let files: SecureFiles;
const ports = portsFrom(20_000);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "carillon-secure-"));
  layout = layoutOf(root, "/cache");
  files = await ensureSecureFiles(layout.secure);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

const certificate = async (path: string) => new X509Certificate(await readFile(path));

describe("what protects a secure stack", () => {
  it("is an authority, and certificates that it signed, for the name and the address of this machine", async () => {
    const [ca, server] = await Promise.all([certificate(files.ca), certificate(files.server.certificate)]);
    expect([ca.ca, server.verify(ca.publicKey)]).toEqual([true, true]);
    expect(server.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
    expect((await certificate(files.admin.certificate)).subject).toBe("CN=carillon-admin");
  });

  it("is made once, and its keys and passwords are closed to others", async () => {
    const secrets = [files.server.key, files.admin.key, files.tokenKey, ...Object.values(files.passwords)];
    const before = await Promise.all(secrets.map((file) => readFile(file, "utf8")));
    await ensureSecureFiles(layout.secure);
    expect(await Promise.all(secrets.map((file) => readFile(file, "utf8")))).toEqual(before);
    for (const file of secrets) expect([file, (await stat(file)).mode & 0o077]).toEqual([file, 0]);
  });

  it("can be out of its time, for tests", async () => {
    const { certificate: path } = await issueCertificate(layout.secure, { name: "late", days: 0 });
    expect(Date.parse((await certificate(path)).validTo)).toBeLessThanOrEqual(Date.now());
  });

  it("answers for every setting that needs a value, as the stack in plain text does", async () => {
    const { settings } = await stackFileOf(layout, addressesOf("native", layout, { ports, isSecure: true }));
    expect(allSettings.read(settings)).toMatchObject({ kind: "config" });
    expect(settings["COMMS_BOOTSTRAP_SERVERS"]).toBe(`127.0.0.1:${ports.kafkaTls}`);
  });

  it("leaves Kafka no listener in plain text, and nothing that everybody may do", () => {
    const properties = kafkaProperties(ports, "/log", files);
    expect(properties).not.toContain("PLAINTEXT");
    expect(properties).toMatch(/^authorizer\.class\.name=.*StandardAuthorizer$/m);
    expect(properties).not.toContain("allow.everyone");
    expect(kafkaProperties(ports, "/log")).not.toContain("SSL");
  });
});

describe("whether a stack is secure", () => {
  const choose = (asked?: boolean, mode: "native" | "docker" = "native") => chooseSecurity(layout, { asked, mode });

  it("is as asked, and otherwise as it stands", async () => {
    expect([await choose(), await choose(true), await choose(false)]).toEqual([false, true, false]);
    await writeJson(layout.stackFile, { secure: {} });
    expect([await choose(), await choose(true)]).toEqual([true, true]);
    await expect(choose(false)).rejects.toMatchObject({ code: "STACK_RUNNING" });
    await rm(layout.stackFile);
  });

  it("is refused where Docker runs it", async () => {
    await expect(choose(true, "docker")).rejects.toMatchObject({ code: "STACK_DOCKER" });
  });
});
