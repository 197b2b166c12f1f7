import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalise } from "#processors/feedback/core/normalise.ts";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import type { NormalisedWebhook } from "#shared/domain/feedback/parsed-webhook.ts";
import { countRuns } from "#tests/support/run-count.ts";
import { ses } from "./ses/bench.ts";

const webhooks = allProviders.flatMap(({ name, channel, webhook }) => (webhook ? [{ name, channel, webhook }] : []));

/** Control characters and halves of surrogate pairs among others: PostgreSQL refuses some, and no id has any. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "1", "-", "\0", "\n", "\ud800", "\udfff", "\u0085") }),
);
/** Any bytes; and what is close to a webhook, so that some of it is parsed. */
const body = fc.oneof(
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((json) => Buffer.from(json)),
  fc.tuple(text, text, text).map(([messageId, tag, bounceType]) =>
    Buffer.from(
      ses({
        eventType: "Bounce",
        mail: { messageId, tags: { msg_id: [tag] } },
        bounce: { bounceType, bouncedRecipients: [{ emailAddress: messageId }] },
      }),
    ),
  ),
  fc
    .tuple(text, text, text)
    .map(([MessageSid, ErrorCode, To]) =>
      Buffer.from(new URLSearchParams({ MessageSid, MessageStatus: "failed", ErrorCode, To }).toString()),
    ),
);
const msgId = fc.option(text, { nil: null });

/** Ids and codes go to PostgreSQL, and to topics by id. */
function unstorable(webhook: NormalisedWebhook): readonly string[] {
  if (webhook.kind !== "parsed") return [];
  const { msgId: id, providerRef, reports } = webhook;
  const texts = [id, providerRef, ...reports.map(({ code }) => code)].filter((one) => one !== null);
  return texts.filter((one) => !one.isWellFormed() || /\p{Cc}/u.test(one));
}

describe("the webhooks of all registered providers", () => {
  it("are some, each at a path of its own", () => {
    const paths = webhooks.map(({ webhook }) => webhook.path);
    expect(paths.length).toBeGreaterThanOrEqual(2);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).toMatch(/^\/webhooks(?:\/[a-z-]+)+$/);
  });

  it("are read by the feedback stage, each under its provider's name", () => {
    expect([...webhookNormalisers.keys()]).toEqual(webhooks.map(({ name }) => name));
  });

  it.each(webhooks)("$name: requires at least one setting, so that it is not mounted unasked", ({ webhook }) => {
    expect(webhook.settings.descriptions.filter(({ isRequired }) => isRequired)).not.toEqual([]);
  });

  it("read any bytes without throwing, as their own channel's, into ids that can be stored", () => {
    const parsed = countRuns();
    fc.assert(
      fc.property(fc.constantFrom(...webhooks), body, msgId, ({ name, channel, webhook }, bytes, msg_id) => {
        const alone = webhook.normalise(bytes.toString("utf8"), msg_id);
        const read = normalise({ provider: name, body: bytes, msg_id, query: msg_id }, webhookNormalisers);
        expect(read.kind).toBe(alone.kind);
        expect(unstorable(read)).toEqual([]);
        parsed.add(read.kind === "parsed");
        if (read.kind === "parsed") expect(read.channel).toBe(channel);
      }),
      { numRuns: 1_000 },
    );
    parsed.expectShare(0.05);
  });
});
