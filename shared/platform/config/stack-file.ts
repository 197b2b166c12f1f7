import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Addresses } from "./addresses.ts";

/** Where a checkout keeps the addresses of its stack. */
export function stackFile(root: string): string {
  return join(root, ".carillon", "stack.json");
}

/** The addresses of the stack that was started in this checkout, or undefined if none was. */
export function readAddresses(root: string): Addresses | undefined {
  try {
    return JSON.parse(readFileSync(stackFile(root), "utf8")) as Addresses;
  } catch {
    return undefined;
  }
}
