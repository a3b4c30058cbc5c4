// What a source of context is made of. Members import nothing else of this stage.
import type { Projected, Projection, ReferenceTables } from '../core/index.ts';
import type { Context, Event } from '../../schemas/avro/types.gen.ts';

/** What sources see of an event: as little as they need, since every event is decoded to here. */
export const reads = {
  time: true,
  organization: true,
  host: { name: true, ip: true },
  user: { name: true },
  targetUser: { name: true },
  source: { ip: true, domain: true },
  destination: { ip: true, domain: true },
  process: { hash: true },
  file: { hash: true },
  dns: { questionName: true, answers: true },
  url: { domain: true },
} as const satisfies Projection<Event>;
export type Enriching = Projected<Event, typeof reads>;

/** A context in the making: null and empty until a source has something to say. */
export type ContextDraft = { -readonly [K in keyof Context]: Context[K] } & { versions: Record<string, string> };

export interface SourceOptions {
  /** MMDB file with countries; empty = the one of the package. */
  readonly geoFile: string;
  /** MMDB file with autonomous systems; empty = none. */
  readonly asnFile: string;
  /** Addresses whose answer is kept. */
  readonly maxCachedAddresses: number;
}

/** Adds what it knows; never throws, whatever the event holds. */
export interface Source {
  readonly add: (event: Enriching, context: ContextDraft, reference: ReferenceTables) => void;
}

/** A source of context. The folder's name is its own. */
export interface ContextSource {
  readonly name: string;
  /** Reads files; the rest comes from reference tables. @throws ConfigError for a file that cannot be read. */
  readonly open: (options: SourceOptions) => Source;
}

/** Answers by key, all forgotten when there are too many: the common ones are back within moments, and nothing is kept per entry. */
export class AnswerCache<V> {
  readonly #answers = new Map<string, V>();
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string, ask: (key: string) => V): V {
    let answer = this.#answers.get(key);
    if (answer === undefined && !this.#answers.has(key)) {
      answer = ask(key);
      if (this.#answers.size >= this.#limit) this.#answers.clear();
      this.#answers.set(key, answer);
    }
    return answer as V;
  }
}

/** The highest `version` of rows of a reference table: what was in effect, the same in every replay. */
export function latest(versions: Iterable<{ readonly version: number }>): string {
  let highest = 0;
  for (const { version } of versions) if (version > highest) highest = version;
  return String(highest);
}
