import { AppError } from "#shared/platform/errors/app-error.ts";

/** The cancellations that are under way, counted for all tenants and for each. */
export interface CancellationPlaces {
  /** Does the work of one. Throws the retryable `GATEWAY_BUSY` where all places are taken, or the tenant's half of them. */
  hold<T>(tenantId: string, work: () => Promise<T>): Promise<T>;
}

/** What cancellations may have of the places of bodies, which they hold for two seconds each, and a tenant of that. */
export const cancellationShare = 0.5;

/**
 * Half of `bodiesMax` for all cancellations: events, webhooks and opt-outs always have the other half. A caller that goes away keeps its
 * place until its work has ended.
 */
export function createCancellationPlaces({ bodiesMax }: { readonly bodiesMax: number }): CancellationPlaces {
  const placesMax = Math.ceil(bodiesMax * cancellationShare);
  const tenantMax = Math.ceil(placesMax * cancellationShare);
  const tenants = new Map<string, number>();
  let held = 0;

  function add(tenantId: string, places: number): void {
    held += places;
    const own = (tenants.get(tenantId) ?? 0) + places;
    if (own === 0) tenants.delete(tenantId);
    else tenants.set(tenantId, own);
  }

  return {
    hold: async (tenantId, work) => {
      if (held >= placesMax || (tenants.get(tenantId) ?? 0) >= tenantMax) throw busy();
      add(tenantId, 1);
      try {
        return await work();
      } finally {
        add(tenantId, -1);
      }
    },
  };
}

function busy(): AppError {
  return new AppError("GATEWAY_BUSY", "As many cancellations as may be are under way", { retryable: true });
}
