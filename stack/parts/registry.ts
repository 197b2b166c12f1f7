import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Part } from "../part.ts";
import type { PartContext } from "./context.ts";

/**
 * Apicurio with an H2 file as its store. Its default store is memory, which loses every schema id that the log refers to;
 * and without `WRITE_DELAY=0` H2 loses the last half second at a kill -9.
 */
export function registryPart({ layout, ports, binaries, java }: PartContext): Part {
  const home = join(layout.data, "registry");
  const url = `http://127.0.0.1:${ports.registry}`;
  return {
    name: "registry",
    address: `${url}/apis/ccompat/v7`,
    logFile: join(layout.logs, "registry.log"),
    stopSignal: "SIGTERM",
    async prepare() {
      await mkdir(home, { recursive: true });
    },
    command: () => ({
      file: java,
      cwd: home,
      args: [
        "-Xmx256m",
        "-Xms64m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dquarkus.http.host=127.0.0.1",
        `-Dquarkus.http.port=${ports.registry}`,
        "-Dquarkus.log.console.color=false",
        `-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:${join(home, "store")};WRITE_DELAY=0`,
        "-jar",
        binaries.registryJar,
      ],
    }),
    ready: () => registryReady(ports.registry, 2_000),
  };
}

/** Whether the registry answers from its store by the API that our clients use. */
export async function registryReady(port: number, timeoutMs: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(`http://127.0.0.1:${port}/apis/ccompat/v7/subjects`, { signal });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
