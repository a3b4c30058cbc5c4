// A request that is sent again under the same key is answered again, not done again.
import { createHash } from 'node:crypto';
import { ApiProblem } from '../gate/problem.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const KEPT_MS = 24 * 3_600_000;
const MAX_KEYS = 10_000;
/** Of answers as JSON: a thousand events answer with some 200 kB. */
const MAX_BYTES = 32 << 20;

/**
 * Answers of this process to requests with an `Idempotency-Key`, for a day, 10,000 keys or 32 MiB, whichever comes first. Only what succeeded is kept: after a failure
 * the request is done anew. Another process does not know the key, so what must not happen twice has an id of its own as well.
 */
export class IdempotentAnswers {
  readonly #entries = new Map<string, { readonly bodyHash: string; readonly answer: Promise<Answer>; readonly at: number; bytes: number }>();
  #bytes = 0;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /**
   * @param scope Who asks for what: key of one caller and route means nothing to another.
   * @throws ApiProblem IDEMPOTENCY_KEY_REUSED when the key came with another body; INVALID_REQUEST for a key of a wrong form.
   */
  async once(scope: string, key: string | undefined, body: unknown, work: () => Promise<Answer>): Promise<Answer> {
    if (key === undefined) return work();
    if (!/^[\x21-\x7e]{1,200}$/.test(key))
      throw new ApiProblem('INVALID_REQUEST', 'An idempotency key is 1 to 200 printable characters without space.', {
        errors: [{ pointer: '/headers/idempotency-key', detail: 'Not of that form.' }],
      });
    const id = `${scope} ${key}`;
    const bodyHash = createHash('sha256')
      .update(JSON.stringify(body) ?? '')
      .digest('base64');
    const before = this.#entries.get(id);
    if (before !== undefined && this.#nowMs() - before.at < KEPT_MS) {
      if (before.bodyHash !== bodyHash) throw new ApiProblem('IDEMPOTENCY_KEY_REUSED', 'Use a new key for another request.');
      return before.answer;
    }
    const answer = work();
    this.#keep(id, bodyHash, answer);
    return answer;
  }

  #keep(id: string, bodyHash: string, answer: Promise<Answer>): void {
    this.#forget(id);
    const entry = { bodyHash, answer, at: this.#nowMs(), bytes: 0 };
    this.#entries.set(id, entry);
    answer.then(
      ({ body }) => {
        if (this.#entries.get(id) !== entry) return; // given up meanwhile
        entry.bytes = JSON.stringify(body)?.length ?? 0;
        this.#bytes += entry.bytes;
        this.#trim();
      },
      () => {
        if (this.#entries.get(id) === entry) this.#forget(id);
      },
    );
    this.#trim();
  }

  /** The oldest go first. */
  #trim(): void {
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= MAX_KEYS && this.#bytes <= MAX_BYTES) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#bytes -= this.#entries.get(id)?.bytes ?? 0;
    this.#entries.delete(id);
  }
}
