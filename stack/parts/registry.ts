import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { httpCall } from "../http-call.ts";
import type { Part } from "../part.ts";
import type { SecureFiles } from "../secure/secure-files.ts";
import type { PartContext } from "./context.ts";

/**
 * Apicurio with an H2 file as its store. Its default store is memory, which loses every schema id that the log refers to;
 * and without `WRITE_DELAY=0` H2 loses the last half second at a kill -9.
 */
export function registryPart({ layout, ports, binaries, java, secure }: PartContext): Part {
  const home = join(layout.data, "registry");
  return {
    name: "registry",
    address: registryUrl(ports.registry, secure !== undefined),
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
        ...portSettings(ports.registry, secure),
        "-Dquarkus.log.console.color=false",
        `-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:${join(home, "store")};WRITE_DELAY=0`,
        "-jar",
        binaries.registryJar,
      ],
    }),
    ready: () => registryReady(ports.registry, 2_000, secure),
  };
}

/** Where the registry answers by the API that our clients use. */
export function registryUrl(port: number, isSecure: boolean): string {
  return `${isSecure ? "https" : "http"}://127.0.0.1:${port}/apis/ccompat/v7`;
}

function portSettings(port: number, secure: SecureFiles | undefined): readonly string[] {
  if (secure === undefined) return [`-Dquarkus.http.port=${port}`];
  return [
    `-Dquarkus.http.ssl-port=${port}`,
    "-Dquarkus.http.insecure-requests=disabled",
    `-Dquarkus.http.ssl.certificate.files=${secure.server.certificate}`,
    `-Dquarkus.http.ssl.certificate.key-files=${secure.server.key}`,
  ];
}

/** Whether the registry answers from its store by the API that our clients use. */
export async function registryReady(port: number, timeoutMs: number, secure?: SecureFiles): Promise<boolean> {
  try {
    const ca = secure && (await readFile(secure.ca, "utf8"));
    const url = `${registryUrl(port, secure !== undefined)}/subjects`;
    return (await httpCall(url, { timeoutMs, ca })).status === 200;
  } catch {
    return false;
  }
}
