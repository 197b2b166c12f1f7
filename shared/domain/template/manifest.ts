import { parse } from "yaml";
import { z } from "zod";
import { channelOf } from "../channel/channels.ts";
import type { KnownChannel } from "../message/channel.ts";

const kinds = ["string", "url", "integer", "datetime", "timezone", "money", "list"] as const;

/** A variable of a template: the renderer validates by it, and editors preview with the example (TPL-05). */
const variable = z.strictObject({
  type: z.enum(kinds),
  description: z.string().min(1),
  example: z.unknown(),
  required: z.boolean().default(true),
  /** Of a list: the fields of each entry, all required. */
  items: z.record(z.string(), z.strictObject({ type: z.enum(kinds).exclude(["list"]) })).optional(),
});

const manifest = z.strictObject({
  category: z.enum(["security", "legal", "booking", "messages", "reviews", "promotions", "finance"]),
  critical: z.boolean().optional(),
  tracking: z.boolean().optional(),
  channels: z.array(z.string().refine((name) => channelOf(name) !== undefined, "is no channel")).min(1),
  author: z.string().min(1),
  variables: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/, "is lower case with underscores"), variable),
});

/** The type of a template's variable. */
export type VariableKind = (typeof kinds)[number];

/** One variable as a manifest declares it. */
export type TemplateVariable = z.infer<typeof variable>;

/** The properties that a template has in all its locales, defaults filled in (decisions 8 and 18). */
export interface TemplateManifest {
  readonly category: string;
  readonly critical: boolean;
  readonly tracking: boolean;
  readonly channels: readonly KnownChannel[];
  readonly author: string;
  readonly variables: Readonly<Record<string, TemplateVariable>>;
}

const criticalCategories: ReadonlySet<string> = new Set(["security", "legal"]);

/** Reads the text of a `template.yaml`. Throws an `Error` naming every issue, each beginning with the path. */
export function parseTemplateManifest(path: string, text: string): TemplateManifest {
  const parsed = manifest.safeParse(parse(text));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${path}: ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(issues.join("\n"));
  }
  const { category, author, variables } = parsed.data;
  const isSensitive = criticalCategories.has(category);
  const channels = parsed.data.channels.flatMap((name) => channelOf(name) ?? []);
  const { critical = isSensitive, tracking = !isSensitive } = parsed.data;
  return { category, critical, tracking, channels, author, variables };
}
