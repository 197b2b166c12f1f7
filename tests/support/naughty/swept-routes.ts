/** A route of a gateway, as the running one describes it. */
export interface SweptRoute {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  /** What a key must be allowed to do, a scope or a role; undefined where no key is asked for. */
  readonly scope: string | undefined;
  readonly query: readonly string[];
  readonly headers: readonly string[];
  /** A body that fits the route's schema; undefined where it has none. */
  readonly sample: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Operation {
  readonly "x-scope"?: string;
  readonly "x-role"?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Every route that the gateway at this address says it has, so that a new one is swept by itself. */
export async function sweptRoutes(base: string): Promise<readonly SweptRoute[]> {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== "parameters")
      .map(([method, operation]) => routeOf(document, { path, method, operation })),
  );
}

interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function routeOf(document: Document, { path, method, operation }: Described): SweptRoute {
  const named = (place: string) => (operation.parameters ?? []).filter((one) => one.in === place);
  const schema = operation.requestBody?.content["application/json"]?.schema;
  return {
    method: method.toUpperCase(),
    path,
    scope: operation["x-scope"] ?? operation["x-role"],
    query: named("query").map(({ name }) => name),
    headers: named("header").map(({ name }) => name.toLowerCase()),
    sample: schema && sampleOf(schema, document),
  };
}

/** A value that a schema allows, with every property that it names. */
function sampleOf(schema: Schema, document: Document): unknown {
  if (schema.$ref !== undefined) {
    return sampleOf(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, document);
  }
  const [first] = schema.anyOf ?? [];
  if (first !== undefined) return sampleOf(first, document);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === "array") return [sampleOf(schema.items ?? {}, document)];
  if (schema.type === "integer" || schema.type === "number") return 1;
  if (schema.type === "boolean") return true;
  if (schema.type !== "object") return "sample";
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, one]) => [name, sampleOf(one, document)]),
  );
}
