import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commands } from "#cli/commands.ts";
import { problems } from "#gateway/http/problem.ts";
import { lookEveryMs } from "#processors/scheduler/core/due.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { deadLetterTopic, stages, topicRecords } from "#shared/contracts/topics.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { bypasses, reasons } from "#shared/domain/message/reason.ts";
import { metricDeclarations } from "#shared/platform/telemetry/metrics.ts";
import { stageLimits } from "#shared/runtime/limits.ts";
import { callDeadlineMs, hotWindowMs, leaseMs } from "#shared/state/ledger/ledger.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const code = (path: string): string =>
  globSync(`${path}/**/*.{ts,lua,sql}`, { cwd: root })
    .map((file) => read(file))
    .join("\n");

/** Every file and folder of the checkout, beginning with a slash. */
const paths = globSync("{.ci,*,{bin,catalog,cli,docs,gateway,processors,schemas,shared,simulator,stack,tests}/**/*}", {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|\.carillon|\.git)$/.test(path),
}).map((path) => `/${normalize(path)}`);

const pages = [
  ...globSync("*.md", { cwd: root }),
  ...globSync("{docs,processors,shared,gateway}/**/*.md", { cwd: root }),
].sort();
const perPage = pages.map((page) => [page, read(page)] as const);

/** The rows of every table in a page, cell by cell, without heads and rules. */
function rowsOf(page: string): readonly (readonly string[])[] {
  const lines = page.split("\n");
  return lines.flatMap((line, at) => {
    const isRow = line.startsWith("| ") && !/^\|[-|]+\|$/.test(lines[at + 1] ?? "");
    return isRow
      ? [
          line
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ]
      : [];
  });
}

/** What looks like a path and is none: a key, a media type, a program of another's. */
const noPaths = ["default/anna", "application/json", "bin/java"];

