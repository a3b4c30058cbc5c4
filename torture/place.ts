// Where a piece of a run happens: a folder of its own, where its parts log, and how long all of it may live.
import type { Jars } from '../local/jars.ts';
import type { Java } from '../local/java.ts';
import type { PartFolders } from '../local/part.ts';
import type { PostgresBinaries } from '../local/postgres-binaries.ts';
import type { Report } from '../local/report.ts';

export interface Place {
  readonly folder: string;
  readonly temporary: string;
  readonly parts: PartFolders;
  readonly clusterId: string;
  readonly installationId: string;
  readonly java: Java;
  readonly jars: Jars;
  /** Of the version that is tortured. */
  readonly kafkaJars: string;
  readonly postgres: PostgresBinaries;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly taken: Set<number>;
}
