import versionsFile from "./versions.json" with { type: "json" };

/** The one list of the servers' versions. `pom.xml` gets them as properties, `docker-compose.yml` is held to them by a test. */
export const versions: Readonly<Record<keyof typeof versionsFile, string>> = versionsFile;
