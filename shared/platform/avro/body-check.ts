/**
 * Walks an Avro body by its writer's schema before avsc reads it. avsc trusts what it reads: it turns invalid UTF-8 into
 * U+FFFD, allocates as many array items as a record claims to have, and finds a truncation only at the end. A body that
 * passes here is safe for avsc to read.
 */
import { Cursor } from "./cursor.ts";
import { UndecodableError } from "./undecodable.ts";

/** A schema as Avro's JSON writes it: a name, a union, or a complex type. */
export type AvroSchema = string | readonly AvroSchema[] | AvroNamed;

/** A complex type of Avro's JSON; `type` says which of the fields are present. */
export interface AvroNamed {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly namespace?: string;
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[];
  readonly symbols?: readonly string[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  readonly size?: number;
}

type Step = (cursor: Cursor) => void;
type Names = Map<string, Step>;

const primitives: Readonly<Record<string, Step>> = {
  null: () => {},
  boolean: (cursor) => cursor.boolean(),
  int: (cursor) => void cursor.int(),
  long: (cursor) => void cursor.long(),
  float: (cursor) => cursor.skip(4),
  double: (cursor) => cursor.skip(8),
  bytes: (cursor) => cursor.skip(cursor.long()),
  string: (cursor) => cursor.string(),
};

/**
 * Compiles a schema into a check of one framed value's body, which starts at `from` and must end with the bytes.
 * The check throws `UndecodableError` with the stage and the path of the field. Compiling throws on a recursive schema.
 */
export function compileBodyCheck(schema: AvroSchema): (bytes: Buffer, from: number) => void {
  const step = compile(schema, new Map(), "");
  return (bytes, from) => {
    const cursor = new Cursor(bytes, from);
    step(cursor);
    if (cursor.at < bytes.length) {
      throw new UndecodableError("trailing", `${bytes.length - cursor.at} bytes follow the record`);
    }
  };
}

function compile(schema: AvroSchema, names: Names, namespace: string): Step {
  if (typeof schema === "string") return primitives[schema] ?? named(schema, names, namespace);
  if (Array.isArray(schema)) return union(schema.map((branch) => compile(branch, names, namespace)));
  return complex(schema as AvroNamed, names, namespace);
}

function complex(schema: AvroNamed, names: Names, outer: string): Step {
  switch (schema.type) {
    case "record":
    case "error":
    case "enum":
    case "fixed":
      return define(schema, names, outer);
    case "array":
      return blocks(compile(schema.items ?? "null", names, outer));
    case "map":
      return blocks(entry(compile(schema.values ?? "null", names, outer)));
    default:
      return compile(schema.type, names, outer);
  }
}

/** The step of a type that has a name, which later fields may use. */
function define(schema: AvroNamed, names: Names, outer: string): Step {
  const namespace = namespaceOf(schema, outer);
  const step = stepOf(schema, names, namespace);
  names.set(fullName(schema.name ?? "", namespace), step);
  return step;
}

function record(schema: AvroNamed, names: Names, namespace: string): Step {
  const fields = (schema.fields ?? []).map(({ name, type }) => ({ name, step: compile(type, names, namespace) }));
  return (cursor) => {
    for (const field of fields) {
      try {
        field.step(cursor);
      } catch (error) {
        throw error instanceof UndecodableError ? at(field.name, error) : error;
      }
    }
  };
}

function at(field: string, error: UndecodableError): UndecodableError {
  const inner = /^The field (\S+) /.exec(error.message)?.[1];
  const path = inner === undefined ? field : `${field}.${inner}`;
  return new UndecodableError(error.stage, `The field ${path} is not readable (${error.stage})`);
}

const unknownBranch: Step = (cursor) => cursor.fail("branch");

function union(branches: readonly Step[]): Step {
  return (cursor) => {
    const branch = branches[cursor.long()] ?? unknownBranch;
    branch(cursor);
  };
}

function symbols(count: number): Step {
  return (cursor) => {
    const index = cursor.long();
    if (index < 0 || index >= count) cursor.fail("symbol");
  };
}

function blocks(item: Step): Step {
  return (cursor) => {
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      while (count-- > 0) item(cursor);
    }
  };
}

function entry(value: Step): Step {
  return (cursor) => {
    cursor.string();
    value(cursor);
  };
}

function stepOf(schema: AvroNamed, names: Names, namespace: string): Step {
  if (schema.type === "enum") return symbols(schema.symbols?.length ?? 0);
  if (schema.type === "fixed") return (cursor) => cursor.skip(schema.size ?? 0);
  return record(schema, names, namespace);
}

/** A recursive schema has no step yet when it names itself. Ours never do, and the schema gate refuses one that does. */
function named(name: string, names: Names, namespace: string): Step {
  const step = names.get(fullName(name, namespace)) ?? names.get(name);
  if (step === undefined) throw new Error(`The schema names ${name} before it is whole`);
  return step;
}

function fullName(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function namespaceOf(schema: AvroNamed, outer: string): string {
  const name = schema.name ?? "";
  return name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : (schema.namespace ?? outer);
}
