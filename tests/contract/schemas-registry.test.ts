import { createMemoryRegistry } from "#shared/avro/memory-registry.ts";
import { registryConformance } from "./registry-conformance.ts";

registryConformance("in memory", createMemoryRegistry);
