// Rate limits that several processes share. While Redis is away each counts for itself: more may pass then, and nobody is kept out.
import { createClient } from '@redis/client';
import type { Logger } from 'pino';
import type { PartState } from '../../deps.ts';
import type { Bucket, LimitStore, Verdict } from './bucket.ts';
import { costMs, EPSILON, verdictOf, WINDOW_MS } from './bucket.ts';

/** An answer that takes longer is worth less than the request that waits for it. */
const ANSWER_MS = 250;
/** Between attempts while it is away. */
const PAUSE_MS = 2_000;

/**
 * As MemoryLimits does it, by the clock of Redis, which all processes share. KEYS: buckets. ARGV: the window, then for each bucket what the amount costs.
 * Answers with the index of the bucket that refuses, from 1, or 0, and the debts as text: Lua's numbers would lose their fractions.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local window = tonumber(ARGV[1])
local debts, refused = {}, 0
for i, key in ipairs(KEYS) do
  local debt = math.max(0, (tonumber(redis.call('GET', key)) or 0) - now)
  if refused == 0 and debt > 0 and debt + ARGV[i + 1] > window + ${EPSILON} then refused = i end
  debts[i] = debt
end
if refused == 0 then
  for i, key in ipairs(KEYS) do
    debts[i] = debts[i] + ARGV[i + 1]
    redis.call('SET', key, string.format('%.3f', now + debts[i]), 'PX', math.ceil(debts[i]) + 1)
  end
end
for i, debt in ipairs(debts) do debts[i] = string.format('%.3f', debt) end
return { refused, debts }
`;

export interface RedisLimitsOptions {
  /** `redis://[user:password@]host:port[/number]`, or `rediss://` over TLS. */
  readonly url: string;
  /** Asked while Redis is away. */
  readonly fallback: LimitStore;
  readonly log: Logger;
  /** Called for each request that was counted by the fallback. */
  readonly onFallback: () => void;
  readonly nowMs?: () => number;
  /** How long an answer is waited for. */
  readonly answerMs?: number;
}

export class RedisLimits implements LimitStore {
  readonly #options: RedisLimitsOptions;
  readonly #client: ReturnType<typeof createClient>;
  readonly #nowMs: () => number;
  #awayUntil = 0;
  #reason: string | null = null;

  /** Connects by itself, and again after a failure; the caller closes it. */
  constructor(options: RedisLimitsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#client = createClient({
      url: options.url,
      disableOfflineQueue: true, // what cannot be asked now is counted here
      socket: { connectTimeout: PAUSE_MS, reconnectStrategy: PAUSE_MS },
    });
    this.#client.on('error', (error: Error) => this.#noteAway(error));
    this.#client.connect().catch((error: unknown) => this.#noteAway(error as Error));
  }

  async take(buckets: readonly Bucket[], amount: number): Promise<Verdict> {
    if (this.#nowMs() >= this.#awayUntil) {
      try {
        const verdict = await this.#ask(buckets, amount);
        this.#noteBack();
        return verdict;
      } catch (error) {
        this.#noteAway(error as Error);
      }
    }
    this.#options.onFallback();
    return this.#options.fallback.take(buckets, amount);
  }

  /** For `status`: whether the processes share their counts. */
  async state(): Promise<PartState> {
    await this.#client.ping().then(
      () => this.#noteBack(),
      (error: Error) => this.#noteAway(error),
    );
    if (this.#reason === null) return { state: 'up', version: null, detail: '' };
    return {
      state: 'down',
      version: null,
      detail:
        'Redis does not answer; the log of the API says why. Each process of the API counts rate limits by itself until it does: nothing is refused for it. Start it again, or look at api.redisUrl.',
    };
  }

  close(): void {
    this.#client.destroy();
  }

  async #ask(buckets: readonly Bucket[], amount: number): Promise<Verdict> {
    const late = Promise.withResolvers<never>();
    const { answerMs = ANSWER_MS } = this.#options;
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${answerMs} ms`)), answerMs);
    try {
      const [refused, debts] = (await Promise.race([
        this.#client.eval(TAKE, {
          keys: buckets.map(({ key }) => `{goshawk-limits}${key}`), // one slot of a cluster: a script may not reach over two
          arguments: [String(WINDOW_MS), ...buckets.map(({ perMinute }) => String(costMs(amount, perMinute)))],
        }),
        late.promise,
      ])) as unknown as [number, string[]];
      return verdictOf(buckets, debts.map(Number), amount, refused === 0 ? null : refused - 1);
    } finally {
      clearTimeout(timer);
    }
  }

  #noteAway({ message, name }: Error): void {
    if (this.#reason === null)
      this.#options.log.warn({ code: 'LIMITS_NOT_SHARED', reason: message || name }, 'Redis is away; this process counts rate limits by itself.');
    this.#reason = message || name;
    this.#awayUntil = this.#nowMs() + PAUSE_MS;
  }

  #noteBack(): void {
    if (this.#reason !== null) this.#options.log.info('Redis is back; the processes share their rate limits again.');
    this.#reason = null;
    this.#awayUntil = 0;
  }
}
