import { join } from "node:path";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { dockerAnswers } from "./docker.ts";
import { exists } from "./files.ts";
import { readJson } from "./json-file.ts";
import type { Layout } from "./layout.ts";
import { refusal } from "./refusal.ts";

type Mode = Addresses["mode"];

/** What is known when the mode is chosen. */
export interface Circumstances {
  readonly asked: Mode | undefined;
  /** The mode of the stack that runs, or ran last and was not stopped. */
  readonly standing: Mode | undefined;
  readonly hasNativeData: boolean;
  readonly dockerAnswers: () => Promise<boolean>;
}

/** The requested mode; else that of the running stack; else that of its data; else Docker if an engine answers; else native. */
export async function chooseMode(found: Circumstances): Promise<Mode> {
  const { asked, standing } = found;
  if (asked !== undefined && standing !== undefined && asked !== standing) {
    throw refusal(
      "STACK_RUNNING",
      `The stack stands as '${standing}' and COMMS_STACK says '${asked}': 'make down' first, then 'make up'.`,
    );
  }
  if (asked === "docker" && standing === undefined && !(await found.dockerAnswers())) {
    throw refusal(
      "STACK_DOCKER",
      "COMMS_STACK is 'docker', and no Docker engine with its compose plug-in answers: start it, or unset COMMS_STACK.",
    );
  }
  return asked ?? standing ?? (found.hasNativeData ? "native" : (await found.dockerAnswers()) ? "docker" : "native");
}

/** Whether a stack asks for TLS and passwords: as asked; else as it stands; else not. */
export async function chooseSecurity(
  { stackFile }: Layout,
  { asked, mode }: { readonly asked: boolean | undefined; readonly mode: Mode },
): Promise<boolean> {
  const found = await readJson(stackFile);
  const standing = typeof found === "object" && found !== null ? "secure" in found : undefined;
  if (asked !== undefined && standing !== undefined && asked !== standing) {
    const how = standing ? "with TLS and passwords" : "in plain text";
    throw refusal(
      "STACK_RUNNING",
      `The stack stands ${how} and COMMS_STACK_SECURE says otherwise: 'make down' first, then 'make up'.`,
    );
  }
  const isSecure = asked ?? standing ?? false;
  if (!isSecure || mode === "native") return isSecure;
  throw refusal(
    "STACK_DOCKER",
    "The Docker way has no secure stack: set COMMS_STACK=native, or unset COMMS_STACK_SECURE.",
  );
}

/** The circumstances of a layout. */
export async function circumstances(layout: Layout, asked: Mode | undefined): Promise<Circumstances> {
  return {
    asked,
    standing: modeIn(await readJson(layout.stackFile)),
    hasNativeData: await exists(join(layout.data, "kafka", "log", "meta.properties")),
    dockerAnswers,
  };
}

function modeIn(content: unknown): Mode | undefined {
  const mode = typeof content === "object" && content !== null && "mode" in content ? content.mode : undefined;
  return mode === "native" || mode === "docker" ? mode : undefined;
}
