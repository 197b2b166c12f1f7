import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogFolder } from "#catalog/event-catalog.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Template } from "#shared/contracts/records.ts";
import { publishTemplates } from "#shared/control/templates/publish.ts";
import type { TemplateRow } from "#shared/control/templates/template-row.ts";

const folder = mkdtempSync(join(tmpdir(), "publish-"));

beforeAll(() => {
  cpSync(join(catalogFolder, "layouts"), join(folder, "layouts"), { recursive: true });
  for (const name of ["security_code", "synthetic_probe"]) {
    cpSync(join(catalogFolder, "templates", name), join(folder, "templates", name), { recursive: true });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function publish(published: readonly Template[], options: { readonly replace?: boolean } = {}) {
  const rows: TemplateRow[] = [];
  const outputs: Output[] = [];
  const report = await publishTemplates({
    catalog: folder,
    published,
    now: 1_800_000_000_000,
    emit: async (given) => void outputs.push(...given),
    store: {
      saveTemplate: async (row) => {
        expect(outputs).toEqual([]);
        rows.push(row);
      },
    },
    ...options,
  });
  return {
    report,
    rows,
    outputs,
    templates: outputs.map((output) => ("value" in output ? output.value : null) as Template),
  };
}

describe("publishTemplates [DAT-01] [TPL-10]", () => {
  it("publishes each locale and channel once, under the key of its place", async () => {
    const { report, outputs, templates } = await publish([]);
    expect(report).toEqual({ published: expect.any(Array), unchanged: 0 });
    expect(outputs.map(({ topic, key }) => `${topic} ${key}`)).toContain("comms.templates security_code/1/es-US/SMS");
    expect(new Set(outputs.map(({ key }) => key)).size).toBe(3 * 2 + 3 * 4);
    expect(templates[0]).toMatchObject({ active: true, critical: true, tracking: false, category: "security" });
  });

  it("does nothing the second time but save the same rows", async () => {
    const first = await publish([]);
    const second = await publish(first.templates);
    expect(second.report).toEqual({ published: [], unchanged: 18 });
    expect(second.outputs).toEqual([]);
    expect(second.rows).toEqual(first.rows);
  });

  it("fills the columns of each channel", async () => {
    const { rows } = await publish([]);
    const row = (channel: string) =>
      rows.find((one) => one.channel === channel && one.locale === "en-US" && one.name === "synthetic_probe");
    expect(row("email")).toMatchObject({
      body_mjml: expect.stringContaining("<mjml"),
      sms_text: null,
      push_json: null,
      is_active: true,
      created_by: "catalog",
    });
    expect(row("sms")).toMatchObject({ sms_text: expect.stringContaining("Probe"), body_mjml: null, body_text: null });
    expect(JSON.parse(row("push")?.push_json ?? "")).toEqual({
      title: "Probe",
      body: expect.any(String),
      data: { collapse_key: "probe", probe_id: "{{ probe_id }}" },
    });
  });

  it("refuses to change a published version, unless replace is set, and then writes nothing", async () => {
    const first = await publish([]);
    const file = join(folder, "templates/security_code/1/en-US/sms.txt.liquid");
    writeFileSync(file, "Code: {{ code }}");
    await expect(publish(first.templates)).rejects.toThrow(
      "security_code/1 en-US sms was published with other content\nA published version does not change: copy it to the next version and edit that",
    );
    const replaced = await publish(first.templates, { replace: true });
    expect(replaced.report).toEqual({ published: ["security_code/1 en-US sms"], unchanged: 17 });
  });

  it("names every issue before it writes anything", async () => {
    writeFileSync(join(folder, "templates/security_code/1/en-US/sms.txt.liquid"), "Code: {{ cod }}");
    writeFileSync(join(folder, "templates/security_code/1/es-US/sms.txt.liquid"), "{{{ code }}}");
    await expect(publish([])).rejects.toThrow(
      "Templates cannot be published:\nsecurity_code/1 en-US sms: text: variable 'cod' is not declared in template.yaml\nsecurity_code/1 es-US sms: text: raw output is refused, every variable is escaped",
    );
    rmSync(join(folder, "templates/security_code/1/es-US/sms.txt.liquid"));
    await expect(publish([])).rejects.toThrow(/security_code\/1\/es-US\/sms\.txt\.liquid is missing/);
  });
});
