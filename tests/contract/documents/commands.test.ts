import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { describe, expect, test } from "vitest";
import type { Invocation } from "#cli/command.ts";
import { commands } from "#cli/commands.ts";
import { metricDeclarations } from "#shared/platform/telemetry/metrics.ts";
import { readPage, root } from "./page.ts";

/** Every command line of a page is one that the command takes (F14): verb, flags and values, by the table that `comms` itself has. */

const files = globSync("**/*.md", {
  cwd: root,
  exclude: (path) => /node_modules|\.carillon|\.cache|\.git$/.test(path),
});
const pages = files.sort().map((path) => [path, readPage(path)] as const);

/** What stands for a value of the reader's. */
const placeholders: Readonly<Record<string, string>> = {
  STAGE: "router",
  TOPIC: "comms.profiles",
  N: "12",
  ID: "usr_42",
  NAME: "tokens",
  KEY: "abcdefghjkmn",
  "<view>": "tokens",
  "<processor…|path|sinks|all>": "path",
  "…": "x",
};

interface Line {
  readonly text: string;
  /** A sentence may name a command without its arguments. A line of a shell's block stands as it is typed. */
  readonly isTyped: boolean;
}

/** The lines of a page that call `comms`, without prompt, comment and what they are piped into. */
function linesOf(page: string): readonly Line[] {
  const blocks = [...page.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const typed = blocks
    .flatMap((block) => block.split("\n"))
    .flatMap((line) => callIn(/^(?:\$ )?bin\/comms (.*)$/, line));
  const prose = page.replace(/```[\s\S]*?```/g, "");
  const spans = [...prose.matchAll(/`([^`]+)`/g)].flatMap(([, span = ""]) =>
    callIn(/^(?:bin\/)?comms ([a-z].*)$/, span.replace(/\s+/g, " ")),
  );
  return [...typed.map((text) => ({ text, isTyped: true })), ...spans.map((text) => ({ text, isTyped: false }))];
}

function callIn(pattern: RegExp, line: string): readonly string[] {
  const [, call] = pattern.exec(line) ?? [];
  return call === undefined
    ? []
    : [
        call
          .replace(/\s+#.*$/, "")
          .replace(/\s+\|.*$/, "")
          .trim(),
      ];
}

/** As a shell splits it, with placeholders filled in. */
function wordsOf(call: string): readonly string[] {
  const words = call.match(/"[^"]*"|<[^>]*>|\S+/g) ?? [];
  return words.map((word) => placeholders[word] ?? word.replace(/^"(.*)"$/, "$1"));
}

/** What is the matter with a call; undefined if the command takes it. */
function issueOf({ text, isTyped }: Line): string | undefined {
  const [name = "", ...rest] = wordsOf(text);
  if (name === "help") return undefined;
  const command = commands.find((one) => one.name === name);
  if (command === undefined) return `there is no command ${name}`;
  const samples = isTyped ? [[]] : [[], ["router"], ["comms.profiles"], ["router", "--reason", "x"], ...moreSamples];
  for (const sample of samples) {
    try {
      const { positionals: args, values } = parseArgs({
        args: [...rest, ...sample],
        options: command.flags,
        allowPositionals: true,
      });
      if (command.accepts?.({ args, flags: values as Invocation["flags"] }) ?? true) return undefined;
    } catch {
      // Another sample may fit.
    }
  }
  return `comms ${text}`;
}

const moreSamples = [
  ["--user", "u"],
  ["comms.profiles", "--partitions", "12"],
  ["--partitions", "12"],
  ["--reason", "x"],
  ["describe"],
  ["--name", "x"],
  ["5", "--name", "x"],
  ["abcdefghjkmn"],
  ["abcdefghjkmn", "--reason", "x"],
];

describe("the command lines of ours in pages", () => {
  test.each(pages)("%s: their verbs, flags and values are ones that the command takes", (_, text) => {
    expect(linesOf(text).flatMap((line) => issueOf(line) ?? [])).toEqual([]);
  });

  test("are found", () => {
    const all = pages.flatMap(([, text]) => linesOf(text));
    expect(all.filter(({ isTyped }) => isTyped).length).toBeGreaterThan(8);
    expect(all.length).toBeGreaterThan(50);
  });

  test.each([
    "why --usr x",
    "why --user x --since soon",
    "fuse blow router",
    "fuse lift router",
    "topic grow comms.x --partitions 3",
  ])("would not be %j", (text) => {
    expect(issueOf({ text, isTyped: true })).toBeDefined();
  });
});

describe("a shell's line in a page", () => {
  const shells = (text: string) => [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);

  test.each(pages)("%s: says what each variable of its is that no setting has", (_, text) => {
    const used = shells(text).flatMap((block) =>
      [...block.matchAll(/\$\{?([A-Za-z_]+)/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !name.startsWith("COMMS_") && !new RegExp(`(^|\\s)${name}=`, "m").test(block)),
    );
    expect([...new Set(used)].filter((name) => !text.includes(`\`$${name}\``))).toEqual([]);
  });

  test.each(pages)("%s: asks a process for what it answers", (_, text) => {
    const asked = shells(text).flatMap((block) => [...block.matchAll(/\$METRICS(\/\w*)/g)].map(([, path]) => path));
    expect(asked.filter((path) => path !== "/livez" && path !== "/readyz" && path !== "/metrics")).toEqual([]);
  });
});

describe("the metrics that a page greps for", () => {
  const names = Object.keys(metricDeclarations);

  test.each(pages)("%s: exist", (_, text) => {
    const patterns = [...text.matchAll(/grep (?:-E )?'\^(comms_[^']*)'/g)].flatMap(([, pattern = ""]) => {
      const [, head = pattern, choice] = /^(\w+)\((.*)\)$/.exec(pattern) ?? [];
      return choice === undefined ? [head] : choice.split("|").map((end) => head + end);
    });
    expect(patterns.filter((one) => !names.some((name) => one.startsWith(name) || name.startsWith(one)))).toEqual([]);
  });
});
