/** A request to each route of the admin API that is let in and fits its schemas. */
export const goodRequests: Readonly<Record<string, { readonly url: string; readonly payload?: object }>> = {
  "GET /api/v1/system-metrics/queues": { url: "/api/v1/system-metrics/queues" },
  "GET /api/v1/system-metrics/queues/{queue}": { url: "/api/v1/system-metrics/queues/email" },
  "GET /api/v1/system-metrics/failures": { url: "/api/v1/system-metrics/failures?by=error" },
  "GET /api/v1/messages": { url: "/api/v1/messages?user_id=anna" },
  "GET /api/v1/messages/{msg_id}": { url: "/api/v1/messages/m-1" },
  "GET /api/v1/messages/{msg_id}/decisions": { url: "/api/v1/messages/m-1/decisions" },
  "GET /api/v1/messages/{msg_id}/explain": { url: "/api/v1/messages/m-1/explain" },
  "GET /api/v1/flags": { url: "/api/v1/flags" },
  "PUT /api/v1/flags/{name}": {
    url: "/api/v1/flags/comms.pause.template.promo_weekly_summary",
    payload: { value: true, reason: "a wrong link" },
  },
  "DELETE /api/v1/flags/{name}": {
    url: "/api/v1/flags/comms.pause.template.promo_weekly_summary",
    payload: { reason: "mended" },
  },
  "GET /api/v1/suppressions": { url: "/api/v1/suppressions" },
  "GET /api/v1/suppressions/templates": { url: "/api/v1/suppressions/templates" },
  "POST /api/v1/suppressions/search": {
    url: "/api/v1/suppressions/search",
    payload: { channel: "email", address: "anna@example.com" },
  },
  "POST /api/v1/suppressions": {
    url: "/api/v1/suppressions",
    payload: { channel: "email", address: "anna@example.com", evidence: "ticket 7", reason: "she asked by telephone" },
  },
  "POST /api/v1/suppressions/{suppression_id}/lift": {
    url: "/api/v1/suppressions/s-1/lift",
    payload: { reason: "she asked for it" },
  },
  "GET /api/v1/keys": { url: "/api/v1/keys" },
  "POST /api/v1/keys": { url: "/api/v1/keys", payload: { name: "shop", reason: "a new service" } },
  "POST /api/v1/keys/{key_id}/revoke": { url: "/api/v1/keys/abcdefghjkmn/revoke", payload: { reason: "it leaked" } },
  "POST /api/v1/keys/{key_id}/rotate": { url: "/api/v1/keys/abcdefghjkmn/rotate", payload: { reason: "a year old" } },
  "GET /api/v1/audit": { url: "/api/v1/audit" },
  "GET /api/v1/approvals": { url: "/api/v1/approvals" },
  "POST /api/v1/approvals/{approval_id}/approve": {
    url: "/api/v1/approvals/a-1/approve",
    payload: { reason: "the letter is right" },
  },
  "POST /api/v1/approvals/{approval_id}/reject": {
    url: "/api/v1/approvals/a-1/reject",
    payload: { reason: "no letter" },
  },
};
