/** Where one message goes. For push there is one for each device. */
export interface Target {
  readonly address: string;
  /** The device that the address belongs to; empty where addresses belong to the person. */
  readonly deviceId: string;
}

/**
 * Where a message goes; `none` where the person has no address on the channel, `invalid` where what they have is
 * unusable.
 */
export type Targets = readonly Target[] | "none" | "invalid";
