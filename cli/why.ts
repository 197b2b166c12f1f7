import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import { gateLines, referenceLines, sentence } from "#shared/domain/explanation/explain.ts";
import type { ExplainedMessage } from "#shared/domain/explanation/explained-message.ts";
import { timeLines, waitsOf } from "#shared/domain/explanation/timeline.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { postgresAccess } from "#shared/platform/postgres/postgres-access.ts";
import { readMessages } from "#shared/state/messages/read-messages.ts";
import { type CliCommand, exit } from "./command.ts";
import { whySettings } from "./command-settings.ts";
import { parseDuration } from "./duration.ts";

const formats = ["text", "json"];

/** How many messages one run shows, the newest first. */
const messagesMax = 50;

/** The providers whose webhooks say what becomes of a message. */
const reportingProviders: ReadonlySet<string> = new Set(webhookNormalisers.keys());

/** `comms why`: says how a person's messages ended, and which rule with which value decided it, and where the time went. */
export const why: CliCommand = {
  name: "why",
  usage: "why --user ID [--template T] [--since 24h] [--tenant T] [--format text|json]",
  summary: "Say why somebody got a message, or did not",
  flags: {
    user: { type: "string" },
    template: { type: "string" },
    tenant: { type: "string", default: "default" },
    since: { type: "string", default: "24h" },
    format: { type: "string", default: "text" },
  },
  accepts: ({ args, flags }) =>
    args.length === 0 &&
    typeof flags["user"] === "string" &&
    parseDuration(String(flags["since"])) !== undefined &&
    formats.includes(String(flags["format"])),
  run: async (invocation) => {
    const { flags } = invocation;
    const user = flags["user"];
    const sinceMs = parseDuration(String(flags["since"]));
    if (typeof user !== "string" || sinceMs === undefined || why.accepts?.(invocation) !== true) {
      process.stderr.write(
        "Name a user with --user, a time such as --since 90m, 24h or 7d, and --format text or json.\n",
      );
      return exit.usage;
    }
    const template = typeof flags["template"] === "string" ? flags["template"] : undefined;
    const pool = createPool(postgresAccess(readConfig(whySettings)));
    const now = Date.now();
    try {
      const query = {
        tenantId: String(flags["tenant"]),
        userId: user,
        template,
        since: now - sinceMs,
        limit: messagesMax,
      };
      const messages = await readMessages(pool, query);
      if (flags["format"] === "json") process.stdout.write(`${JSON.stringify(messages.map(withWaits), null, 2)}\n`);
      else if (messages.length === 0) {
        process.stdout.write(`No event for ${user} led to a message in the last ${String(flags["since"])}.\n`);
      } else {
        for (const message of messages) process.stdout.write(textOf(message, now));
      }
      if (messages.length === messagesMax)
        process.stderr.write(`These are the newest ${messagesMax}; --since and --template ask for fewer.\n`);
      return exit.done;
    } finally {
      await pool.end();
    }
  },
};

function withWaits(message: ExplainedMessage) {
  return { ...message, waits: waitsOf(message) };
}

/** The sentence, the times, the gates, and by which names to search further. */
function textOf(message: ExplainedMessage, now: Instant): string {
  const lines = [
    sentence(message, reportingProviders),
    ...timeLines(message, now),
    ...gateLines(message),
    ...referenceLines(message),
  ];
  return `${lines.join("\n  ")}\n\n`;
}
