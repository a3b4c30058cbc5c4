// One room of one organization with one filter, for all of this process who are in it: what is said is written once and sent to each.
import { asProblem } from '../gate/as-problem.ts';
import type { News } from './news.ts';

export interface Member {
  /** A whole message; the same bytes for everybody, not to be changed. */
  readonly send: (message: Buffer) => void;
  /** The room has ended for its members, for the reason that the error gives. */
  readonly fail: (error: unknown) => void;
}
export type Say = (document: object) => void;

/** What a room is about. Opened when the first member comes, closed when the last has gone. */
export interface Source {
  readonly open: (say: Say, fail: (error: unknown) => void) => OpenSource;
}
export interface OpenSource {
  readonly close: () => void;
  /** What a member is shown who comes now; null when there is nothing yet, or nothing but what comes. */
  readonly current?: () => object | null;
  /** What a member missed, as documents in order. Absent: the room keeps no past. */
  readonly documentsOf?: (news: News) => Promise<readonly object[]>;
}

export class Room {
  readonly #name: string;
  readonly #members = new Set<Member>();
  readonly #source: OpenSource;

  constructor(name: string, source: Source) {
    this.#name = name;
    this.#source = source.open(
      (document) => this.#say(document),
      (error) => {
        for (const member of this.#members) member.fail(error);
      },
    );
  }

  get size(): number {
    return this.#members.size;
  }

  get keepsPast(): boolean {
    return this.#source.documentsOf !== undefined;
  }

  join(member: Member): void {
    this.#members.add(member);
    const current = this.#source.current?.() ?? null;
    if (current !== null) member.send(this.#write(current));
  }

  /** What the news means here, as messages. */
  async messagesOf(news: News): Promise<readonly Buffer[]> {
    return ((await this.#source.documentsOf?.(news)) ?? []).map((document) => this.#write(document));
  }

  /** @returns False when nobody is left; the room is closed then. */
  leave(member: Member): boolean {
    this.#members.delete(member);
    if (this.#members.size > 0) return true;
    this.#source.close();
    return false;
  }

  #say(document: object): void {
    const message = this.#write(document);
    for (const member of this.#members) member.send(message);
  }

  #write(document: object): Buffer {
    return Buffer.from(JSON.stringify({ room: this.#name, ...document }));
  }
}

/** As a member of a message. */
export const errorDocument = (error: unknown) => {
  const { code, message, extensions } = asProblem(error);
  return { code, detail: message, ...extensions };
};
