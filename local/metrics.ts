// Numbers of all processes of an installation behind the one address that serves them.
import { AggregatorRegistry, Registry } from 'prom-client';

type Families = readonly object[];
const ANSWER_MS = 2000;

/** A registry whose text also holds what the other processes have, each with its label `process`. Without a connection: only its own. */
export class SharedMetrics extends Registry {
  #ask: ((id: number) => void) | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, (families: Families) => void>();

  constructor(labels: Readonly<Record<string, string>>) {
    super();
    this.setDefaultLabels(labels);
  }

  /** `ask` requests the others' numbers; `take` gets them under the same id. */
  connect(ask: (id: number) => void): void {
    this.#ask = ask;
  }

  take(id: number, families: Families): void {
    this.#waiting.get(id)?.(families);
    this.#waiting.delete(id);
  }

  /** As they travel between processes. */
  own(): Promise<Families> {
    return this.getMetricsAsJSON();
  }

  /** Others that do not answer within 2 s are left out: their absence shows in the numbers, an error would hide all. */
  override async metrics(): Promise<string> {
    const ask = this.#ask;
    if (ask === null) return super.metrics();
    const id = ++this.#asked;
    const others = await new Promise<Families>((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        resolve([]);
      }, ANSWER_MS);
      this.#waiting.set(id, (families) => {
        clearTimeout(timer);
        resolve(families);
      });
      ask(id);
    });
    return AggregatorRegistry.aggregate([await this.own(), ...byProcess(others)] as object[][]).metrics();
  }
}

/** The supervisor hands over what all others said in one list; aggregating wants a list per process, but labels keep them apart anyway. */
const byProcess = (families: Families): readonly Families[] => [families];
