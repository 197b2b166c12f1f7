import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import { artifactOf } from "#shared/platform/artifacts/sealed-artifact.ts";
import { contextOf, seal } from "#shared/platform/crypto/envelope.ts";
import type { KeyStore } from "#shared/platform/crypto/key-store.ts";

/** The path below the store's folder of an artifact that a release before segments wrote, by its reference. */
export function pathOfFile(ref: string): string {
  const [tenant = "", message = "", hash = ""] = ref.split("/");
  return join(tenant, message.slice(0, 1), `${message}.${hash}`);
}

/** Writes artifacts as releases before segments did: a file a message. `tests/fixtures/artifacts` has two of their own. */
export function createFileWriter(root: string, keys: KeyStore): Pick<ArtifactStore, "put"> {
  return {
    put: async (owner, content) => {
      const { name, hash, plain } = artifactOf(owner, content);
      const key = await keys.keyOf(owner.tenantId, owner.userId);
      const sealed = seal(key, deflateRawSync(plain), contextOf("artifact", name, owner.tenantId, owner.userId));
      const path = join(root, pathOfFile(name));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, sealed);
      return { ref: name, hash, bytes: plain.length };
    },
  };
}
