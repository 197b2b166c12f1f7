/** A destination of one message. A push has one for each device. */
export interface Target {
  readonly address: string;
  /** The device that the address belongs to; empty where addresses belong to the person. */
  readonly deviceId: string;
}

/** The destinations of a message; `none` if the person has no address on the channel, `invalid` if it is unusable. */
export type Targets = readonly Target[] | "none" | "invalid";
