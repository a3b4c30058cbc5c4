/** A head and pairs, made into one message. */
export class Message {
  readonly #head: string;
  readonly #separator: string;
  readonly #maxBytes: number | undefined;
  #pairs = '';
  /** Where each pair ends in `#pairs`; kept only where there is a limit. */
  readonly #ends: number[] = [];

  /** @param maxBytes Of the message. Pairs that do not fit are left out, those that were added first stay. The head is always whole. */
  constructor(head: string, separator: string, maxBytes?: number) {
    this.#head = head;
    this.#separator = separator;
    this.#maxBytes = maxBytes;
  }

  add(pair: string): void {
    this.#pairs += this.#pairs === '' ? pair : this.#separator + pair;
    if (this.#maxBytes !== undefined) this.#ends.push(this.#pairs.length);
  }

  bytes(): Buffer {
    const whole = Buffer.from(this.#head + this.#pairs);
    return this.#maxBytes === undefined || whole.length <= this.#maxBytes ? whole : this.#shortened(this.#maxBytes);
  }

  #shortened(maxBytes: number): Buffer {
    let left = maxBytes - Buffer.byteLength(this.#head);
    let start = 0;
    const kept: string[] = [];
    for (const end of this.#ends) {
      const pair = this.#pairs.slice(start, end);
      start = end + this.#separator.length;
      const size = Buffer.byteLength(pair) + (kept.length === 0 ? 0 : this.#separator.length);
      if (size > left) continue;
      kept.push(pair);
      left -= size;
    }
    return Buffer.from(this.#head + kept.join(this.#separator));
  }
}
