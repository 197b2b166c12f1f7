import type { Routed } from "#shared/contracts/records.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { isRowRefusal } from "#shared/platform/postgres/row-refusal.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { TemplateTable } from "#shared/state/templates/template-table.ts";
import { createTemplateFinder, type FoundTemplate } from "./adapters/template-finder.ts";
import { refusalOutputs, sendOutputs } from "./core/records.ts";
import { type RenderRefusal, render } from "./core/render.ts";

/** The clients of the renderer. */
export interface RendererClients {
  readonly templates: TemplateTable;
  readonly artifacts: Pick<ArtifactStore, "put">;
}

/** Content to be stored, and when it was rendered. */
interface StoreContent {
  readonly content: Content;
  readonly now: Instant;
}

/** Renders a routed message, stores its content, and only then writes the order to send it (CAN-13). */
export function createRenderer({
  templates,
  artifacts,
}: RendererClients): StageProcessor<Routed, FoundTemplate, StoreContent> {
  const finder = createTemplateFinder(templates);
  return {
    kind: "stage",
    name: "renderer",
    inputs: ["comms.routed", "comms.routed.bulk"],
    gather: (batch) => finder.find(batch.map((record) => record.value)),
    decide: ({ value: routed }, found, now) => {
      if (!found.template) return drop(routed, notFound(routed, found), now);
      const rendering = render(found.template, routed.payload);
      if (rendering.kind === "refusal") return drop(routed, rendering.refusal, now);
      return { kind: "perform", effect: { content: rendering.content, now } };
    },
    perform: (rendered, { value: routed }) => store(artifacts, routed, rendered),
  };
}

async function store(
  artifacts: RendererClients["artifacts"],
  routed: Routed,
  { content, now }: StoreContent,
): Promise<Outcome> {
  const owner = { tenantId: routed.tenant_id, userId: routed.user_id, msgId: routed.msg_id };
  try {
    const receipt = await artifacts.put(owner, content);
    return { kind: "emit", outputs: sendOutputs(routed, receipt, now) };
  } catch (error) {
    if (codeOf(error) === "USER_KEY_DESTROYED") return drop(routed, erased, now);
    if (isRowRefusal(error)) return drop(routed, keyless, now);
    throw error;
  }
}

const erased: RenderRefusal = { gate: "artifact", reason: "COMMS_RENDER_FAILED", detail: "The person was erased" };
const keyless: RenderRefusal = {
  gate: "artifact",
  reason: "COMMS_RENDER_FAILED",
  detail: "No key can be kept for the person",
};

function notFound(routed: Routed, found: FoundTemplate): RenderRefusal {
  const place = `${routed.template_name}/${routed.template_version} on ${channelName(routed.channel)}`;
  return found.version
    ? { gate: "locale", reason: "COMMS_LOCALE_MISSING", detail: `${place} does not exist in ${routed.locale}` }
    : { gate: "template", reason: "COMMS_NO_TEMPLATE", detail: `${place} is not published` };
}

function drop(routed: Routed, refusal: RenderRefusal, now: Instant): Outcome {
  return { kind: "drop", reason: refusal.reason, outputs: refusalOutputs(routed, refusal, now) };
}
