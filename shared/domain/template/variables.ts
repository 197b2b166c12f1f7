import type { TemplateVariable, VariableKind } from "./manifest.ts";

type Variables = Readonly<Record<string, TemplateVariable>>;

const schemas: Readonly<Record<Exclude<VariableKind, "list">, object>> = {
  string: { type: "string", minLength: 1 },
  url: { type: "string", format: "uri", pattern: "^https://" },
  integer: { type: "integer" },
  datetime: { type: "string", format: "date-time" },
  timezone: { type: "string", minLength: 1 },
  money: {
    type: "object",
    properties: { amount_micros: { type: "integer" }, currency: { type: "string", pattern: "^[A-Z]{3}$" } },
    required: ["amount_micros", "currency"],
  },
};

/** The JSON schema of a message's variables. Variables that are not declared are allowed and unused. */
export function variablesSchema(variables: Variables): object {
  const names = Object.keys(variables);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, describedSchema(variables[name])])),
    required: names.filter((name) => variables[name]?.required),
  };
}

/** The example of every variable, for previews and golden files; `requiredOnly` leaves the optional ones out. */
export function exampleOf(
  variables: Variables,
  options: { readonly requiredOnly?: boolean } = {},
): Readonly<Record<string, unknown>> {
  const included = Object.entries(variables).filter(([, variable]) => variable.required || !options.requiredOnly);
  return Object.fromEntries(included.map(([name, variable]) => [name, variable.example]));
}

function describedSchema(variable: TemplateVariable | undefined): object {
  if (!variable) return {};
  return { ...schemaOf(variable), description: variable.description, examples: [variable.example] };
}

function schemaOf(variable: TemplateVariable): object {
  if (variable.type !== "list") return schemas[variable.type];
  const fields = Object.entries(variable.items ?? {});
  const properties = Object.fromEntries(fields.map(([name, field]) => [name, schemas[field.type]]));
  return { type: "array", minItems: 1, items: { type: "object", properties, required: Object.keys(properties) } };
}
