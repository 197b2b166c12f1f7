import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Template } from "#shared/contracts/records.ts";
import { channelDescriptors, channels } from "#shared/domain/channel/channels.ts";
import { FillError, fill } from "#shared/domain/template/fill.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import { countRuns } from "#tests/support/run-count.ts";
import { templateOf } from "../template/builders.ts";

const withContent = channels.flatMap((channel) => {
  const { content } = channelDescriptors[channel];
  return content ? [[channel, content] as const] : [];
});

/** A template with every text that a channel's files give. */
function templateFor(
  channel: Template["channel"],
  has: { readonly subject: unknown; readonly mjml: unknown },
): Template {
  return templateOf({
    channel,
    subject: has.subject === null ? null : "About {{ a }}",
    html: has.mjml === null ? null : "<p>{{ b }}</p>",
    text: "{{ a }} and {{ b }}",
    data: '{"deep_link":"app://{{ a }}","collapse_key":"{{ b }}"}',
  });
}

describe.each(withContent)("content on %s", (channel, { parts, files, columns }) => {
  it("has exactly the parts of its descriptor, in their order, for any variables", () => {
    const parsed = parseTemplate(templateFor(channel, files));
    const filled = countRuns();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (a, b) => {
        try {
          const content = fill(parsed, { a, b });
          filled.add(true);
          expect(Object.keys(content)).toEqual(["channel", ...Object.keys(parts)]);
          expect(content.channel).toBe(channel);
          expect(Object.values(content)).not.toContain(undefined);
        } catch (error) {
          if (!(error instanceof FillError)) throw error;
          filled.add(false);
        }
      }),
    );
    filled.expectShare(0.9);
  });

  it("lies in files of its own", () => {
    const all = [files.subject, files.mjml?.body, files.mjml?.preheader, files.text, files.data].filter(Boolean);
    expect(all.filter((file) => !file?.startsWith(`${channel.toLowerCase()}.`))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  it("goes to columns of its own", () => {
    const others = withContent
      .filter(([other]) => other !== channel)
      .flatMap(([, other]) => Object.keys(other.columns));
    expect(Object.keys(columns)).not.toEqual([]);
    expect(Object.keys(columns).filter((column) => others.includes(column))).toEqual([]);
  });
});
