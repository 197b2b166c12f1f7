import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allProviders, providerOf, providersOf } from "#shared/delivery/providers/registry.ts";

const folder = new URL("../../../../../shared/delivery/providers/", import.meta.url);

describe("the registry of providers", () => {
  test("has each folder once, by its name", () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(allProviders.map(({ name }) => name).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
    for (const { name } of folders) expect(existsSync(new URL(`${name}/adapter.ts`, folder))).toBe(true);
  });

  test("finds them by name and by channel, the default first", () => {
    const byDefault = { EMAIL: "ses", PUSH: "fcm", SMS: "twilio", INAPP: "inapp" } as const;
    for (const [channel, name] of Object.entries(byDefault)) {
      const found = providersOf(channel as keyof typeof byDefault);
      expect([found[0]?.name, ...new Set(found.map((one) => one.channel))]).toEqual([name, channel]);
    }
    expect(allProviders.filter((one) => !providersOf(one.channel).includes(one))).toEqual([]);
    expect(providerOf("smtp")?.channel).toBe("EMAIL");
    expect(providerOf("constructor")).toBeUndefined();
  });

  test("says what each setting means, and which are secret", () => {
    const descriptions = allProviders.flatMap(({ settings }) => settings.descriptions);
    expect(descriptions.filter(({ meaning }) => meaning.length < 10)).toEqual([]);
    const secret = descriptions.filter(({ isSecret }) => isSecret).map(({ name }) => name);
    const suspect = descriptions.map(({ name }) => name).filter((name) => /SECRET|PASSWORD|TOKEN$|_KEY$/.test(name));
    expect(suspect.filter((name) => !secret.includes(name))).toEqual([]);
  });

  test("loads no SDK: a process that reads configuration needs none", () => {
    const script = `
      await import(${JSON.stringify(new URL("registry.ts", folder).href)});
      const { default: Module } = await import("node:module");
      console.log(JSON.stringify(Object.keys(Module._cache)));`;
    const loaded = JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }),
    ) as string[];
    const sdks = /node_modules\/(@aws-sdk|firebase-admin|twilio|nodemailer|pg|undici)\//;
    expect(loaded.filter((file) => sdks.test(file))).toEqual([]);
  });
});
