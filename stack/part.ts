export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** One server of the native stack. */
export interface Part {
  readonly name: string;
  /** What to print for it. */
  readonly address: string;
  readonly logFile: string;
  /** Makes the data folder ready on the first start; does nothing on later ones. */
  prepare(): Promise<void>;
  command(): ProcessCommand;
  /** Whether it answers as its clients need it to, which is more than a port that accepts. Never throws. */
  ready(): Promise<boolean>;
  /** Once, after it became ready. */
  settle?(): Promise<void>;
  /** The signal that ends it in order. */
  readonly stopSignal: NodeJS.Signals;
}
