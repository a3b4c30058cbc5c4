// Acknowledgement of HEC: numbers per channel that the sender asks for later. A number is given out only when the broker has the events, so
// all of them are true; they are kept to be asked for once, as Splunk does.

const MAX_IDS_PER_CHANNEL = 100_000;
const MAX_CHANNELS = 10_000;

interface Channel {
  next: number;
  readonly pending: Set<number>;
}

export class Acks {
  readonly #channels = new Map<string, Channel>();
  readonly #maxIds: number;
  readonly #maxChannels: number;

  constructor(maxIds = MAX_IDS_PER_CHANNEL, maxChannels = MAX_CHANNELS) {
    this.#maxIds = maxIds;
    this.#maxChannels = maxChannels;
  }

  /** Whether another number can be given out on the channel: asked before anything is sent. */
  hasRoom(channel: string): boolean {
    return (this.#channels.get(channel)?.pending.size ?? 0) < this.#maxIds;
  }

  /** The next number of the channel, for what the broker has. */
  issue(channel: string): number {
    const { next, pending } = this.#open(channel);
    pending.add(next);
    this.#channels.get(channel)!.next = next + 1;
    return next;
  }

  /** True once for each number that was given out on this channel, else false. */
  take(channel: string, ids: readonly number[]): Readonly<Record<string, boolean>> {
    const pending = this.#channels.get(channel)?.pending;
    return Object.fromEntries(ids.map((id) => [String(id), pending?.delete(id) ?? false]));
  }

  /** The channel that was quiet the longest gives way: its sender sends again what it has no answer for. */
  #open(name: string): Channel {
    const channel = this.#channels.get(name) ?? { next: 0, pending: new Set<number>() };
    this.#channels.delete(name);
    this.#channels.set(name, channel);
    if (this.#channels.size > this.#maxChannels) this.#channels.delete(this.#channels.keys().next().value!);
    return channel;
  }
}
