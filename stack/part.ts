export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** One server of the native stack. */
export interface Part {
  readonly name: string;
  /** The address to print. */
  readonly address: string;
  readonly logFile: string;
  /** Creates the data folder at the first start; does nothing at later ones. */
  prepare(): Promise<void>;
  command(): ProcessCommand;
  /** Returns true once the part serves its clients; an accepting port is not enough. Never throws. */
  ready(): Promise<boolean>;
  /** Runs once, after the part became ready. */
  afterReady?(): Promise<void>;
  /** The signal that stops it cleanly. */
  readonly stopSignal: NodeJS.Signals;
}
