import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { catalogFolder, loadEventCatalog, readEventFiles } from "#catalog/event-catalog.ts";
import { render } from "#processors/renderer/core/render.ts";
import type { Event } from "#shared/contracts/records.ts";
import { compileSource } from "#shared/control/templates/compile.ts";
import { loadTemplateSources } from "#shared/control/templates/folder.ts";
import { decideIntake } from "#shared/domain/event/decide-intake.ts";
import { type ParsedTemplate, parseTemplate } from "#shared/domain/template/parsed.ts";

/** Case 8 of the field: what intake accepts can be shown on every channel, in every locale. */

const catalog = loadEventCatalog();
const files = readEventFiles(`${catalogFolder}/events`).map(({ content }) => content);
const templates = new Map<string, ParsedTemplate[]>();
const now = Date.UTC(2027, 0, 5);

beforeAll(async () => {
  for (const source of loadTemplateSources(catalogFolder)) {
    const result = await compileSource(source);
    if (result.kind === "invalid") throw new Error(result.issues.join("\n"));
    const parsed = parseTemplate({ ...result.template, published_at: 0 });
    templates.set(source.name, [...(templates.get(source.name) ?? []), parsed]);
  }
});

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly const?: unknown;
}

/** Texts that somebody has sent to a field of this format, or might. */
const hostile: Readonly<Record<string, readonly string[]>> = {
  "time-zone": ["Pacific Standard Time", "GMT+02:00", "UTC+2", "Berlin", "+05:30", "utc", "Etc/GMT-14", "EST5EDT"],
  "date-time": ["2027-06-30T23:59:60Z", "2027-02-30T00:00:00Z", "2027-03-14 17:30:00Z", "9999-12-31T23:59:59Z", "now"],
  currency: ["ZZZ", "usd", "XAU", "€"],
  uri: ["https://", "https://x", "https://[::1]/", "http://a.example/", "https://a.example/%zz"],
  text: [" ", "\u0001", "\u200b", "{{ x }}", "{% raw %}", "=?utf-8?Q?x?=", "\r\nBcc: x", "漢".repeat(60), "🙂"],
};

/** What a producer writes: the example's value, what else fits, and what does not. */
function valueOf(schema: Schema, example: unknown): fc.Arbitrary<unknown> {
  const texts = hostile[schema.format ?? "text"] ?? [];
  const kinds: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    string: fc.oneof(
      fc.constantFrom(...texts),
      fc.string({ unit: "grapheme", maxLength: 130 }),
      fc.string({ unit: "binary" }),
    ),
    integer: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 1, -1, 1e21, Number.MAX_SAFE_INTEGER)),
    object: fc.record(
      Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [
          name,
          valueOf(inner, (example as Readonly<Record<string, unknown>> | undefined)?.[name]),
        ]),
      ),
    ),
  };
  const kind = kinds[schema.type ?? "string"] ?? fc.jsonValue();
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(example) },
    { weight: 3, arbitrary: kind },
    { weight: 1, arbitrary: fc.constantFrom(undefined, null, "") },
  );
}

function payloads(payload: object, example: object): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const properties = Object.entries((payload as Schema).properties ?? {});
  return fc.record(
    Object.fromEntries(properties.map(([name, schema]) => [name, valueOf(schema, (example as never)[name])])),
  );
}

function eventOf(name: string, roles: readonly string[], payload: string): Event {
  return {
    event_id: null,
    tenant_id: "default",
    name,
    source: "test",
    cause_ref: "c-1",
    correlation_id: null,
    occurred_at: now,
    actors: roles.map((role) => ({ role, user_id: "anna" })),
    payload,
    category: null,
    priority: "NORMAL",
    expires_at: null,
    send_at: null,
  };
}

/** The digest's own summary of a payload that came twice. */
function summaryOf(payload: string): string {
  const item = JSON.parse(payload) as unknown;
  return JSON.stringify({ count: 2, items: [item, item] });
}

describe("what intake accepts", () => {
  it.each(files)("of $name, every template renders", ({ name, payload, example, sends }) => {
    const roles = [...new Set(sends.map(({ role }) => role))];
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(payloads(payload, example), (variables) => {
        const text = JSON.stringify(variables);
        const event = eventOf(name, roles, text);
        if (decideIntake(event, { catalog, topic: "comms.events", now }).kind === "rejected") return void refused++;
        accepted++;
        for (const { template, cadence } of sends) {
          for (const parsed of templates.get(template) ?? []) {
            const result = render(parsed, cadence === undefined ? text : summaryOf(text));
            expect(result.kind === "content" ? "" : result.refusal).toBe("");
          }
        }
      }),
      { numRuns: 400 },
    );
    // Both sides are met, else the property says little.
    expect(accepted).toBeGreaterThan(40);
    expect(refused).toBeGreaterThan(40);
  });

  it.each(["Pacific Standard Time", "GMT+02:00", "UTC+2", "Berlin"])("is no booking in the zone %s", (tz) => {
    expect(issuesOf({ tz })).toEqual(["The payload at /tz is not a time zone by its IANA name, as Europe/Berlin"]);
  });

  it("is no booking at a leap second", () => {
    expect(issuesOf({ starts_at: "2027-06-30T23:59:60Z" })).toEqual([
      "The payload at /starts_at is not a date and time with an offset, as 2027-03-14T17:30:00Z",
    ]);
  });

  it("is no booking with an empty note, an invented currency or an amount that is not whole", () => {
    expect(issuesOf({ note: "" })).toHaveLength(1);
    expect(issuesOf({ total: { amount_micros: 1, currency: "ZZZ" } })).toHaveLength(1);
    expect(issuesOf({ total: { amount_micros: 1e300, currency: "EUR" } })).toHaveLength(1);
  });
});

function issuesOf(over: object): readonly string[] {
  const example = files.find(({ name }) => name === "booking.confirmed")?.example ?? {};
  const event = eventOf("booking.confirmed", ["buyer", "seller"], JSON.stringify({ ...example, ...over }));
  const intake = decideIntake(event, { catalog, topic: "comms.events", now });
  return intake.kind === "rejected" ? intake.issues : [];
}
