import type { ZodType } from "zod";

/** Checks plain JSON by a schema: the input, or an issue for each thing that is wrong, without the value. */
export function checkedBy<Input>(schema: ZodType<Input>) {
  return (input: unknown): { readonly input: Input } | { readonly issues: readonly string[] } => {
    const result = schema.safeParse(input);
    if (result.success) return { input: result.data };
    return { issues: result.error.issues.map(({ path, message }) => `${path.join(".") || "the input"}: ${message}`) };
  };
}
