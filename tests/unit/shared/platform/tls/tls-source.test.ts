import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createSecretSource } from "#shared/platform/tls/secret-source.ts";
import { createTlsSource } from "#shared/platform/tls/tls-source.ts";

const folder = mkdtempSync(join(tmpdir(), "carillon-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

it("reads a secret again at each call, without the line end that an editor puts there", () => {
  const file = join(folder, "password");
  writeFileSync(file, "first\n");
  const source = createSecretSource({ setting: "A_FILE", file });
  expect(source?.()).toBe("first");
  writeFileSync(file, "second");
  expect(source?.()).toBe("second");
  rmSync(file);
  expect(() => source?.()).toThrow(expect.objectContaining({ code: "SECRET_UNREADABLE", retryable: true }));
});

it("gives the value where there is no file, and no source where there is neither", () => {
  expect(createSecretSource({ setting: "A_FILE", value: "v" })?.()).toBe("v");
  expect(createSecretSource({ setting: "A_FILE" })).toBeUndefined();
});

it("reads certificates again at each call", () => {
  const ca = { setting: "CA_FILE", path: join(folder, "ca.pem") };
  writeFileSync(ca.path, pem("one"));
  const source = createTlsSource({ ca });
  expect(source.material()).toEqual({ ca: pem("one") });
  writeFileSync(ca.path, pem("two"));
  expect(source.material()).toEqual({ ca: pem("two") });
});

it("takes a file without a certificate for a mistake: OpenSSL would trust nobody, in words that name no file", () => {
  const ca = { setting: "CA_FILE", path: join(folder, "other.pem") };
  writeFileSync(ca.path, "{}");
  expect(() => createTlsSource({ ca }).material()).toThrow(
    expect.objectContaining({ code: "SECRET_NOT_PEM", message: expect.stringMatching(/^CA_FILE: /), retryable: true }),
  );
});

it("makes no context without files, which is Node's own trust, and keeps it while nothing changes", () => {
  const source = createTlsSource({});
  expect(source.context()).toBe(source.context());
});
