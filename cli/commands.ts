import { acl } from "./acl.ts";
import { approve } from "./approve.ts";
import { audit } from "./audit.ts";
import { cancel } from "./cancel.ts";
import { check } from "./check.ts";
import type { CliCommand } from "./command.ts";
import { demo } from "./demo/demo.ts";
import { env } from "./env.ts";
import { flag } from "./flag.ts";
import { fuse } from "./fuse.ts";
import { key } from "./key.ts";
import { pauseCommand, resumeCommand } from "./pause.ts";
import { prepare } from "./prepare.ts";
import { rebuild } from "./rebuild.ts";
import { run } from "./run.ts";
import { group, status } from "./status.ts";
import { suppressionCommand } from "./suppression.ts";
import { topic } from "./topic.ts";
import { why } from "./why.ts";

/** Every command, in the order in which `comms help` lists them. */
export const commands: readonly CliCommand[] = [
  demo,
  prepare,
  run,
  rebuild,
  check,
  status,
  group,
  fuse,
  key,
  topic,
  acl,
  why,
  flag,
  pauseCommand,
  resumeCommand,
  suppressionCommand,
  approve,
  audit,
  env,
  cancel,
];
