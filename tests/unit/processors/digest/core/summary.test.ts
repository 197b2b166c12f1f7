import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { itemBytesMax } from "#processors/digest/core/item-payload.ts";
import { summaryBytesMax, summaryOf } from "#processors/digest/core/summary.ts";
import { windowOf } from "#processors/digest/core/window.ts";
import { cadences } from "#shared/domain/cadence/cadence.ts";
import { parseTemplateManifest } from "#shared/domain/template/manifest.ts";
import { dailyDigest, digestItem, digestNoon } from "../builders.ts";

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
    JSON.parse(summaryOf({ window, collected: { count, payloads } }, cadence, 0).payload);

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

  it("makes no summary larger than its bound, for any items", () => {
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

describe("digest windows [KV-06]", () => {
  it("make one summary with every item, under an id that the window gives", () => {
    const window = windowOf(digestItem("1"), dailyDigest, { at: digestNoon });
    const items = { count: 2, payloads: [{ excerpt: "1" }, { excerpt: "2" }] };
    const summary = summaryOf({ window, collected: items }, dailyDigest, digestNoon);
    expect(JSON.parse(summary.payload)).toEqual({ count: 2, items: [{ excerpt: "1" }, { excerpt: "2" }] });
    expect(summaryOf({ window, collected: items }, dailyDigest, digestNoon + 5_000).accepted_id).toBe(
      summary.accepted_id,
    );
    expect(summary).toMatchObject({
      template_name: "new_message_digest",
      cadence: null,
      channels: ["EMAIL"],
      lane: "BULK",
    });
  });
});
