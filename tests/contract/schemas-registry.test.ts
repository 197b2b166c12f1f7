import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { registryConformance } from "./registry-conformance.ts";

registryConformance("in memory", createMemoryRegistry);
