import type { Template } from "#shared/contracts/records.ts";
import { parseTemplateManifest, type TemplateManifest } from "#shared/domain/template/manifest.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";

export const manifest: TemplateManifest = parseTemplateManifest(
  "template.yaml",
  `
category: booking
channels: [sms]
author: ada
variables:
  name: { type: string, description: Who, example: Inés }
  total: { type: money, description: How much, example: { amount_micros: 5000000, currency: USD }, required: false }
`,
);

/** A source without issues, to be changed by each test. */
export function source(change: Partial<TemplateSource> = {}): TemplateSource {
  return {
    name: "greeting",
    version: 1,
    channel: "SMS",
    locale: "en-US",
    manifest,
    subject: null,
    mjml: null,
    text: "Hello {{ name }}{% if total %}, {{ total | money }}{% endif %}",
    data: null,
    ...change,
  };
}

export function emailSource(body: string, change: Partial<TemplateSource> = {}): TemplateSource {
  const mjml = `<mjml><mj-body><mj-section><mj-column>${body}</mj-column></mj-section></mj-body></mjml>`;
  return source({ channel: "EMAIL", subject: "Hello {{ name }}", mjml, ...change });
}

/** A published template of a text, to be changed by each test. */
export function templateOf(change: Partial<Template>): Template {
  return {
    template_id: "t",
    name: "greeting",
    version: 1,
    channel: "SMS",
    locale: "en-US",
    category: "booking",
    critical: false,
    tracking: true,
    active: true,
    published_at: 0,
    content_hash: "h",
    variables: "{}",
    subject: null,
    html: null,
    text: "{{ text }}",
    data: null,
    ...change,
  };
}
