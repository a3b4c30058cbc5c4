import { InvalidArgumentError } from 'commander';
import { hasKey, keyFolderOf, openKeys } from '../api/auth/keys.ts';
import { ORGANIZATION, Tokens } from '../api/auth/tokens.ts';
import { isRole, ROLES } from '../api/gate/roles.ts';
import type { Role } from '../api/gate/roles.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { CommandFile } from './command.ts';
import { resolveConnection } from './connection.ts';

const parseRole = (text: string, before: readonly Role[] | undefined): readonly Role[] => {
  if (!isRole(text)) throw new InvalidArgumentError(`Roles are ${ROLES.join(', ')}.`);
  return [...(before ?? []), text];
};
const parseOrganization = (text: string): string => {
  if (!ORGANIZATION.test(text)) throw new InvalidArgumentError('Lower-case letters, digits and dashes, at most 63.');
  return text;
};
const parseMinutes = (text: string): number => {
  const minutes = Number(text);
  if (!/^\d+$/.test(text) || minutes < 1 || minutes > 1_440) throw new InvalidArgumentError('1 to 1440 minutes.');
  return minutes;
};
const USER = 'cli';

export default {
  name: 'token',
  register(program, { print, json }) {
    program
      .command('token')
      .description('A short-lived token for this installation, for curl and scripts')
      .option('--role <role>', `what it may do: ${ROLES.join(', ')}; may be given again (default: admin)`, parseRole)
      .option('--organization <name>', 'whose data it sees', parseOrganization, 'default')
      .option('--minutes <number>', 'how long it holds', parseMinutes, 60)
      .option('--data <folder>', 'where the installation lives (default: .goshawk/data in the project)')
      .option('--json', 'token and expiry as a JSON document')
      .action(async ({ role = ['admin'], organization, minutes, data }: { role?: readonly Role[]; organization: string; minutes: number; data?: string }) => {
        const { dataFolder, installationId } = resolveConnection({ data });
        const folder = keyFolderOf(dataFolder);
        if (installationId === null || !hasKey(folder))
          throw new ConfigError(
            'INVALID_USAGE',
            `No installation has served in ${dataFolder} yet. Start it with ./goshawk up, or name another folder with --data.`,
          );
        const { token, expiresAt } = await new Tokens(await openKeys(folder), installationId).sign({ user: USER, organization, roles: role }, minutes * 60);
        print(json ? JSON.stringify({ token, expiresAt: new Date(expiresAt * 1_000).toISOString(), organization, roles: role }) : token);
      });
  },
} satisfies CommandFile;
