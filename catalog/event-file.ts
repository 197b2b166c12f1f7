import { z } from "zod";
import { stages } from "#shared/contracts/topics.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import type { EventEntry } from "#shared/domain/event/event-entry.ts";
import type { TemplateManifest } from "#shared/domain/template/manifest.ts";
import { shownValueIssues } from "./shown-values.ts";

const families = ["booking", "docs", "payments", "messaging", "trust", "promotions", "synthetic"] as const;

/** The stages that send messages. */
const senders: ReadonlySet<string> = new Set(stages.filter((stage) => stage.endsWith("-sender")));

/** A channel may be known before it has a sender; its messages would then stay on the topic for good. */
const channel = z
  .string()
  .refine((name) => channelOf(name) !== undefined, { error: "is no channel", abort: true })
  .refine((name) => senders.has(`${name.toLowerCase()}-sender`), "has no sender yet");

const eventFile = z.strictObject({
  name: z.string().regex(/^[a-z]+(\.[a-z_]+)+$/, "is lower-case words joined by dots"),
  family: z.enum(families satisfies readonly EventEntry["family"][]),
  category: z.enum(["security", "legal", "booking", "messages", "reviews", "promotions", "finance"]),
  description: z.string().min(1),
  payload: z.looseObject({ type: z.literal("object"), properties: z.record(z.string(), z.unknown()) }),
  example: z.record(z.string(), z.unknown()),
  sends: z
    .array(
      z.strictObject({
        role: z.string().min(1),
        template: z.string().min(1),
        channels: z.array(channel).min(1),
        dedupe_key: z.string().min(1),
        cadence: z.string().min(1).optional(),
      }),
    )
    .min(1),
});

/** The content of an event's YAML file. */
export type EventFile = z.infer<typeof eventFile>;

/** Every issue of an event file, a sentence each, beginning with its path. */
export function eventFileIssues(
  file: { readonly path: string; readonly content: EventFile },
  templates: ReadonlyMap<string, TemplateManifest>,
): readonly string[] {
  const parsed = eventFile.safeParse(file.content);
  const issues = parsed.success
    ? [
        ...placeIssues(file.path, parsed.data),
        ...sendIssues(parsed.data, templates),
        ...shownValueIssues(parsed.data, templates),
      ]
    : parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  return issues.map((issue) => `${file.path}: ${issue}`);
}

function placeIssues(path: string, file: EventFile): readonly string[] {
  return path === `${file.family}/${file.name}.yaml` ? [] : [`belongs in ${file.family}/${file.name}.yaml`];
}

function sendIssues(file: EventFile, templates: ReadonlyMap<string, TemplateManifest>): readonly string[] {
  const known = new Set(["cause_ref", "minute", ...Object.keys(file.payload.properties)]);
  return file.sends.flatMap((send) => [
    ...(templates.has(send.template) ? [] : [`template '${send.template}' does not exist`]),
    ...placeholders(send.dedupe_key)
      .filter((name) => !known.has(name))
      .map((name) => `dedupe_key names '${name}', which the payload does not have`),
  ]);
}

function placeholders(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? "");
}
