import { parse } from "yaml";
import { z } from "zod";

const accountEntry = z.object({
  id: z.string().min(1),
  tenant: z.string().min(1),
  provider: z.string().transform((name) => ({ name })),
  /** By the names that the environment has for the provider. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)),
});

/** An account as `COMMS_ACCOUNTS` has it, not yet read by its provider. */
export type AccountEntry = z.output<typeof accountEntry>;

/** The accounts that the text of `COMMS_ACCOUNTS` lists, or every issue with the list. No issue repeats a value. */
export function accountEntries(text: string): {
  readonly entries: readonly AccountEntry[];
  readonly issues: readonly string[];
} {
  const parsed = z.array(accountEntry).safeParse(yamlOf(text));
  if (parsed.success) return { entries: parsed.data, issues: [] };
  return { entries: [], issues: parsed.error.issues.map(describe) };
}

/** An entry is named by its place: its id may be what is wrong with it. */
function describe({ path: [place, ...path], message }: z.core.$ZodIssue): string {
  if (place === undefined) return "COMMS_ACCOUNTS: is not a YAML list";
  return `COMMS_ACCOUNTS: entry ${Number(place) + 1}: ${path.join(".")}: ${message}`;
}

/** Undefined for what cannot be parsed. */
function yamlOf(text: string): unknown {
  try {
    return parse(text) ?? [];
  } catch {
    return undefined;
  }
}
