/** What a key of the HTTP API may be allowed to do, each with the routes that it opens. */
export const scopes = {
  "events:write": "produce events",
  "messages:read": "read what became of the tenant's messages",
  "catalog:read": "read the event catalog",
} as const;

/** A right of a key. */
export type Scope = keyof typeof scopes;

/** Every scope, in the order in which they are listed. */
export const allScopes = Object.keys(scopes) as readonly Scope[];

/** Whether a text names a scope. */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}
