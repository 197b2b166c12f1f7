/**
 * The routes that need no key, each with what it is opened by instead. Every other route must name a scope, or the gateway
 * does not start. Health and metrics are on a port of their own, which only the operator's network should reach.
 */
export const publicRoutes = {
  "/openapi.json": "nothing: it says what there is and holds no data",
  "/unsubscribe/:token": "the signed token of the link",
  "/webhooks/*": "the provider's signature",
} as const;

/** Whether a route needs no key. A path that ends in a star stands for all below it. */
export function isPublicRoute(path: string): boolean {
  return Object.keys(publicRoutes).some((one) =>
    one.endsWith("*") ? path.startsWith(one.slice(0, -1)) : path === one,
  );
}
