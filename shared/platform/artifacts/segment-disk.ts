import { close, fdatasync, fsync, mkdirSync, open, rmSync, statSync, writev } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** What a writer of segments asks of a file system. Each may reject or throw with the system's error. */
export interface SegmentDisk {
  /** Makes a file that nobody has, with the folders above it, and resolves with its descriptor once its name is durable. */
  create(path: string): Promise<number>;
  /** Writes parts one after the other from a byte on, and resolves with how many bytes were written: fewer on a full disk. */
  write(file: number, parts: readonly Buffer[], at: number): Promise<number>;
  /** Resolves once what was written is on the disk. */
  sync(file: number): Promise<void>;
  /** The bytes of the file that a path leads to now. */
  sizeOf(path: string): number;
  close(file: number): Promise<void>;
  remove(path: string): void;
}

const openFile = promisify(open);
const closeFile = promisify(close);
const syncAll = promisify(fsync);
const syncData = promisify(fdatasync);
const writeParts = promisify(writev);

/** The machine's. A step that may wait for the disk runs in the thread pool; the others touch memory only. */
export const systemDisk: SegmentDisk = {
  create: async (path) => {
    const folder = dirname(path);
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = await openFile(path, "wx", 0o600);
    try {
      await syncFolders(folder, made === undefined ? folder : dirname(made));
      return file;
    } catch (error) {
      await closeFile(file);
      rmSync(path, { force: true });
      throw error;
    }
  },
  write: async (file, parts, at) => (await writeParts(file, parts, at)).bytesWritten,
  sync: syncData,
  sizeOf: (path) => statSync(path).size,
  close: closeFile,
  remove: (path) => rmSync(path, { force: true }),
};

/** A name is durable once its folder is; a folder that was just made, once the one above it is. */
async function syncFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = await openFile(folder, "r");
    try {
      await syncAll(file);
    } finally {
      await closeFile(file);
    }
    if (folder === upTo) return;
  }
}
