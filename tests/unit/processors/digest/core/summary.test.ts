import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { counted, cutPayload, itemBytesMax } from "#processors/digest/core/item-payload.ts";
import { summaryBytesMax, summaryOf } from "#processors/digest/core/summary.ts";
import { cadences } from "#shared/domain/cadence/cadence.ts";
import { parseTemplateManifest } from "#shared/domain/template/manifest.ts";

const fields = ["sender_name", "excerpt", "thread_url"];
const shown = { sender_name: "Mill Lane", excerpt: "Shall we meet?", thread_url: "https://app.example.com/t/1" };

describe("the payload of an item [KV-06]", () => {
  it("is kept with the fields that the template shows", () => {
    const payload = JSON.stringify({ thread_id: "t", ...shown, filler: "x".repeat(256 * 1024) });
    expect(JSON.parse(cutPayload(payload, fields) ?? "")).toEqual(shown);
  });

  it.each([
    ["too long", { ...shown, thread_url: `https://app.example.com/${"é".repeat(itemBytesMax / 2)}` }],
    ["no plain value", { ...shown, excerpt: [["x"]] }],
  ])("is only counted where a field is %s", (_, payload) => {
    expect(cutPayload(JSON.stringify(payload), fields)).toBe(counted);
  });

  it("is only counted where it is nested deep", () => {
    expect(cutPayload(`{"excerpt":${"[".repeat(60_000)}${"]".repeat(60_000)}}`, fields)).toBe(counted);
  });

  it.each(["", "{", "null", "5", "[]"])("is none where it is %j", (payload) => {
    expect(cutPayload(payload, fields)).toBeUndefined();
  });
});

describe.each(cadences)("the cadence $name", (cadence) => {
  const window = {
    windowId: "w",
    tenantId: "default",
    userId: "anna",
    cadence: cadence.name,
    channel: "EMAIL" as const,
    tz: "UTC",
    closesAt: 0,
  };
  const summed = (count: number, payloads: readonly unknown[]) =>
    JSON.parse(summaryOf(window, { count, payloads }, cadence, 0).payload);

  it("keeps the fields that its template declares, and as many items as that shows", () => {
    const folder = new URL(`../../../../../catalog/templates/${cadence.template}/1/`, import.meta.url);
    const read = (file: string) => readFileSync(new URL(file, folder), "utf8");
    const manifest = parseTemplateManifest("template.yaml", read("template.yaml"));
    expect([...cadence.fields].sort()).toEqual(Object.keys(manifest.variables["items"]?.items ?? {}).sort());
    expect(read("en-US/email.mjml")).toContain(`limit: ${cadence.shownMax} `);
    expect(read("en-US/email.txt.liquid")).toContain(`if count > ${cadence.shownMax} `);
  });

  it("shows the oldest in its summary, and tells of all", () => {
    const payloads = Array.from({ length: 3_000 }, (_, at) => ({ excerpt: String(at) }));
    const { count, items } = summed(3_000, payloads);
    expect([count, items.length, items[0]]).toEqual([3_000, cadence.shownMax, { excerpt: "0" }]);
  });

  it("makes no summary larger than its bound, whatever was collected", () => {
    const long = { excerpt: "é".repeat(itemBytesMax / 2 - 20) };
    const { items } = summed(
      20,
      Array.from({ length: 20 }, () => long),
    );
    expect(items.length).toBeGreaterThan(10);
    expect(Buffer.byteLength(JSON.stringify(items))).toBeLessThanOrEqual(summaryBytesMax + 1);
    expect(summed(2, [{ excerpt: "x".repeat(250 * 1024) }, { excerpt: "1" }])).toEqual({
      count: 2,
      items: [{ excerpt: "1" }],
    });
  });
});
