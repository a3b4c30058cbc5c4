// Everything that `up` started, and the order in which it ends: our processes together, then registry and broker, then the database.
import type { FatalError } from '../pipeline/core/errors.ts';
import type { Part } from './part.ts';
import { partDied } from './ready.ts';

export interface Supervisor {
  /** A server: when it ends by itself everything ends. */
  readonly addService: (part: Part) => void;
  /** One of our processes; it looks after its own restarts. */
  readonly addProcess: (part: Pick<Part, 'name' | 'stop' | 'kill'>) => void;
  /** From now on the end of a service is a failure. Before, the start itself says what went wrong. */
  readonly watch: () => void;
  /** Ends everything with this error. */
  readonly fail: (error: FatalError) => void;
  /** Resolves with the first failure. */
  readonly failed: Promise<FatalError>;
  /** Never throws; what has not ended within 45 s is killed. */
  readonly stopAll: () => Promise<void>;
  readonly killAll: () => void;
}

const DEADLINE_MS = 45_000;
const LAST = 'database';

export function createSupervisor(): Supervisor {
  const services: Part[] = [];
  const processes: Pick<Part, 'name' | 'stop' | 'kill'>[] = [];
  let isWatching = false;
  let isStopping = false;
  let fail: (error: FatalError) => void = () => {};
  const failed = new Promise<FatalError>((resolve) => {
    fail = resolve;
  });
  const killAll = () => [...processes, ...services].forEach((part) => part.kill());
  const stopEach = (parts: readonly Pick<Part, 'stop'>[]) => Promise.all(parts.map((part) => part.stop().catch(() => {})));
  return {
    addService(part) {
      services.push(part);
      void part.exited.then((exit) => {
        if (isWatching && !isStopping) fail(partDied(part, exit));
      });
    },
    addProcess: (part) => void processes.push(part),
    watch() {
      isWatching = true;
    },
    fail: (error) => fail(error),
    failed,
    async stopAll() {
      isStopping = true;
      const deadline = setTimeout(killAll, DEADLINE_MS);
      await stopEach(processes);
      await stopEach(services.filter((part) => part.name !== LAST));
      await stopEach(services.filter((part) => part.name === LAST));
      clearTimeout(deadline);
    },
    killAll,
  };
}
