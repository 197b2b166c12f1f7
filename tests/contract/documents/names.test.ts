import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hostableSettings } from "#cli/hostable.ts";
import { problems } from "#gateway/http/problem.ts";
import { deadLetterTopic, stages, topicRecords } from "#shared/contracts/topics.ts";
import { reasons } from "#shared/domain/message/reason.ts";
import { metricDeclarations } from "#shared/platform/telemetry/metrics.ts";
import { pages, readPage, root } from "./page.ts";

const filesUnder = (path: string): string =>
  globSync(`${path}/**/*.{ts,sql}`, { cwd: root })
    .map((file) => readPage(file))
    .join("\n");
const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);

const topics = new Set<string>([...Object.keys(topicRecords), ...stages.map(deadLetterTopic)]);
const tables = new Set(namesIn(filesUnder("shared/platform/postgres/migrations"), /\b(comms_\w+)/g));
/** What the environment may set: for the product, and for tests. */
const settings = [
  ...Object.values(hostableSettings).flatMap(({ descriptions }) => descriptions.map(({ name }) => name)),
  ...["shared/platform/config", "shared/delivery", "tests/unit/catalog", "tests/support"].flatMap((folder) =>
    namesIn(filesUnder(folder), /\b(COMMS_[A-Z_]+)/g),
  ),
];
const codes = new Set([...Object.keys(reasons), ...Object.keys(problems), ...settings]);
const topicPattern =
  /`(comms\.(?:events|rejected|accepted|routed|decisions|rendered|send|feedback|provider|suppression|digest|schedule)[\w.-]*)`/g;

describe("the names of ours in pages", () => {
  test.each(pages)("%s: the topics, metrics and codes that it names exist", (_, text) => {
    const metrics = namesIn(text, /\b(comms_[a-z_]+\w)/g);
    expect({
      codes: namesIn(text, /\b(COMMS_[A-Z_]*[A-Z])\b/g).filter(
        (name) => !codes.has(name) && !codes.has(name.replace(/_FILE$/, "")),
      ),
      metrics: metrics.filter((name) => !(name in metricDeclarations) && !tables.has(name)),
      topics: namesIn(text, topicPattern).filter((name) => !topics.has(name)),
    }).toEqual({ codes: [], metrics: [], topics: [] });
  });

  test("are compared with something", () => {
    expect(tables.size).toBeGreaterThan(10);
    expect(settings.length).toBeGreaterThan(30);
  });
});

describe("the commands that pages name", () => {
  const { scripts } = JSON.parse(readPage("package.json")) as { readonly scripts: object };
  const targets = new Set(namesIn(readPage("Makefile"), /^([a-z]+):/gm));

  test.each(pages)("%s: exist", (_, text) => {
    expect({
      npm: namesIn(text, /npm run ([\w:-]+)/g).filter((name) => !(name in scripts)),
      make: namesIn(text, /(?:^|`)make ([a-z]+)/gm).filter((name) => !targets.has(name)),
    }).toEqual({ npm: [], make: [] });
  });
});
