/**
 * Counts the steps of a backtracking matcher, so that a test can say how work grows with a text. It reads the syntax that this
 * repository uses, one character at a time; it throws for any other.
 */
type Node =
  | { readonly kind: "char"; readonly source: string; readonly matches: (character: string) => boolean }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "choice"; readonly options: readonly Node[] }
  | {
      readonly kind: "repeat";
      readonly part: Node;
      readonly min: number;
      readonly max: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: "look"; readonly part: Node; readonly isBehind: boolean; readonly isNegative: boolean }
  | { readonly kind: "edge"; readonly edge: "^" | "$" | "b" | "B" };

/** An expression that was read, and whether it can match at the first character alone. */
export interface ReadExpression {
  readonly root: Node;
  readonly isAnchored: boolean;
  readonly isMultiline: boolean;
  /** A character for each set in it, and one that none of them has. */
  readonly characters: readonly string[];
  /** The shortest texts that its parts match, one after the other: each is where a text may run into it. */
  readonly prefixes: readonly string[];
}

/** Thrown once a match takes more steps than it may. */
export class TooManySteps extends Error {}

const alphabet = Array.from(" \u00a0\n\r\ta1AéFt0<>\"'\\/.-_:;=@+{}[]()|,?#%&*!~$\u0000\u0301\u2028");

/** Reads an expression. Throws for syntax that it does not know. */
export function readExpression({ source, flags }: { readonly source: string; readonly flags: string }): ReadExpression {
  const sets: Node[] = [];
  let at = 0;
  const peek = (text: string) => source.startsWith(text, at);
  const take = (text: string) => peek(text) && ((at += text.length), true);

  function set(text: string): Node {
    const node: Node = { kind: "char", source: text, matches: testOf(text, flags) };
    sets.push(node);
    return node;
  }

  function choice(): Node {
    const options = [sequence()];
    while (take("|")) options.push(sequence());
    return options.length === 1 ? (options[0] as Node) : { kind: "choice", options };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    while (at < source.length && !peek("|") && !peek(")")) parts.push(repeated(atom()));
    return { kind: "sequence", parts };
  }

  function repeated(part: Node): Node {
    const [whole = "", sign, low = "", comma, high = ""] =
      /^(?:([*+?])|\{(\d+)(,?)(\d*)\})/.exec(source.slice(at)) ?? [];
    if (whole === "") return part;
    at += whole.length;
    const isLazy = take("?");
    if (sign) return { kind: "repeat", part, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity, isLazy };
    return { kind: "repeat", part, min: Number(low), max: comma ? Number(high || Infinity) : Number(low), isLazy };
  }

  function atom(): Node {
    if (take("^")) return { kind: "edge", edge: "^" };
    if (take("$")) return { kind: "edge", edge: "$" };
    if (take("\\b")) return { kind: "edge", edge: "b" };
    if (take("\\B")) return { kind: "edge", edge: "B" };
    if (take("(")) return group();
    const [text] =
      /^(?:\[(?:\\.|[^\]\\])*\]|\\[pP]\{\w+\}|\\u\{?[\da-f]{4,5}\}?|\\x[\da-f]{2}|\\.|[^()])/isu.exec(
        source.slice(at),
      ) ?? [];
    if (text === undefined || /^\\[1-9k]/.test(text))
      throw new Error(`/${source}/ has syntax at ${at} that is not known here`);
    at += text.length;
    return set(text);
  }

  function group(): Node {
    const [head = ""] = /^\?(?:<?[=!]|:|<\w+>)/.exec(source.slice(at)) ?? [];
    at += head.length;
    const part = choice();
    if (!take(")")) throw new Error(`/${source}/ has a group without an end`);
    if (!/[=!]/.test(head)) return part;
    return { kind: "look", part, isBehind: head.includes("<"), isNegative: head.includes("!") };
  }

  const root = choice();
  const isMultiline = flags.includes("m");
  const characters = sets.map(
    (node) => alphabet.find((one) => node.kind === "char" && node.matches(one)) ?? literalOf(node),
  );
  const none = alphabet.find((one) => !sets.some((node) => node.kind === "char" && node.matches(one)));
  const isAnchored = !isMultiline && startsAtEdge(root);
  return {
    root,
    isAnchored,
    isMultiline,
    characters: [...new Set([...characters, none ?? "\u0001"])],
    prefixes: prefixesOf(root),
  };
}

