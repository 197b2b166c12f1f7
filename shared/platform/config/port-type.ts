import { z } from "zod";

/** A TCP port; 0 stands for any free one. */
export function portType() {
  return z.coerce.number().int().min(0).max(65_535);
}
