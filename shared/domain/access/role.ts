/** The roles of those who look and change (S3:305), the lesser first: each may do what those before it may. */
export const roles = ["CommsViewer", "CommsEditor", "CommsApprover"] as const;

/** One of `roles`. */
export type Role = (typeof roles)[number];

/** Whether a text names a role. */
export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Whether a role may do what another, the least that is asked for, may. */
export function mayAs(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}
