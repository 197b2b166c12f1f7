import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { stages } from "#shared/contracts/topics.ts";
import { readPage, root } from "./page.ts";

const folders = readdirSync(join(root, "processors"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe("the page of a processor", () => {
  test("is there for each of them, and each is a stage", () => {
    expect(folders.filter((stage) => !existsSync(join(root, `processors/${stage}/README.md`)))).toEqual([]);
    expect([...folders].sort()).toEqual([...stages].sort());
  });

  test.each(folders)("%s: names every topic that it reads", (stage) => {
    const consumed = topicContracts().filter(({ consumers }) => consumers.some((one) => one === stage));
    // A twin is named by its own name or as `comms.accepted[.bulk]`.
    const page = readPage(`processors/${stage}/README.md`).replace(/(comms\.[\w.-]+)\[\.bulk\]/g, "$1 $1.bulk");
    const named = new Set([...page.matchAll(/comms(?:\.[\w-]+)+/g)].map(([name]) => name));
    expect(consumed.length).toBeGreaterThan(0);
    expect(consumed.map(({ topic }) => topic).filter((topic) => !named.has(topic))).toEqual([]);
  });
});
