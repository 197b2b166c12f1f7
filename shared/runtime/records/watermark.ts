/**
 * Knows which offsets of one partition are done, and up to where they are done without a hole: the low watermark, the only
 * position that may be committed. Offsets begin in rising order and end in any order.
 */
export class Watermark {
  readonly #open: number[] = [];
  readonly #done = new Set<number>();
  #head = 0;
  #position: number | undefined;

  begin(offset: number): void {
    this.#open.push(offset);
  }

  done(offset: number): void {
    this.#done.add(offset);
    while (this.#head < this.#open.length && this.#done.delete(this.#open[this.#head] as number)) {
      this.#position = (this.#open[this.#head] as number) + 1;
      this.#head++;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#open.length) {
      this.#open.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** The next offset to commit; undefined while nothing is done yet. */
  get position(): number | undefined {
    return this.#position;
  }

  /** How many offsets have begun and lie at or above the watermark. */
  get pending(): number {
    return this.#open.length - this.#head;
  }
}
