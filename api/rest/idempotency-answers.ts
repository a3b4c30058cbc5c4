// Where answers to requests with an `Idempotency-Key` are kept: in the database, which all processes share, or in this process.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { claimIdempotency, keepAnswer, releaseIdempotency } from '../../store/queries/idempotency.ts';
import type { InOrganization } from '../database.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, before it was packed; in base64 where it was bytes. */
  readonly body: string;
  readonly isBytes: boolean;
}
/** Who asks for what under which key: the key of one caller and route means nothing to another. */
export interface Scope {
  readonly organization: string;
  /** Caller and route. */
  readonly of: string;
  readonly key: string;
  /** Of address and body. */
  readonly requestHash: Buffer;
}
export type Claim =
  | { readonly outcome: 'claimed'; readonly keep: (answer: Answer) => Promise<void>; readonly release: () => Promise<void> }
  | { readonly outcome: 'answered'; readonly answer: Answer }
  | { readonly outcome: 'in_progress' | 'reused' };

export interface Answers {
  /** @throws RetryableError DATABASE_UNAVAILABLE */
  readonly claim: (scope: Scope) => Promise<Claim>;
}

const LIFE_SECONDS = 24 * 3_600;
/** Longer than any request may take: see the limits of app.ts and of the database. */
const LEASE_SECONDS = 300;

/** For a day, through restarts and for all processes. */
export function storedAnswers(run: InOrganization): Answers {
  return {
    async claim(scope) {
      const { organization } = scope;
      const keyHash = sha256(`${scope.of}\n${scope.key}`);
      const { outcome, claim, answer } = await run(organization, (sql) => claimIdempotency(sql, keyHash, scope.requestHash, LEASE_SECONDS, LIFE_SECONDS));
      if (outcome === 'claimed')
        return {
          outcome,
          keep: (kept) => run(organization, (sql) => keepAnswer(sql, keyHash, claim!, seal(kept, scope))),
          release: () => run(organization, (sql) => releaseIdempotency(sql, keyHash, claim!)),
        };
      return outcome === 'answered' ? { outcome, answer: unseal(answer!, scope) } : { outcome };
    },
  };
}

const MAX_KEYS = 10_000;
/** A thousand events answer with some 200 kB. */
const MAX_BYTES = 32 << 20;

/** Of this process alone, for a day, 10,000 keys or 32 MiB, whichever comes first; the oldest go first. */
export class AnswersInMemory implements Answers {
  readonly #entries = new Map<string, { readonly requestHash: Buffer; readonly at: number; answer: Answer | null }>();
  readonly #nowMs: () => number;
  #bytes = 0;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  async claim(scope: Scope): Promise<Claim> {
    return this.find(scope) ?? this.#open(scope);
  }

  /** Undefined when the key is not known here. */
  find({ organization, of, key, requestHash }: Scope): Exclude<Claim, { outcome: 'claimed' }> | undefined {
    const id = `${organization} ${of}\n${key}`;
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (this.#nowMs() - entry.at >= LIFE_SECONDS * 1_000) {
      this.#forget(id);
      return undefined;
    }
    if (!entry.requestHash.equals(requestHash)) return { outcome: 'reused' };
    return entry.answer === null ? { outcome: 'in_progress' } : { outcome: 'answered', answer: entry.answer };
  }

  #open({ organization, of, key, requestHash }: Scope): Claim {
    const id = `${organization} ${of}\n${key}`;
    const entry = { requestHash, at: this.#nowMs(), answer: null as Answer | null };
    this.#entries.set(id, entry);
    this.#trim();
    return {
      outcome: 'claimed',
      keep: async (answer) => {
        if (this.#entries.get(id) !== entry) return; // given up meanwhile
        entry.answer = answer;
        this.#bytes += answer.body.length;
        this.#trim();
      },
      release: async () => {
        if (this.#entries.get(id) === entry) this.#forget(id);
      },
    };
  }

  #trim(): void {
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= MAX_KEYS && this.#bytes <= MAX_BYTES) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#bytes -= this.#entries.get(id)?.answer?.body.length ?? 0;
    this.#entries.delete(id);
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Under the key that the caller gave, of which only a hash is stored beside it. */
const sealingKey = ({ organization, of, key }: Scope): Buffer => Buffer.from(hkdfSync('sha256', key, `${organization} ${of}`, 'goshawk idempotency', 32));

/** Nonce, tag, ciphertext. */
function seal(answer: Answer, scope: Scope): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(scope), nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function unseal(bytes: Buffer, scope: Scope): Answer {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(scope), bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(opened.toString('utf8')) as Answer;
}
