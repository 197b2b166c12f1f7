import type { TemplateManifest, TemplateVariable, VariableKind } from "#shared/domain/template/manifest.ts";

/** A JSON schema of one value, as far as it is looked at here. */
interface ValueSchema {
  readonly type?: unknown;
  readonly format?: unknown;
  readonly pattern?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, ValueSchema>>;
}

/** What is looked at of an event's file. */
interface ShownEvent {
  readonly payload: object;
  readonly sends: readonly { readonly template: string; readonly cadence?: string | undefined }[];
}

/**
 * What the event's own schema lets through and its templates cannot show, a sentence each: a variable that may be absent,
 * or a value whose format is not that of the variable's kind. Intake refuses by the event's schema, so without these
 * issues what it accepts can be rendered. A digest shows the fields of the entries of its list.
 */
export function shownValueIssues(
  file: ShownEvent,
  manifests: ReadonlyMap<string, TemplateManifest>,
): readonly string[] {
  const payload = file.payload as ValueSchema;
  return file.sends.flatMap((send) => {
    const manifest = manifests.get(send.template);
    if (!manifest) return [];
    return shownVariables(manifest, send.cadence !== undefined).flatMap(([name, { type, required }]) => {
      const schema = payload.properties?.[name];
      if (required && !payload.required?.includes(name))
        return [`${send.template} needs '${name}', which may be absent`];
      if (schema === undefined || fits(schema, type)) return [];
      return [`${send.template} shows '${name}' as ${type}: its schema must have ${demands[type]}`];
    });
  });
}

type Shown = Pick<TemplateVariable, "type" | "required">;

function shownVariables({ variables }: TemplateManifest, isDigest: boolean): readonly (readonly [string, Shown])[] {
  if (!isDigest) return Object.entries(variables);
  const lists = Object.values(variables).flatMap(({ items }) => (items ? [items] : []));
  return lists.flatMap((items) =>
    Object.entries(items).map(([name, { type }]) => [name, { type, required: true }] as const),
  );
}

const demands: Readonly<Record<VariableKind, string>> = {
  string: "const, enum, format: text, or a pattern that begins with ^[",
  url: 'format: uri and pattern: "^https://"',
  integer: "type: integer",
  datetime: "format: date-time",
  timezone: "format: time-zone",
  money: "type: object, amount_micros as an integer, currency of format: currency, both required",
  list: "no such place in an event",
};

function fits(schema: ValueSchema, kind: VariableKind): boolean {
  const { type, format, pattern } = schema;
  if (kind === "integer") return type === "integer";
  if (kind === "datetime") return type === "string" && format === "date-time";
  if (kind === "timezone") return type === "string" && format === "time-zone";
  if (kind === "url") return type === "string" && format === "uri" && pattern === "^https://";
  if (kind === "money") return isMoney(schema);
  return kind === "string" && isText(schema);
}

function isText({ type, format, pattern, const: only, enum: some }: ValueSchema): boolean {
  if (typeof only === "string" || Array.isArray(some)) return true;
  return type === "string" && (format === "text" || (typeof pattern === "string" && pattern.startsWith("^[")));
}

function isMoney({ type, required, properties }: ValueSchema): boolean {
  return (
    type === "object" &&
    properties?.["amount_micros"]?.type === "integer" &&
    properties["currency"]?.type === "string" &&
    properties["currency"].format === "currency" &&
    ["amount_micros", "currency"].every((name) => required?.includes(name))
  );
}
