import type { WorldChild } from "#tests/support/world.ts";

/** What a probe of a process answers, with its words; status 0 if there is no answer within 2 s. */
export async function probeAnswer({ healthUrl }: WorldChild, path: "livez" | "readyz") {
  const answer = await fetch(`${healthUrl}/${path}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return { status: answer?.status ?? 0, text: (await answer?.text()) ?? "" };
}

/** The status alone. */
export async function probe(child: WorldChild, path: "livez" | "readyz"): Promise<number> {
  return (await probeAnswer(child, path)).status;
}
