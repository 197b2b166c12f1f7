import avsc from "avsc";
import type { AvroNamed, AvroSchema } from "#shared/platform/avro/body-check.ts";

/**
 * Why two versions of a schema are incompatible, a sentence each; empty if each reads what the other writes.
 * Avro's own resolution is asked first, both ways. It misses what changes a meaning and not a shape: a symbol that is
 * taken away (old records turn into the default), another unit of time, text turned into bytes, another default.
 */
export function incompatibilities(older: string, newer: string): readonly string[] {
  const [before, after] = [JSON.parse(older) as AvroSchema, JSON.parse(newer) as AvroSchema];
  return [
    ...unreadable(before, after, "newer"),
    ...unreadable(after, before, "older"),
    ...changedMeanings(before, after),
  ];
}

function unreadable(writer: AvroSchema, reader: AvroSchema, which: string): readonly string[] {
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return [];
  } catch (error) {
    return [`The ${which} version cannot read the other: ${firstLine(error)}`];
  }
}

function typeOf(schema: AvroSchema): avsc.Type {
  return avsc.Type.forSchema(schema as avsc.Schema);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] as string;
}

function changedMeanings(before: AvroSchema, after: AvroSchema): readonly string[] {
  const [old, now] = [meanings(before), meanings(after)];
  return [...old].flatMap(([path, was]) => {
    const is = now.get(path);
    return is === undefined ? [] : changes(path, was, is);
  });
}

function changes(path: string, was: Meaning, is: Meaning): readonly string[] {
  const gone = was.symbols.filter((symbol) => !is.symbols.includes(symbol));
  return [
    ...(gone.length > 0 ? [`${path} no longer has ${gone.join(", ")}: old records would read as its default`] : []),
    ...(was.kind !== is.kind ? [`${path} turns from ${was.kind} into ${is.kind}`] : []),
    ...(was.fallback !== undefined && is.fallback !== undefined && was.fallback !== is.fallback
      ? [`${path} has another default: records without it would change their meaning`]
      : []),
  ];
}

interface Meaning {
  readonly kind: string;
  readonly symbols: readonly string[];
  /** The field's default as JSON. */
  readonly fallback: string | undefined;
}

/** What each field, item and value of a schema means, by its path. */
function meanings(schema: AvroSchema): ReadonlyMap<string, Meaning> {
  const found = new Map<string, Meaning>();
  walk(schema, { path: "", fallback: undefined }, { found, names: new Map() });
  return found;
}

/** Where in a schema a walk is, and the default that the field there has, as JSON. */
interface Place {
  readonly path: string;
  readonly fallback: string | undefined;
}

/** What a walk has seen so far. */
interface Walk {
  readonly found: Map<string, Meaning>;
  /** Named types, which a schema may refer to by name once they are declared. */
  readonly names: Map<string, AvroNamed>;
}

function walk(schema: AvroSchema, { path, fallback }: Place, seen: Walk): void {
  const { found, names } = seen;
  if (Array.isArray(schema)) {
    for (const branch of schema.filter((each) => each !== "null")) walk(branch, { path, fallback }, seen);
    return;
  }
  const type = (typeof schema === "string" ? (names.get(schema) ?? { type: schema }) : schema) as AvroNamed & Unit;
  if (type.name !== undefined) names.set(type.name, type);
  const kind = [
    typeof type.type === "string" ? type.type : "nested",
    ...(type.logicalType ? [type.logicalType] : []),
  ].join(" ");
  found.set(path, { kind, symbols: type.symbols ?? [], fallback });
  for (const field of (type.fields ?? []) as readonly Defaulted[]) {
    const own = field.default === undefined ? undefined : JSON.stringify(field.default);
    walk(field.type, { path: path === "" ? field.name : `${path}.${field.name}`, fallback: own }, seen);
  }
  if (type.items !== undefined) walk(type.items, { path: `${path}[]`, fallback: undefined }, seen);
  if (type.values !== undefined) walk(type.values, { path: `${path}{}`, fallback: undefined }, seen);
}

interface Unit {
  readonly logicalType?: string;
}
interface Defaulted {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
}
