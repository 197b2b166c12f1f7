import type { Send } from "#shared/contracts/records.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import type { SendReport } from "#shared/domain/delivery/report.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import type { ProviderAccount } from "./accounts.ts";

/** What the rendered content is read with. */
export interface ContentParts {
  readonly artifacts: Pick<ArtifactStore, "get">;
  readonly account: Pick<ProviderAccount, "provider">;
  readonly clock: Pick<Clock, "now">;
}

/** No later call can read the content; erasing a person destroys the key as well. */
const permanent: ReadonlySet<string> = new Set(["ARTIFACT_MISSING", "ARTIFACT_CORRUPT", "USER_KEY_DESTROYED"]);

/** The rendered content; undefined if it is lost for good: the person was erased, or the store lost it. */
export async function readContent(
  { artifacts }: Pick<ContentParts, "artifacts">,
  send: Send,
): Promise<Content | undefined> {
  const owner = { tenantId: send.tenant_id, userId: send.user_id, msgId: send.msg_id };
  try {
    return await artifacts.get(owner, send.artifact_ref);
  } catch (error) {
    if (permanent.has(codeOf(error))) return undefined;
    throw error;
  }
}

/** The report of a message whose content is lost. */
export function unreadableReport({ account, clock }: ContentParts, send: Send): SendReport {
  return {
    status: "FAILED",
    at: clock.now(),
    attempt: send.attempt,
    provider: account.provider,
    ref: null,
    addressHash: send.address_hash,
    reason: "COMMS_RENDER_FAILED",
    code: null,
    detail: "The rendered content cannot be read from the artifact store",
    suppress: null,
    ambiguous: false,
  };
}
