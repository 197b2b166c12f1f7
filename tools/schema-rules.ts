import type { AvroSchema } from "#shared/platform/avro/body-check.ts";

/** The rules of one schema, beyond what Avro asks; each issue is a sentence. A schema without issues is fit to release. */
export function schemaIssues(schema: AvroSchema): readonly string[] {
  const issues: string[] = [];
  check(schema, "", { issues, open: new Set(), whole: new Set() });
  return issues;
}

interface Walk {
  readonly issues: string[];
  /** Records that are being walked: naming one of them is a recursion. */
  readonly open: Set<string>;
  readonly whole: Set<string>;
}

/** What sinks and warehouses read alike. No float (money would follow), no fixed. */
const primitives = new Set(["boolean", "int", "long", "double", "bytes", "string"]);
const piiClasses = new Set(["none", "pseudonym", "direct"]);

interface Complex {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly symbols?: readonly string[];
  readonly default?: unknown;
  readonly fields?: readonly Field[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
}
interface Field {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
  readonly pii?: string;
  readonly default?: unknown;
}

function check(schema: AvroSchema, path: string, walk: Walk): void {
  if (typeof schema === "string") return checkName(schema, path, walk);
  if (Array.isArray(schema)) return void walk.issues.push(`${path} holds a union that is not a field's type`);
  const complex = schema as Complex;
  switch (complex.type) {
    case "record":
      return checkRecord(complex, path, walk);
    case "enum":
      return checkEnum(complex, path, walk);
    case "array":
      return check(complex.items ?? "null", `${path}[]`, walk);
    case "map":
      return check(complex.values ?? "null", `${path}{}`, walk);
    default:
      return checkLogical(complex, path, walk);
  }
}

function checkName(name: string, path: string, { issues, open, whole }: Walk): void {
  if (open.has(name)) issues.push(`${path} makes ${name} recursive`);
  else if (!primitives.has(name) && !whole.has(name))
    issues.push(`${path} is of type ${name}, which sinks cannot read`);
}

function checkRecord(record: Complex, path: string, walk: Walk): void {
  const name = record.name ?? "";
  if (!record.doc) walk.issues.push(`${path || name} has no doc`);
  if (!record.fields?.length) walk.issues.push(`${path || name} has no fields`);
  walk.open.add(name);
  for (const field of record.fields ?? []) checkField(field, path === "" ? field.name : `${path}.${field.name}`, walk);
  walk.open.delete(name);
  walk.whole.add(name);
}

function checkField(field: Field, path: string, walk: Walk): void {
  const { issues } = walk;
  if (!field.doc) issues.push(`${path} has no doc`);
  if (!piiClasses.has(field.pii ?? "")) issues.push(`${path} has no pii of none, pseudonym or direct`);
  if (!/^[a-z][a-z0-9_]*$/.test(field.name)) issues.push(`${path} is not in snake case`);
  if (!Array.isArray(field.type)) return check(field.type, path, walk);
  const [first, second, ...more] = field.type;
  if (first !== "null" || second === undefined || more.length > 0 || field.default !== null) {
    issues.push(`${path} is optional, so it must be null first, one type after it, and null by default`);
  }
  if (second !== undefined) check(second, path, walk);
}

function checkEnum(type: Complex, path: string, { issues, whole }: Walk): void {
  if (!type.doc) issues.push(`${path} has an enum without doc`);
  if (type.symbols?.[0] !== "UNKNOWN" || type.default !== "UNKNOWN") {
    issues.push(`${path} has an enum whose first symbol and default are not UNKNOWN`);
  }
  whole.add(type.name ?? "");
}

function checkLogical(type: Complex, path: string, walk: Walk): void {
  const { logicalType } = type;
  if (logicalType !== undefined && logicalType !== "timestamp-millis") {
    walk.issues.push(`${path} is of logical type ${logicalType}; only timestamp-millis is read by every sink`);
  }
  if (logicalType === "timestamp-millis" && type.type !== "long") walk.issues.push(`${path} is a time and not a long`);
  check(type.type, path, walk);
}
