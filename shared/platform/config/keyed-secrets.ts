import { z } from "zod";
import type { SettingRules } from "./setting.ts";

/** Secrets by id. */
export type KeyedSecrets = Readonly<Record<string, string>>;

/** The id of a secret, which hashes, tokens and wrapped keys contain. */
export function secretId() {
  return z.string().regex(/^[\w-]{1,64}$/, "may hold letters, digits, - and _ only, 64 at most");
}

/**
 * `id=secret,id=secret`: the previous secrets, kept as long as something made with them is read. A secret may hold `=`
 * and no comma. Issues name the entry by its place and never repeat it.
 */
export function keyedSecrets(secret: { readonly form: RegExp; readonly needs: string }) {
  return z
    .string()
    .default("")
    .transform((text, context): KeyedSecrets => {
      const found = new Map<string, string>();
      const entries = text.split(",").map((entry) => entry.trim());
      for (const [index, entry] of entries.entries()) {
        const [, id, value] = /^([\w-]{1,64})=(.*)$/.exec(entry) ?? [];
        if (entry === "") continue;
        const issue = issueOf(index + 1, { id, value, known: found, secret });
        if (issue) context.addIssue({ code: "custom", message: issue });
        else found.set(id ?? "", value ?? "");
      }
      return Object.fromEntries(found);
    });
}

/** The settings of one secret that rotates, beside the secret itself. */
export interface Rotation {
  /** Names the setting with the current id. */
  readonly id: string;
  readonly idByDefault?: string;
  /** Names the setting with the previous secrets. */
  readonly previous: string;
}

/** If the current id is also among the previous ones, it is unclear which secret is meant. */
export function rotationRules({ id, idByDefault, previous }: Rotation): SettingRules {
  return (values) => {
    const ids = (values[previous] ?? "").split(",").map((entry) => entry.trim().split("=")[0]);
    const current = values[id] ?? idByDefault;
    return current !== undefined && ids.includes(current)
      ? [`${previous}: has the id of the current one, which ${id} names`]
      : [];
  };
}

interface Entry {
  readonly id: string | undefined;
  readonly value: string | undefined;
  readonly known: ReadonlyMap<string, string>;
  readonly secret: { readonly form: RegExp; readonly needs: string };
}

function issueOf(place: number, { id, value, known, secret }: Entry): string | undefined {
  if (id === undefined || value === undefined) return `entry ${place} is not written as id=secret`;
  if (known.has(id)) return `entry ${place} has the id of an earlier one`;
  return secret.form.test(value) ? undefined : `the secret of entry ${place} ${secret.needs}`;
}
