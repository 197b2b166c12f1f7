/** What one seed of a simulation led to. */
export interface SimulationResult {
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
  /** How much was tried: records, or steps. A seed that tries nothing proves nothing. */
  readonly cases: number;
}
