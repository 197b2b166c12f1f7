import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { readExpression, stepsOf, TooManySteps } from "#tests/support/regex-steps.ts";

const root = join(import.meta.dirname, "..", "..");
const folders = ["shared", "gateway", "processors", "catalog"];

/** Expressions whose work may grow faster than their text, because nobody outside writes that text. */
const insideOnly: Readonly<Record<string, string>> = {
  "catalog/event-file.ts /\\{([^}]*)\\}/": "patterns of the catalog's own files, read at start",
  "shared/domain/time/zone-data.ts /^(-?)(\\w*)\\.?(\\w*)$/": "numbers of the pinned zone data",
  "shared/platform/config/environment.ts /_SERVICE_(HOST|PORT)(_\\w+)?$|_PORT_\\d+_(TCP|UDP)(_\\w+)?$/":
    "names of environment variables, read at start",
  "shared/control/templates/compile.ts /^[ \\t]+|[ \\t]+$/": "what the compiler of mails has written, at publishing",
};

interface Literal {
  readonly path: string;
  readonly source: string;
  readonly flags: string;
}

function literalsIn(path: string): readonly Literal[] {
  const file = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest);
  const found: Literal[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
      const text = (node as ts.RegularExpressionLiteral).text;
      const end = text.lastIndexOf("/");
      found.push({ path, source: text.slice(1, end), flags: text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const paths = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);
const literals = paths.flatMap(literalsIn);

/** Texts of about `length` characters, each a run into some part of the expression that then fails. */
function worstTexts({ source, flags }: Pick<Literal, "source" | "flags">, length: number): readonly string[] {
  const { characters, prefixes } = readExpression({ source, flags });
  const pairs = characters.length > 6 ? [] : characters.flatMap((a) => characters.map((b) => a + b));
  const units = [...new Set([...characters, ...pairs, ...prefixes.filter((prefix) => prefix !== "")])];
  return prefixes.flatMap((prefix) =>
    units.map((unit) => `${prefix}${unit.repeat(Math.ceil(length / unit.length))}\u0001`),
  );
}

/** A text on which the work grows by more than the text; undefined if none was found. */
function superlinear(expression: Pick<Literal, "source" | "flags">): string | undefined {
  const read = readExpression(expression);
  const [short, long] = [250, 500].map((length) => worstTexts(expression, length)) as [string[], string[]];
  return short.find((text, index) => {
    const few = stepsWithin(read, text);
    const many = stepsWithin(read, long[index] as string);
    return few === Number.POSITIVE_INFINITY || (many > 20_000 && many > 3 * few);
  });
}

function stepsWithin(read: ReturnType<typeof readExpression>, text: string): number {
  try {
    return stepsOf(read, text, 1_000_000);
  } catch (error) {
    if (error instanceof TooManySteps) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

describe("the counter of steps", () => {
  test.each([
    [/[ \u00a0]+\n/g, true],
    [/[ \t]+$/, true],
    [/(a+)+$/, true],
    [/"[^"\\]*(?:\\.[^"\\]*)*"/g, true],
    [/"[^"\\]*(?:\\.[^"\\]*)*"?/gs, false],
    [/<([^<>]+)>\s*$/, false],
    [/^[^\s@.]+(\.[^\s@.]+)*$/u, false],
    [/\n{3,}/g, false],
  ])("tells of %s whether its work outgrows its text: %s", (expression, isSuperlinear) => {
    expect(superlinear(expression) !== undefined).toBe(isSuperlinear);
  });
});

describe("regular expressions that meet a text from outside", () => {
  test("are found in the code", () => {
    expect(literals.length).toBeGreaterThan(80);
  });

  test("that may grow faster are there, each for a text from inside", () => {
    const names = literals.map(({ path, source }) => `${path} /${source}/`);
    expect(Object.keys(insideOnly).filter((name) => !names.includes(name))).toEqual([]);
  });

  test("take no more steps than a fixed number a character, whatever the text", () => {
    const slow = literals.flatMap((literal) => {
      const text = superlinear(literal);
      const name = `${literal.path} /${literal.source}/`;
      return text === undefined || insideOnly[name] ? [] : [`${name} by ${JSON.stringify(text.slice(0, 20))}…`];
    });
    expect(slow).toEqual([]);
  });
});
