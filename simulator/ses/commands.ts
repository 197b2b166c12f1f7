import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { CallbackQueue } from "../callbacks/callback-queue.ts";
import { BadCommand, commandBody } from "../control/command.ts";
import type { Recent } from "../core/recent.ts";
import { sesEventTypes } from "../options.ts";
import { msgIdOf } from "./check.ts";
import { lateDetail, type SentMail } from "./events.ts";
import { publish, type SesPublisherParts } from "./publisher.ts";

export interface CommandParts {
  readonly mails: Recent<SentMail>;
  readonly callbacks: CallbackQueue;
  readonly publishing: SesPublisherParts;
}

const eventBody = z
  .strictObject({
    type: z.enum(sesEventTypes),
    msg_id: z.string().optional(),
    provider_ref: z.string().optional(),
    /** Fields that take the place of the usual ones: `{"complaintFeedbackType": "not-spam"}`. */
    detail: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(
    ({ msg_id, provider_ref }) => msg_id !== undefined || provider_ref !== undefined,
    "Name the mail by msg_id or provider_ref",
  );

/** `POST /control/ses/events`: publishes an event about an earlier mail, as when a person complains days later. */
export function sesCommands(app: FastifyInstance, { mails, callbacks, publishing }: CommandParts): void {
  app.post("/control/ses/events", (request) => {
    const { type, msg_id, provider_ref, detail } = commandBody(eventBody, request);
    const sent = provider_ref === undefined ? latest(mails, msg_id) : mails.find(provider_ref);
    if (sent === undefined) throw new BadCommand(404, "No mail of that name is among the latest");
    const event = { type, wait: 0, detail: { ...lateDetail(sent, type), ...detail } };
    const owed = publish(sent, [event], { ...publishing, types: sesEventTypes });
    callbacks.add(owed);
    return { published: owed.length };
  });
}

function latest(mails: Recent<SentMail>, msgId: string | undefined): SentMail | undefined {
  return [...mails.values()].findLast(({ mail }) => msgIdOf(mail) === msgId);
}
