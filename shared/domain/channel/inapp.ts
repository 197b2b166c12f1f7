import type { ChannelDescriptor } from "./descriptor.ts";

/** The notification centre. The person is the address, and it is always on (PRF-07). */
export const inapp: ChannelDescriptor = {
  channel: "INAPP",
  targets: ({ userId }) => [{ address: userId, deviceId: "" }],
  normalise: null,
  needsConsent: false,
  onByDefault: "always",
};
