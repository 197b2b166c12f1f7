/** What was opened, to be closed in reverse order. A close that fails or hangs does not keep the others from closing. */
export class Closers {
  readonly #closers: { readonly name: string; readonly close: () => unknown }[] = [];

  add(name: string, close: () => unknown): void {
    this.#closers.push({ name, close });
  }

  /** Resolves with the names of those that did not close within `eachMs`, or threw. */
  async close(eachMs: number): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const { name, close } of this.#closers.splice(0).toReversed()) {
      const ok = await Promise.race([attempt(close), timeout(eachMs)]);
      if (!ok) failed.push(name);
    }
    return failed;
  }
}

async function attempt(close: () => unknown): Promise<boolean> {
  try {
    await close();
    return true;
  } catch {
    return false;
  }
}

function timeout(ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}
