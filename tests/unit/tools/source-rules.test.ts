import { describe, expect, test } from "vitest";
import { sourceIssues } from "#tools/source-rules.ts";

const issues = (path: string, text: string) => sourceIssues({ path, text });

/** Each rule broken once, beside a line next to it that is fit. */
const rules: readonly {
  readonly rule: string;
  readonly path: string;
  readonly broken: string;
  readonly fit: string;
}[] = [
  { rule: "camel case", path: "stack/a.ts", broken: "const poll_ms = 1;", fit: "const pollMs = 1;" },
  { rule: "camel case", path: "tests/unit/a.ts", broken: "const faults_max = 1;", fit: "const faultsMax = 1;" },
  { rule: "no barrels", path: "cli/a.ts", broken: 'export * from "./b.ts";', fit: "export const b = 1;" },
  { rule: "no barrels", path: "cli/a.ts", broken: 'export { b } from "./b.ts";', fit: 'import { b } from "./b.ts";' },
  { rule: ".sql file", path: "cli/a.ts", broken: 'q("select a from b")', fit: 'q(sqlFile(url, "./select.sql"))' },
  { rule: ".sql file", path: "cli/a.ts", broken: "q(` insert into b values (1)`)", fit: "`insert it`" },
  { rule: ".lua file", path: "shared/state/a.ts", broken: "\"redis.call('get', k)\"", fit: "redis.get(k)" },
  { rule: "descriptor", path: "shared/a.ts", broken: 'if (channel === "SMS")', fit: 'if (verdict === "DROP")' },
  { rule: "descriptor", path: "gateway/a.ts", broken: "name !== 'email'", fit: "name !== 'e-mail'" },
  { rule: "descriptor", path: "cli/a.ts", broken: '"PUSH" === channel', fit: 'send("PUSHED", channel)' },
  { rule: "descriptor", path: "catalog/a.ts", broken: '    case "INAPP": {', fit: '    case "INAPP_READ": {' },
  { rule: "descriptor", path: "shared/a.ts", broken: 'channels.includes("SMS")', fit: "channels.includes(channel)" },
  { rule: "descriptor", path: "processors/router/a.ts", broken: "  EMAIL: 1,", fit: "  emails: 1," },
  { rule: "descriptor", path: "shared/a.ts", broken: "f({ PUSH: 1 })", fit: "f({ PUSHED: 1 })" },
  { rule: "descriptor", path: "cli/a.ts", broken: "{ mail: 1, sms: 2 }[name]", fit: "{ mail: 1, smses: 2 }[name]" },
  { rule: "descriptor", path: "shared/a.ts", broken: '["E", "SMS"].includes(c)', fit: '["E", "F"].includes(c)' },
  { rule: "descriptor", path: "gateway/a.ts", broken: "new Set(['SMS'])", fit: "new Set([sms])" },
  { rule: "descriptor", path: "tools/a.ts", broken: 'new Map([["push", 1]])', fit: "items.push(1)" },
  { rule: "descriptor", path: "stack/a.ts", broken: '  "whatsapp",', fit: "  // WhatsApp" },
  { rule: "descriptor", path: "shared/a.ts", broken: "f(`INAPP`)", fit: "/** A name: `inapp`. */" },
  { rule: "descriptor", path: "processors/sms-sender/core/a.ts", broken: 'f("SMS")', fit: "f(channel)" },
  { rule: "a local time", path: "cli/a.ts", broken: 'f({ timeZone: "UTC" })', fit: 'f({ zone: "UTC" })' },
  { rule: "a local time", path: "shared/a.ts", broken: "date.toLocaleTimeString()", fit: "date.toISOString()" },
  {
    rule: "a local time",
    path: "shared/a.ts",
    broken: "date.toLocaleString(locale)",
    fit: "formatLocal(locale, at, f)",
  },
  {
    rule: "a local time",
    path: "processors/a.ts",
    broken: "new Intl.DateTimeFormat(l)",
    fit: "new Intl.NumberFormat(l)",
  },
  { rule: "a local time", path: "gateway/a.ts", broken: "at.getHours()", fit: "at.getUTCHours()" },
  { rule: "a local time", path: "shared/a.ts", broken: "at.setDate(1)", fit: "at.setUTCDate(1)" },
  { rule: "a local time", path: "cli/a.ts", broken: "at.getFullYear()", fit: "at.getTime()" },
  { rule: "a local time", path: "cli/a.ts", broken: "at.toDateString()", fit: "at.toISOString()" },
  {
    rule: "a local time",
    path: "shared/domain/a.ts",
    broken: "new Date(2026, 5, 1)",
    fit: "new Date(Date.UTC(2026, 5, 1))",
  },
  { rule: "a local time", path: "tools/a.ts", broken: "i.toZonedDateTimeISO(z)", fit: "localTimeAt(z, at)" },
  { rule: "pure code", path: "shared/domain/a/b.ts", broken: "f(Date.now())", fit: "f(now)" },
  { rule: "pure code", path: "processors/router/core/a.ts", broken: "Math.random()", fit: "random()" },
  { rule: "pure code", path: "shared/delivery/providers/ses/core/a.ts", broken: "console.log(1)", fit: "return 1;" },
  {
    rule: "pure code",
    path: "shared/domain/a/b.ts",
    broken: "Temporal.Now.instant()",
    fit: "Temporal.Instant.from(t)",
  },
  { rule: "pure code", path: "simulator/core/a.ts", broken: "crypto.randomUUID()", fit: "ids.next()" },
  { rule: "skipped", path: "tests/unit/a.ts", broken: 'test.skip("a")', fit: 'test("skip")' },
  { rule: "skipped", path: "tests/unit/a.ts", broken: 'it.concurrent.only("a")', fit: 'it.each([])("only")' },
  { rule: "skipped", path: "tests/unit/a.ts", broken: "{ retry: 2 }", fit: "{ retryable: 2 }" },
];

