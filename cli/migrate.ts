import { migrate } from '../store/migrate.ts';
import type { CommandFile } from './command.ts';
import { requireConnection } from './connection.ts';

export default {
  name: 'migrate',
  register(program, io) {
    program
      .command('migrate')
      .description('Brings the database up to date; forward only')
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--json', 'one JSON document')
      .action(async ({ data }: { data?: string }) => {
        const { databaseUrl } = requireConnection(['databaseUrl'], { data });
        const { GOSHAWK_STAGES_PASSWORD: stages, GOSHAWK_API_PASSWORD: api } = process.env;
        const passwords = { ...(stages ? { goshawk_stages: stages } : {}), ...(api ? { goshawk_api: api } : {}) };
        const result = await migrate({ databaseUrl, log: io.log(), passwords });
        if (io.json) io.print(JSON.stringify(result));
        else
          io.report.say(
            'migrate',
            result.applied.length === 0
              ? `The database is up to date (version ${result.version}, ${result.tier}).`
              : `Applied ${result.applied.join(', ')} (version ${result.version}, ${result.tier}).`,
          );
      });
  },
} satisfies CommandFile;
