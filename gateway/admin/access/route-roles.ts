import type { Role } from "#shared/domain/access/role.ts";

/**
 * The least role that opens each route of the admin API. A route that is not here does not start, and neither does the API where
 * one here is missing. Whoever may do more may do this too: `CommsEditor` what `CommsViewer` may, `CommsApprover` everything.
 * Of what is destructive (ADM-07) each is the approver's alone; a flag that stops more than one template is checked by its name.
 */
export const routeRoles: Readonly<Record<string, Role>> = {
  "GET /api/v1/system-metrics/queues": "CommsViewer",
  "GET /api/v1/system-metrics/queues/{queue}": "CommsViewer",
  "GET /api/v1/system-metrics/failures": "CommsViewer",
  "GET /api/v1/messages": "CommsViewer",
  "GET /api/v1/messages/{msg_id}": "CommsViewer",
  "GET /api/v1/messages/{msg_id}/decisions": "CommsViewer",
  "GET /api/v1/messages/{msg_id}/explain": "CommsViewer",
  "GET /api/v1/flags": "CommsViewer",
  "PUT /api/v1/flags/{name}": "CommsEditor",
  "DELETE /api/v1/flags/{name}": "CommsEditor",
  "GET /api/v1/suppressions": "CommsViewer",
  "GET /api/v1/suppressions/templates": "CommsViewer",
  "POST /api/v1/suppressions/search": "CommsViewer",
  "POST /api/v1/suppressions": "CommsEditor",
  "POST /api/v1/suppressions/{suppression_id}/lift": "CommsApprover",
  "GET /api/v1/keys": "CommsViewer",
  "POST /api/v1/keys": "CommsApprover",
  "POST /api/v1/keys/{key_id}/revoke": "CommsApprover",
  "POST /api/v1/keys/{key_id}/rotate": "CommsApprover",
  "GET /api/v1/audit": "CommsViewer",
  "GET /api/v1/approvals": "CommsViewer",
  "POST /api/v1/approvals/{approval_id}/approve": "CommsApprover",
  "POST /api/v1/approvals/{approval_id}/reject": "CommsApprover",
};

/** The routes that need no key, each with what it is opened by instead. */
export const publicAdminRoutes = { "/openapi.json": "nothing: it says what there is and holds no data" } as const;