/** The files and folders that a page names, with an extension or without. */
function pathsIn(text: string): readonly string[] {
  const prose = text.replace(/```.*?```/gs, "");
  return [...prose.matchAll(/`([\w.*-]+(?:\/[\w.*-]+)+)\/?`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !path.startsWith(".carillon/") && !noPaths.includes(path));
}

/** A page may leave out the front of a path that its reader knows; a star stands for part of a name. */
function isThere(path: string): boolean {
  const pattern = path.replace(/[.]/g, "\\.").replaceAll("*", "[^/]*");
  return paths.some((one) => new RegExp(`/${pattern}$`).test(one));
}

const plain = (cell: string | undefined): string => cell?.replaceAll("`", "") ?? "";

describe("every page", () => {
  test.each(perPage)("%s: its links lead somewhere", (page, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
    expect(links.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  test.each(perPage)("%s: the files that it names are there", (_, text) => {
    expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([]);
  });

  test.each(perPage)("%s: the topics, metrics and codes that it names exist", (_, text) => {
    expect(strangersIn(text)).toEqual([]);
  });
});

describe("the invariants of ARCHITECTURE.md", () => {
  const section = read("ARCHITECTURE.md").split("## Invariants")[1]?.split("\n## ")[0] ?? "";
  const rows = rowsOf(section);

  test("are numbered without a gap", () => {
    expect(rows.map(([number]) => Number(number))).toEqual(rows.map((_, at) => at + 1));
    expect(rows.length).toBeGreaterThan(10);
  });

  test.each(rows.map(([number, words, proof = ""]) => [number, words, proof]))(
    "%s: %s: names files with tests, or a check that is run",
    (_, __, proof) => {
      const named = pathsIn(proof);
      const checks = proof.match(/`npm run [a-z]+`/g) ?? [];
      expect(named.length + checks.length).toBeGreaterThan(0);
      expect(named.filter((path) => !/^tests\/.+\.ts$/.test(path) || !/\b(?:test|it)\b/.test(read(path)))).toEqual([]);
    },
  );
});

describe("the commands that pages name", () => {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: object };
  const targets = new Set([...read("Makefile").matchAll(/^([a-z]+):/gm)].map(([, name]) => name));
  const known = new Set<string>([...commands.map(({ name }) => name), "help"]);
  const namedIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);

  test.each(perPage)("%s: exist", (_, text) => {
    expect(namedIn(text, /npm run ([\w:-]+)/g).filter((name) => !(name in scripts))).toEqual([]);
    expect(namedIn(text, /(?:^|`)make ([a-z]+)/gm).filter((name) => !targets.has(name))).toEqual([]);
    expect(namedIn(text, /(?:`|^|bin\/)comms ([a-z]+)/gm).filter((name) => !known.has(name))).toEqual([]);
  });
});

const topics = new Set<string>([...Object.keys(topicRecords), ...stages.map(deadLetterTopic)]);
const tables = new Set(
  [...code("shared/platform/postgres/migrations").matchAll(/\b(comms_\w+)/g)].map(([, name]) => name),
);
const settings = new Set(
  [
    ...`${code("shared/platform/config")}${code("shared/delivery/providers")}${code("tests/unit/catalog")}`.matchAll(
      /\bCOMMS_[A-Z_]+/g,
    ),
  ].map(([name]) => name),
);
const codes = new Set([...Object.keys(reasons), ...Object.keys(problems), ...settings]);

/** Names of ours that nothing in the code has. */
function strangersIn(text: string): readonly string[] {
  const metrics = [...text.matchAll(/\bcomms_[a-z_]+\w/g)].map(([name]) => name);
  const written = [
    ...text.matchAll(
      /`(comms\.(?:events|rejected|accepted|routed|decisions|rendered|send|feedback|provider|suppression|digest|schedule)[\w.-]*)`/g,
    ),
  ];
  return [
    ...[...text.matchAll(/\bCOMMS_[A-Z_]*[A-Z]\b/g)].map(([name]) => name).filter((name) => !codes.has(name)),
    ...metrics.filter((name) => !(name in metricDeclarations) && !tables.has(name)),
    ...written.map(([, name = ""]) => name).filter((name) => !topics.has(name)),
  ];
}

describe("the page of a processor", () => {
  const folders = readdirSync(join(root, "processors"));
  const senders = read("shared/delivery/README.md");
  const pageOf = (stage: string) => read(`processors/${stage}/README.md`);

  test("is there for each of them, and each is a stage", () => {
    expect(folders.filter((stage) => !existsSync(join(root, `processors/${stage}/README.md`)))).toEqual([]);
    expect([...folders].sort()).toEqual([...stages].sort());
  });

  test.each(folders)("%s: names every topic that it reads", (stage) => {
    const consumed = topicContracts().filter(({ consumers }) => consumers.some((one) => one === stage));
    // A twin is named by its own name or as `comms.accepted[.bulk]`.
    const page = pageOf(stage).replace(/(comms\.[\w.-]+)\[\.bulk\]/g, "$1 $1.bulk");
    const named = new Set([...page.matchAll(/comms(?:\.[\w-]+)+/g)].map(([name]) => name));
    expect(consumed.map(({ topic }) => topic).filter((topic) => !named.has(topic))).toEqual([]);
  });

  test.each(folders)("%s: names every reason that its own code gives", (stage) => {
    const page = pageOf(stage) + (stage.endsWith("-sender") ? senders : "");
    expect(
      stage === "projector" ? [] : reasonsIn(`processors/${stage}`).filter((reason) => !page.includes(reason)),
    ).toEqual([]);
  });

  test("of all senders together names every reason that they share, and every trouble", () => {
    const given = [...code("shared/delivery").matchAll(/new Trouble\(\s*"([A-Z_]+)"/g)].map(([, name = ""]) => name);
    expect([...reasonsIn("shared/delivery"), ...given].filter((name) => !senders.includes(name))).toEqual([]);
  });
});

function reasonsIn(folder: string): readonly string[] {
  const text = code(folder);
  return Object.keys(reasons).filter((reason) => text.includes(`"${reason}"`));
}

describe("the page of reason codes", () => {
  const rows = rowsOf(read("docs/errors/README.md"));
  const wordsOf = (names: object) =>
    rows.filter(([name]) => plain(name) in names).map(([name, words]) => [plain(name), words]);

  test("has each reason and each bypass once, in the words of the code", () => {
    expect(wordsOf(reasons).filter(([name]) => name !== "COMMS_STATE_STALE")).toEqual(
      Object.entries(reasons).filter(([name]) => name !== "COMMS_STATE_STALE"),
    );
    expect(wordsOf({ COMMS_STATE_STALE: 0 })[0]).toEqual(["COMMS_STATE_STALE", reasons.COMMS_STATE_STALE]);
    expect(wordsOf(bypasses)).toEqual(Object.entries(bypasses));
  });

  test.each(Object.keys(reasons))("%s: says who gives it", (reason) => {
    const [, , givers = ""] = rows.find(([name]) => plain(name) === reason) ?? [];
    expect(givers).toBe(giversOf(reason).join(", "));
  });

  test("has each code of the gateway with its status", () => {
    const own = Object.entries(problems).filter(([name]) => !(name in reasons));
    const told = rows.filter(([name]) => own.some(([one]) => one === plain(name)));
    expect(told.map((cells) => cells.map(plain))).toEqual(
      own.map(([name, { status, title }]) => [name, String(status), title]),
    );
  });
});

/** Who can give a reason, as the page calls them, in the order of a message's way. */
function giversOf(reason: string): readonly string[] {
  const every = reasonsIn("shared/runtime").includes(reason);
  const givers = [
    ...(every
      ? ["every stage"]
      : ["intake", "router", "renderer"].filter((stage) => reasonsIn(`processors/${stage}`).includes(reason))),
    ...(!every && senderCode.some((folder) => reasonsIn(folder).includes(reason)) ? ["senders"] : []),
    ...(every ? [] : ["feedback"].filter((stage) => reasonsIn(`processors/${stage}`).includes(reason))),
    ...(reason in problems ? ["gateway"] : []),
    ...(!every && reasonsIn("processors/digest").includes(reason) ? ["digest"] : []),
  ];
  return givers.length === 0 ? ["nobody yet"] : givers;
}

const senderCode = [
  "shared/delivery",
  ...stages.filter((stage) => stage.endsWith("-sender")).map((stage) => `processors/${stage}`),
];

describe("the glossary", () => {
  const rows = rowsOf(read("docs/glossary.md"));

  test("has each word once", () => {
    const words = rows.map(([word]) => word);
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
    expect(words.length).toBeGreaterThan(80);
  });

  test.each(rows.map(([word = "", , place = ""]) => [word, place]))("%s lives where it says", (_, place) => {
    const [, path = "", symbol] = /^`([^`]+)`(?:: `([^`]+)`)?$/.exec(place) ?? [];
    expect(read(path)).toContain(symbol ?? "");
  });
});

describe("the page of dependencies", () => {
  const manifest = JSON.parse(read("package.json")) as Readonly<
    Record<"dependencies" | "devDependencies" | "optionalDependencies", object>
  >;
  const text = read("docs/dependencies.md");
  const [runtime = "", development = ""] = text.split("## To develop");
  const namesIn = (part: string) =>
    rowsOf(part)
      .map(([name]) => plain(name))
      .sort();

  test("argues for every package of package.json, and for no other", () => {
    expect(namesIn(runtime)).toEqual(Object.keys(manifest.dependencies).sort());
    expect(namesIn(development)).toEqual(Object.keys(manifest.devDependencies).sort());
    expect(Object.keys(manifest.optionalDependencies).filter((name) => !development.includes(`\`${name}\``))).toEqual(
      [],
    );
  });

  test("leaves no cell of an argument empty", () => {
    expect(rowsOf(runtime).filter((cells) => cells.length !== 4 || cells.includes(""))).toEqual([]);
  });
});

describe("the records of choices", () => {
  const files = readdirSync(join(root, "docs/adr")).sort();

  test("are numbered without a gap", () => {
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, at) => at + 1));
  });

  test.each(files)("%s says what would make us look again", (file) => {
    expect(read(`docs/adr/${file}`)).toMatch(/revisit if/i);
  });
});

