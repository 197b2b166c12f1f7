import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createConfluentRegistry } from "#shared/platform/avro/confluent-registry.ts";
import type { Registry } from "#shared/platform/avro/registry.ts";
import { registryConformance } from "#tests/contract/registry-conformance.ts";
import { addresses } from "#tests/support/addresses.ts";

registryConformance("over HTTP", () => createConfluentRegistry({ url: addresses().registry.url }));

const schema = `{"type":"record","name":"Thing","fields":[{"name":"a","type":"string"}]}`;

describe("a registry that is not well", () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function against(listener: RequestListener): Promise<Registry> {
    const created = createServer(listener);
    server = created;
    await new Promise<void>((resolve) => created.listen(0, "127.0.0.1", resolve));
    const { port } = created.address() as AddressInfo;
    return createConfluentRegistry({ url: `http://127.0.0.1:${port}`, timeoutMs: 200 });
  }

  const calls: readonly [string, (registry: Registry) => Promise<unknown>][] = [
    ["lookup", (registry) => registry.lookup("s", schema)],
    ["schemaById", (registry) => registry.schemaById(1)],
    ["versions", (registry) => registry.versions("s")],
    ["register", (registry) => registry.register("s", schema)],
    ["compatibility", (registry) => registry.compatibility("s")],
    ["setCompatibility", (registry) => registry.setCompatibility("s", "FULL_TRANSITIVE")],
  ];

  test.each(calls)("refuses the connection: %s is to be tried again", async (_, call) => {
    const registry = createConfluentRegistry({ url: "http://127.0.0.1:1", timeoutMs: 200 });
    await expect(call(registry)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE", retryable: true });
  });

  test.each(calls)("never answers: %s gives up in time", async (_, call) => {
    const registry = await against(() => {});
    await expect(call(registry)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE", retryable: true });
  });

  test.each(calls)("answers 500: %s is to be tried again", async (_, call) => {
    const registry = await against((_request, response) => response.writeHead(500).end("{}"));
    await expect(call(registry)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE", retryable: true });
  });

  test.each(calls)("answers 401: %s is not to be tried again", async (_, call) => {
    const registry = await against((_request, response) => response.writeHead(401).end("{}"));
    await expect(call(registry)).rejects.toMatchObject({ code: "REGISTRY_FORBIDDEN", retryable: true });
  });
});
