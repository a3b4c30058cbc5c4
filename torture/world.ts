// What faults are done to.
import type { Brokers } from './brokers.ts';
import type { Flow } from './flow.ts';
import type { Members } from './members.ts';
import type { Place } from './place.ts';
import type { Random } from './random.ts';
import type { Server } from './servers.ts';

export interface World {
  readonly place: Place;
  readonly brokers: Brokers;
  readonly registry: Server;
  readonly database: Server;
  readonly members: Members;
  /** Those that should run when nothing is being done to them. */
  readonly crew: readonly string[];
  readonly flow: Flow;
}

/** What was done. The run then waits until everything flows again, and calls `repair`. */
export interface Done {
  readonly target: string;
  /** Recovery counts from here: the end of the fault, or the kill. Wall clock. */
  readonly sinceMs: number;
  /** Puts back what must not come back before the others have recovered without it. */
  readonly repair?: () => Promise<void>;
}

export interface Fault {
  readonly kind: string;
  /** For people: what it does. */
  readonly does: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** Why it cannot be done here; null when it can. */
  readonly problem?: (world: World) => string | null;
  readonly inflict: (world: World, random: Random) => Promise<Done>;
}