describe("figures in the text are the code's", () => {
  const seconds = (ms: number) => `${ms / 1_000} s`;
  const minutes = (ms: number) => `${ms / 60_000} minutes`;
  const { baseMs, maxMs, ambiguousHoldMs, budgetWaitMaxMs, staleHoldMs } = defaultPolicy;

  test.each([
    ["shared/delivery/README.md", `is **claimed** for ${seconds(leaseMs)}`],
    ["shared/delivery/README.md", `of the account, ${seconds(budgetWaitMaxMs)} at most`],
    ["shared/delivery/README.md", `with a deadline of ${seconds(callDeadlineMs)}`],
    ["shared/delivery/README.md", `full jitter from ${seconds(baseMs)} to ${minutes(maxMs)}`],
    ["shared/delivery/README.md", `held for ${seconds(staleHoldMs)}`],
    ["shared/delivery/README.md", `after ${minutes(ambiguousHoldMs)} without any it is dropped`],
    ["shared/delivery/README.md", `side by side, up to ${stageLimits.inFlight},`],
    ["processors/scheduler/README.md", `at least every ${lookEveryMs} ms`],
    ["docs/adr/0005-claims-in-redis.md", `its lease (${seconds(leaseMs)})`],
    ["docs/adr/0005-claims-in-redis.md", `two deadlines of ${seconds(callDeadlineMs)}`],
  ])("%s: %s", (page, words) => {
    expect(read(page).replace(/\s+/g, " ")).toContain(words);
  });

  test("the ledger remembers four days", () => {
    expect(hotWindowMs).toBe(4 * 24 * 3_600_000);
    expect(read("shared/delivery/README.md")).toContain("One entry a `msg_id`, four days");
  });
});