/** Whether a set matches a character, by the runtime's own expressions; each character is asked once. */
function testOf(set: string, flags: string): (character: string) => boolean {
  const own = new RegExp(`^(?:${set})$`, flags.replace(/[gymd]/g, ""));
  const known = new Map<string, boolean>();
  return (character) => {
    const matches = known.get(character) ?? own.test(character);
    known.set(character, matches);
    return matches;
  };
}

function literalOf(node: Node): string {
  return node.kind === "char" ? node.source.replace(/^\\(?=.$)/, "").slice(0, 1) : "";
}

function startsAtEdge(node: Node): boolean {
  if (node.kind === "choice") return node.options.every(startsAtEdge);
  const first = node.kind === "sequence" ? node.parts[0] : node;
  if (!first) return false;
  return first.kind === "edge" ? first.edge === "^" : first !== node && startsAtEdge(first);
}

/** The shortest text that a part matches, roughly. */
function shortest(node: Node): string {
  if (node.kind === "char") return alphabet.find(node.matches) ?? literalOf(node);
  if (node.kind === "sequence") return node.parts.map(shortest).join("");
  if (node.kind === "choice") return shortest(node.options[0] as Node);
  return node.kind === "repeat" ? shortest(node.part).repeat(Math.max(node.min, 1)) : "";
}

function prefixesOf(root: Node): readonly string[] {
  const options = root.kind === "choice" ? root.options : [root];
  const all = options.flatMap((option) => {
    const parts = option.kind === "sequence" ? option.parts : [option];
    return parts.map((_, count) => parts.slice(0, count).map(shortest).join(""));
  });
  return [...new Set(["", "\u0001", ...all])].slice(0, 12);
}

/** The steps of a search through the text. Throws `TooManySteps` beyond `stepsMax`. */
export function stepsOf({ root, isAnchored, isMultiline }: ReadExpression, text: string, stepsMax: number): number {
  const characters = Array.from(text);
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps > stepsMax) throw new TooManySteps();
  };
  const isWord = (index: number) => /\w/.test(characters[index] ?? "");

  function isAtEdge(edge: "^" | "$" | "b" | "B", index: number): boolean {
    if (edge === "^") return index === 0 || (isMultiline && characters[index - 1] === "\n");
    if (edge === "$") return index === characters.length || (isMultiline && characters[index] === "\n");
    return (isWord(index - 1) !== isWord(index)) === (edge === "b");
  }

  function match(node: Node, index: number, next: (index: number) => boolean): boolean {
    step();
    if (node.kind === "char") {
      const character = characters[index];
      return character !== undefined && node.matches(character) && next(index + 1);
    }
    if (node.kind === "edge") return isAtEdge(node.edge, index) && next(index);
    if (node.kind === "choice") return node.options.some((option) => match(option, index, next));
    if (node.kind === "sequence") return matchParts(node.parts, index, next);
    if (node.kind === "repeat") return repeat(node, index, next);
    // Behind, one character is enough for what is used here.
    const found = node.isBehind
      ? index > 0 && match(node.part, index - 1, (end) => end === index)
      : match(node.part, index, () => true);
    return found !== node.isNegative && next(index);
  }

  function matchParts(parts: readonly Node[], index: number, next: (index: number) => boolean): boolean {
    const [node, ...others] = parts;
    return node === undefined ? next(index) : match(node, index, (end) => matchParts(others, end, next));
  }

  function repeat(node: Node & { readonly kind: "repeat" }, index: number, next: (index: number) => boolean): boolean {
    const { part, min, max, isLazy } = node;
    if (part.kind === "char" && !isLazy) {
      let end = index;
      while (end - index < max && characters[end] !== undefined && part.matches(characters[end] as string)) {
        step();
        end += 1;
      }
      for (; end - index >= min; end -= 1) {
        step();
        if (next(end)) return true;
      }
      return false;
    }
    const again = (count: number, from: number): boolean => {
      const more = () => count < max && match(part, from, (end) => end > from && again(count + 1, end));
      const stop = () => count >= min && next(from);
      return isLazy ? stop() || more() : more() || stop();
    };
    return again(0, index);
  }

  let start = 0;
  while (start <= characters.length) {
    let end = start;
    const isFound = match(root, start, (index) => ((end = index), true));
    if (isAnchored) break;
    // A global search goes on behind the match.
    start = isFound && end > start ? end : start + 1;
  }
  return steps;
}
