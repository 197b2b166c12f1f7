import { describe, expect, it } from "vitest";
import { createRenderer } from "#processors/renderer/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Routed, Template } from "#shared/contracts/records.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { ArtifactOwner } from "#shared/platform/artifacts/artifact-store.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { indexTemplates } from "#shared/state/templates/template-index.ts";
import type { TemplateTable } from "#shared/state/templates/template-table.ts";
import { routed, template } from "./builders.ts";

const now = 1_800_000_000_000;
const receipt = { ref: "default/m/hash", hash: "hash", bytes: 42 };

/** A table that learns `later` at the first refresh. */
function tableOf(templates: readonly Template[], later: readonly Template[] = []) {
  let index = indexTemplates(templates);
  let refreshes = 0;
  const table: TemplateTable = {
    ready: async () => {},
    close: async () => {},
    refresh: async () => {
      refreshes += 1;
      index = indexTemplates([...templates, ...later]);
    },
    active: (...place) => index.active(...place),
    version: (...place) => index.version(...place),
    get: (...place) => index.get(...place),
  };
  return { table, refreshes: () => refreshes };
}

function received(value: Routed): DecodedRecord<Routed> {
  const origin = { topic: "comms.routed", partition: 0, offset: 0, key: null, value: null, headers: {}, timestamp: 0 };
  return { value, topic: "comms.routed", origin };
}

async function run(
  message: Routed,
  table: TemplateTable = tableOf([template()]).table,
  put: (owner: ArtifactOwner, content: Content) => Promise<typeof receipt> = async () => receipt,
): Promise<Outcome> {
  const renderer = createRenderer({ templates: table, artifacts: { put } });
  const record = received(message);
  const [found] = await renderer.gather([record], now);
  if (!found) throw new Error("no facts");
  const decided = renderer.decide(record, found, now);
  if (decided.kind !== "perform") return decided;
  if (!renderer.perform) throw new Error("no effect");
  return renderer.perform(decided.effect, record, new AbortController().signal);
}

describe("renderer [CAN-13]", () => {
  it("stores the content under its owner, then reports it and orders the send", async () => {
    const puts: unknown[] = [];
    const outcome = await run(routed(), undefined, async (owner, content) => {
      puts.push([owner, content]);
      return receipt;
    });
    const { msg_id } = routed();
    expect(puts).toEqual([
      [
        { tenantId: "default", userId: "ada", msgId: msg_id },
        { channel: "SMS", text: "Hello Inés, $5.00" },
      ],
    ]);
    expect(outcome).toMatchObject({
      kind: "emit",
      outputs: [
        {
          topic: "comms.rendered",
          key: "default/ada",
          value: { msg_id, artifact_ref: receipt.ref, content_hash: "hash", content_bytes: 42, recorded_at: now },
        },
        {
          topic: "comms.send.sms",
          key: "default/ada",
          value: {
            msg_id,
            causation_id: deriveId("decision", msg_id, "router", 0),
            artifact_ref: receipt.ref,
            content_hash: "hash",
            attempt: 1,
            queued_at: now,
            expires_at: 9_000_000,
            address_hash: "v1:k1:00",
            lane: "EXPRESS",
          },
        },
      ],
    });
  });

  it("orders no send before the content is stored", async () => {
    const outage = new AppError("ARTIFACT_UNAVAILABLE", "away", { retryable: true });
    await expect(run(routed(), undefined, () => Promise.reject(outage))).rejects.toBe(outage);
  });

  it("keeps bulk in the bulk lane", async () => {
    const outcome = await run(routed({ lane: "BULK" }));
    expect(outcome).toMatchObject({ outputs: [{ topic: "comms.rendered" }, { topic: "comms.send.sms.bulk" }] });
  });
});

describe("renderer: a message that it refuses", () => {
  it.each([
    ["COMMS_TEMPLATE_MISSING_VAR", "variables", { payload: "{}" }],
    ["COMMS_RENDER_FAILED", "render", { payload: '{"name":"x","tz":"nowhere"}' }],
    ["COMMS_LOCALE_MISSING", "locale", { locale: "fr-CA" }],
    ["COMMS_NO_TEMPLATE", "template", { template_version: 2 }],
    ["COMMS_NO_TEMPLATE", "template", { channel: "WHATSAPP" }],
  ] as const)("ends with %s and a decision of gate %s", async (reason, gate, change) => {
    const message = routed({ ...change, round: 2 });
    const outcome = await run(message);
    expect(outcome).toMatchObject({
      kind: "drop",
      reason,
      outputs: [
        {
          topic: "comms.decisions",
          key: "default/ada",
          value: {
            decision_id: deriveId("decision", message.msg_id, "renderer", 2),
            stage: "renderer",
            verdict: "DROP",
            reason,
            gate,
            trace: [{ gate, verdict: "DROP", reason }],
          },
        },
      ],
    });
    expect(JSON.stringify(outcome)).not.toContain("nowhere");
  });
});

describe("renderer: the template of a message", () => {
  it("looks on the topic for a template that only the router knows yet, and never otherwise", async () => {
    const late = tableOf([], [template()]);
    expect(await run(routed(), late.table)).toMatchObject({ kind: "emit" });
    const known = tableOf([template()]);
    await run(routed(), known.table);
    expect([late.refreshes(), known.refreshes()]).toEqual([1, 0]);
  });

  it("renders a version that was switched off while its message waited", async () => {
    const off = tableOf([template({ active: false })]);
    expect(await run(routed(), off.table)).toMatchObject({ kind: "emit" });
  });

  it("takes up a template that changed in place", async () => {
    const both = tableOf([template()], [template({ text: "New {{ name }}", content_hash: "h2" })]);
    const texts: string[] = [];
    const renderer = createRenderer({
      templates: both.table,
      artifacts: {
        put: async (_, content) => {
          texts.push(content.channel === "SMS" ? content.text : "");
          return receipt;
        },
      },
    });
    for (const step of [1, 2]) {
      const record = received(routed());
      const [found] = await renderer.gather([record], now);
      const decided = found && renderer.decide(record, found, now);
      if (decided?.kind === "perform") await renderer.perform?.(decided.effect, record, new AbortController().signal);
      if (step === 1) await both.table.refresh();
    }
    expect(texts).toEqual(["Hello Inés, $5.00", "New Inés"]);
  });
});

describe("renderer: a person whose content cannot be stored", () => {
  it("writes to nobody who was erased meanwhile", async () => {
    const erased = new AppError("USER_KEY_DESTROYED", "gone", { retryable: false });
    expect(await run(routed(), undefined, () => Promise.reject(erased))).toMatchObject({
      kind: "drop",
      reason: "COMMS_RENDER_FAILED",
      outputs: [{ topic: "comms.decisions", value: { gate: "artifact" } }],
    });
  });

  it.each(["22021", "54000"])("writes to nobody for whom no key can be kept (%s)", async (code) => {
    const refused = Object.assign(new Error("invalid byte sequence"), { code });
    expect(await run(routed(), undefined, () => Promise.reject(refused))).toMatchObject({
      kind: "drop",
      reason: "COMMS_RENDER_FAILED",
      outputs: [{ topic: "comms.decisions", value: { gate: "artifact" } }],
    });
  });
});
