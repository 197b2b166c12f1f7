import { type Fields, fieldsOf, listOf, parseJson, textOf } from "#shared/domain/json/readers.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { type CliCommand, exit } from "./command.ts";
import { cancelSettings } from "./command-settings.ts";

/** The gateway answers two seconds after it has taken a cancellation. */
const answerMsMax = 30_000;

/** `comms cancel`: cancels what a cause has not sent yet, through the gateway and with the caller's own key. */
export const cancel: CliCommand = {
  name: "cancel",
  usage: "cancel --cause-ref REF [--reason TEXT] [--tenant ID]",
  summary: "Cancel every message of a cause that no provider has taken yet",
  flags: { "cause-ref": { type: "string" }, reason: { type: "string" }, tenant: { type: "string" } },
  accepts: ({ args, flags }) => args.length === 0 && typeof flags["cause-ref"] === "string",
  run: async (invocation) => {
    const { flags } = invocation;
    if (cancel.accepts?.(invocation) !== true) {
      process.stderr.write(`Usage: comms ${cancel.usage}\n`);
      return exit.usage;
    }
    const config = readConfig(cancelSettings);
    const body = { cause_ref: flags["cause-ref"], reason: flags["reason"], tenant_id: flags["tenant"] };
    const base = config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, "");
    const answer = await ask(base, config.COMMS_API_KEY, body);
    if (answer === undefined) {
      process.stderr.write(
        `The gateway does not answer at ${base} (COMMS_GATEWAY_PUBLIC_URL). It may have taken the cancellation: the same again does no harm.\n`,
      );
      return exit.failed;
    }
    return report(answer.status, fieldsOf(parseJson(answer.text)), base);
  },
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Undefined where no answer came, or not a whole one. */
async function ask(base: string, key: string, body: object): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${base}/v1/cancellations`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(answerMsMax),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** Says what the gateway answered; the exit code follows from it. */
function report(status: number, answer: Fields, base: string): number {
  const { cancelled_at, note, messages, code, detail, faults } = answer;
  if (status === 202) {
    process.stdout.write(`Cancelled since ${textOf(cancelled_at)}. ${textOf(note)}: ${base}${textOf(messages)}\n`);
    return exit.done;
  }
  const issues = listOf(faults).map((fault) => `  ${textOf(fault)}\n`);
  process.stderr.write(`The gateway answers ${status} ${textOf(code)}: ${textOf(detail)}\n${issues.join("")}`);
  return status >= 500 ? exit.failed : exit.precondition;
}
