// The command line as a person types it, against an API with a database of its own.
import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestApi } from '../../api/test/api.ts';
import { openTestApi } from '../../api/test/api.ts';
import type { TestDatabase } from '../../api/test/database.ts';
import type { Role } from '../../api/gate/roles.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
export interface CommandLine {
  readonly api: TestApi;
  /** Runs the command with these words to its end, whatever that is. */
  readonly run: (...words: string[]) => Promise<Ended>;
  readonly close: () => Promise<void>;
}

/** @param command Its first word. @param roles Of whoever types it. */
export async function openCommandLine(database: TestDatabase, command: string, roles: readonly Role[]): Promise<CommandLine> {
  const api = await openTestApi(database);
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
  const env = { ...process.env, GOSHAWK_API_URL: url, GOSHAWK_TOKEN: await api.token(roles) };
  return {
    api,
    run: async (...words) => {
      try {
        return { code: 0, ...(await run(process.execPath, [MAIN, command, ...words], { env })) };
      } catch (error) {
        const { code, stdout, stderr } = error as Ended; // a status other than 0
        return { code, stdout, stderr };
      }
    },
    close: () => api.close(),
  };
}
