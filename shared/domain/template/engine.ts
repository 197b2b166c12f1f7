import { type Context, type FilterImplOptions, Liquid, type Template as ParsedLiquid } from "liquidjs";
import { formatMoney, formatNumber, formatPlural, formatTime, type Money, type TimeStyle } from "./format.ts";

/** Bounds of one template's text and of one render. The time is long because it is wall time: a stalled process must not fail a message. */
export const limits = { sourceChars: 200_000, renderMs: 5_000, memoryUnits: 1_000_000 } as const;

type Filter = Extract<FilterImplOptions, (...args: never[]) => unknown>;

const tags = new Set(["if", "unless", "for", "case", "assign", "#", "break", "continue"]);
const filters = new Set(["default", "upcase", "downcase", "capitalize", "size", "first", "last", "truncate", "join"]);

/** What a text is for its reader, which says how its outputs are escaped. */
export type LiquidKind = "html" | "text" | "url";

/** Liquid text, parsed once. Rendering is synchronous and reads nothing but its variables. */
export interface LiquidText {
  /** Throws if a variable is undefined, a filter refuses its input, or a limit is exceeded. */
  render(variables: object, locale: string): string;
  /** Every variable that the text takes from outside, the first name of each path. */
  readonly variables: readonly string[];
}

/**
 * Parses Liquid with harmless tags and filters only: no file access, no raw output, own properties only. In `html` every
 * output is escaped, in `url` every output is one step or value of the URL. Throws an `Error` with line and column if the text does not parse.
 */
export function parseLiquid(source: string, kind: LiquidKind): LiquidText {
  const engine = engines[kind];
  const parsed: ParsedLiquid[] = engine.parse(source);
  return {
    render: (variables, locale) => String(engine.renderSync(parsed, variables, { globals: { locale } })),
    get variables() {
      return engine.globalVariablesSync(parsed, { partials: false });
    },
  };
}

function createEngine(outputEscape?: "escape" | ((output: unknown) => string)): Liquid {
  const engine = new Liquid({
    ...(outputEscape ? { outputEscape } : {}),
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: limits.sourceChars,
    renderLimit: limits.renderMs,
    memoryLimit: limits.memoryUnits,
    templates: {},
    cache: false,
  });
  for (const name of Object.keys(engine.tags)) if (!tags.has(name)) delete engine.tags[name];
  // The engine escapes outputs through its own reference to `escape`, so templates do not need that filter.
  for (const name of Object.keys(engine.filters)) if (!filters.has(name)) engine.unregisterFilter(name);
  for (const [name, filter] of Object.entries(ownFilters)) engine.registerFilter(name, filter);
  return engine;
}

function localeOf(context: Context): string {
  return String((context.globals as { readonly locale?: unknown }).locale);
}

function timeFilter(style: TimeStyle): Filter {
  return function (this: { readonly context: Context }, iso: string, zone: string) {
    return formatTime(localeOf(this.context), iso, { zone, style });
  };
}

const ownFilters: Readonly<Record<string, Filter>> = {
  money(value: Money) {
    return formatMoney(localeOf(this.context), value);
  },
  number(value: number) {
    return formatNumber(localeOf(this.context), value);
  },
  plural(value: number, ...forms: readonly (readonly [string, string])[]) {
    return formatPlural(localeOf(this.context), value, Object.fromEntries(forms));
  },
  datetime: timeFilter("long"),
  datetime_short: timeFilter("short"),
  date: timeFilter("date"),
};

/** A text as one step of a path or one value of a query. Steps of dots only lead upwards however they are spelt: left out. */
function urlPart(output: unknown): string {
  if (typeof output !== "string" && typeof output !== "number")
    throw new Error("A value in a URL is neither text nor number");
  const text = String(output).toWellFormed();
  return /^\.{1,2}$/.test(text) ? "" : encodeURIComponent(text);
}

const engines = { html: createEngine("escape"), text: createEngine(), url: createEngine(urlPart) };
