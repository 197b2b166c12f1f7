import { refusal } from "./refusal.ts";
import { finish } from "./run-command.ts";

const oldest = 17;

/** The major version in what `java -version` prints; `undefined` if it says none. Old Javas call 8 "1.8". */
export function javaMajor(printed: string): number | undefined {
  const found = /version "(?:1\.)?(\d+)/.exec(printed)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Throws a refusal if there is no Java that Kafka can run on. */
export async function assertJava(java: string): Promise<void> {
  const printed = await finish({ file: java, args: ["-version"] }).then(
    (done) => done.stderr + done.stdout,
    () => undefined,
  );
  const major = printed === undefined ? undefined : javaMajor(printed);
  if (major !== undefined && major >= oldest) return;
  const seen = printed === undefined ? `'${java}' cannot be run` : `'${java}' is ${major ?? "of an unknown version"}`;
  throw refusal(
    "STACK_JAVA_MISSING",
    `The native stack needs Java ${oldest} or later and ${seen}: install one (Debian: 'apt-get install openjdk-17-jre-headless'), ` +
      "or start Docker and set COMMS_STACK=docker.",
  );
}