describe("the text of a file", () => {
  test.each(rules)("$path keeps '$rule': $broken", ({ rule, path, broken, fit }) => {
    expect(issues(path, fit)).toEqual([]);
    expect(issues(path, `\n${broken}`)).toEqual([expect.stringContaining(`${path}:2: `)]);
    expect(issues(path, broken)[0]).toContain(rule);
  });

  test("binds where the rule says only: a clock is no matter outside pure code, nor SQL in a test", () => {
    expect(issues("processors/router/main.ts", "f(Date.now())")).toEqual([]);
    expect(issues("tests/integration/a.test.ts", 'q("select a from b")')).toEqual([]);
    expect(issues("shared/state/a.sql", "select a from b as day_ms")).toEqual([]);
  });

  test.each([
    "shared/domain/channel/sms.ts",
    "shared/delivery/providers/twilio/adapter.ts",
    "processors/sms-sender/main.ts",
    "processors/sms-sender/config.ts",
    "simulator/a.ts",
    "cli/demo/people.ts",
    "tests/unit/a.test.ts",
  ])("lets %s know a channel by its name", (path) => {
    expect(issues(path, 'if (channel === "SMS")')).toEqual([]);
  });
});

describe("the name of a file", () => {
  test.each(["shared/state/redis-dedupe.ts", "tests/unit/a.test.ts", "shared/delivery/budget.lua", "stack/x2-y.ts"])(
    "%s is fit",
    (path) => expect(issues(path, "")).toEqual([]),
  );

  test.each(["stack/jsonFile.ts", "stack/json_file.ts", "stack/Json.ts", "stack/json--file.ts"])(
    "%s is not in kebab case",
    (path) => expect(issues(path, "")).toEqual([`${path}: a file's name is in kebab case`]),
  );

  test.each(["shared/state/utils.ts", "shared/state/redis-helpers.ts", "tests/support/common.ts"])(
    "%s says nothing",
    (path) => expect(issues(path, "")).toEqual([expect.stringContaining("does not say what the file holds")]),
  );
});
