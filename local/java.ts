// Finds the newest Java of this machine. PATH alone may hold an old one while a newer lies beside it.
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface Java {
  readonly home: string;
  readonly major: number;
  readonly program: string;
}

export const OLDEST_JAVA = 17;

/** `env` gives GOSHAWK_JAVA (a home; wins when it is usable), JAVA_HOME and PATH. Null when there is no Java 17 or newer. */
export function findJava(env: NodeJS.ProcessEnv, folders: readonly string[] = SYSTEM_FOLDERS): Java | null {
  if (env.GOSHAWK_JAVA) return readHome(env.GOSHAWK_JAVA);
  const homes = [
    env.JAVA_HOME ?? '',
    ...(env.PATH ?? '').split(delimiter).map((folder) => homeOfProgram(join(folder, 'java'))),
    ...folders.flatMap(homesBelow),
  ];
  const found = [...new Set(homes)].map((home) => readHome(home)).filter((java) => java !== null);
  return found.sort((a, b) => b.major - a.major)[0] ?? null;
}

const SYSTEM_FOLDERS = ['/usr/lib/jvm', '/usr/java', '/opt/java', '/Library/Java/JavaVirtualMachines', '/opt/homebrew/opt', '/usr/local/opt'];

/** Folders below that hold a Java, directly or as on macOS below Contents/Home or libexec. */
function homesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) =>
    [join(folder, name), join(folder, name, 'Contents/Home'), join(folder, name, 'libexec/openjdk.jdk/Contents/Home')].filter((home) =>
      existsSync(join(home, 'release')),
    ),
  );
}

function homeOfProgram(program: string): string {
  try {
    return dirname(dirname(realpathSync(program)));
  } catch {
    return '';
  }
}

/** The version stands in `release`, so no process is needed. Java 8 writes 1.8.0. */
function readHome(home: string): Java | null {
  const program = join(home, 'bin/java');
  try {
    const [, version] = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8')) ?? [];
    const major = Number(version);
    return existsSync(program) && major >= OLDEST_JAVA ? { home: realpathSync(home), major, program } : null;
  } catch {
    return null;
  }
}
