import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { cleanStack, type StackOptions } from "#stack/stack.ts";

/** A stack in a folder of its own, for tests that break it. Native: it needs no engine, and shares no port with another. */
export interface OwnStack {
  readonly options: StackOptions;
  /** The output since the last call. */
  said(): readonly string[];
  remove(): Promise<void>;
}

/** With `secure`: TLS, passwords and ACLs on every server. */
export async function ownStack({ secure = false }: { readonly secure?: boolean } = {}): Promise<OwnStack> {
  const { cache, java } = readStackConfig();
  const root = await mkdtemp(join(tmpdir(), "carillon-stack-"));
  const lines: string[] = [];
  const options: StackOptions = { root, cache, java, mode: "native", secure, say: (line) => lines.push(line) };
  return {
    options,
    said: () => lines.splice(0),
    async remove() {
      await cleanStack(options);
      await rm(root, { recursive: true, force: true });
    },
  };
}
