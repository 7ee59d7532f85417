/**
 * A uniform sample of the texts of an intake, the same in whatever order they come: those with the smallest hashes
 * (bottom-k sampling). Texts that are no more than its size are all in it. Memory: twice the size. Cost: a comparison
 * of two hashes a text.
 */
interface Sampled {
  readonly hash: string;
  readonly text: string;
}

export class TextSample {
  #texts: Sampled[] = [];
  /** Texts with larger hashes cannot be in the sample any more. */
  #bound: string | undefined;
  #offered = 0;

  constructor(readonly size: number) {}

  get offered(): number {
    return this.#offered;
  }

  /** @param hash SHA-256 of the text; a text must be offered once only */
  offer(hash: string, text: string): void {
    this.#offered++;
    if (this.#bound !== undefined && hash > this.#bound) return;
    this.#texts.push({ hash, text });
    if (this.#texts.length < 2 * this.size) return;
    this.#texts = this.#smallest();
    this.#bound = this.#texts.at(-1)!.hash;
  }

  texts(): string[] {
    return this.#smallest().map(({ text }) => text);
  }

  #smallest(): Sampled[] {
    return this.#texts.sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, this.size);
  }
}
