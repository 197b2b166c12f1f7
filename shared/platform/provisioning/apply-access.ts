import type { AccessAdmin, Acl } from "../kafka/access-admin.ts";
import type { PrincipalAccess } from "./access-plan.ts";

/** What the rights in Kafka and a plan have not in common. */
export interface AccessDifference {
  readonly missing: readonly Acl[];
  /** Granted to a principal of the plan, and needed by nothing. */
  readonly surplus: readonly Acl[];
}

/** Compares what Kafka grants to the principals of a plan with the plan. Rights of others are not looked at. */
export async function compareAccess(
  admin: Pick<AccessAdmin, "acls">,
  plan: readonly PrincipalAccess[],
): Promise<AccessDifference> {
  const wanted = plan.flatMap(({ acls }) => acls);
  const granted = await admin.acls([...new Set(wanted.map(({ principal }) => principal))]);
  const [wantedKeys, grantedKeys] = [new Set(wanted.map(keyOf)), new Set(granted.map(keyOf))];
  return {
    missing: wanted.filter((acl) => !grantedKeys.has(keyOf(acl))),
    surplus: granted.filter((acl) => !wantedKeys.has(keyOf(acl))),
  };
}

/** The plan for principals that are known by their certificates: `User:CN=comms-router`. */
export function byCertificate(plan: readonly PrincipalAccess[]): readonly PrincipalAccess[] {
  return plan.map((of) => ({ ...of, acls: of.acls.map((acl) => ({ ...acl, principal: `User:CN=${of.name}` })) }));
}

function keyOf({ principal, resource, pattern, name, operation }: Acl): string {
  return JSON.stringify([principal, resource, pattern, name, operation]);
}
