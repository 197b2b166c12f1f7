import type { WorldChild } from "#tests/support/world.ts";

/** What a probe of a process answers: its status, or 0 if there is no answer within 2 s. */
export async function probe({ healthUrl }: WorldChild, path: "livez" | "readyz"): Promise<number> {
  const answer = await fetch(`${healthUrl}/${path}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer?.status ?? 0;
}
