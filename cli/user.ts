import Table from 'cli-table3';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { ORGANIZATION } from '../api/auth/tokens.ts';
import { ROLE_NAME } from '../api/gate/roles.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { CommandFile, Io } from './command.ts';
import { openApi } from './sensor/api.ts';
import type { AskApi, Where } from './sensor/api.ts';

interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly disabledAt: string | null;
  readonly sessions: number;
  readonly seenAt: string | null;
}
interface PasswordLink {
  readonly user: string;
  readonly link: string;
  readonly expiresAt: string;
}
interface ChangeOptions extends Where {
  readonly role?: readonly string[];
  readonly name?: string;
  readonly email?: string;
  readonly disable?: boolean;
  readonly enable?: boolean;
}

const organization = (text: string): string => {
  if (!ORGANIZATION.test(text)) throw new InvalidArgumentError('Lower-case letters, digits and dashes, at most 63.');
  return text;
};
const role = (text: string, before: readonly string[] | undefined): readonly string[] => {
  if (!ROLE_NAME.test(text)) throw new InvalidArgumentError('Lower-case letters, digits, _ and -, at most 40.');
  return [...(before ?? []), text];
};
const hours = (text: string): number => {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 720) throw new InvalidArgumentError('1 to 720 hours.');
  return count;
};

export default {
  name: 'user',
  register(program, io) {
    const command = program.command('user').description('Who may sign in to an organization, and with which roles');
    const sub = (name: string, description: string): Command =>
      command
        .command(name)
        .description(description)
        .option('--organization <name>', 'whose user it is', organization, 'default')
        .option('--data <folder>', 'of the installation that runs on this machine')
        .option('--json', 'one JSON document, or one a line');
    sub('list', 'Users with their roles').action(async (options: Where) => list(io, await openApi(options)));
    sub('invite', 'Prints a link that makes one user, once')
      .argument('<name>', 'that the user will sign in with')
      .requiredOption('--role <role>', 'what the user may do; may be given again', role)
      .option('--email <address>', "the user's")
      .option('--hours <number>', 'how long the link can be used', hours, 72)
      .action(async (name: string, options: Where & { readonly role: readonly string[]; readonly email?: string; readonly hours: number }) => {
        const body = { name, roles: options.role, hours: options.hours, ...(options.email !== undefined && { email: options.email }) };
        const invitation = await (await openApi(options))<{ readonly link: string; readonly expiresAt: string }>('POST', '/auth/invitations', body);
        if (io.json) io.print(JSON.stringify(invitation));
        else io.print(`Give this to ${name}, who can use it once until ${invitation.expiresAt}:\n${invitation.link}`);
      });
    sub('change', 'What is not named stays; in force at once')
      .argument('<user>', 'name of the user')
      .option('--role <role>', 'all that the user may do from now on; may be given again', role)
      .option('--name <name>', 'another name')
      .option('--email <address>', 'another address; empty takes it away')
      .option('--disable', 'may not sign in, and sessions end')
      .option('--enable', 'may sign in again')
      .action(async (user: string, options: ChangeOptions) => {
        const body = changeOf(options);
        const ask = await openApi(options);
        const changed = await ask<User>('PATCH', `/auth/users/${(await named(ask, user)).id}`, body);
        if (io.json) io.print(JSON.stringify(changed));
        else show(io, [changed]);
      });
    sub('password-link', 'Prints a link by which somebody who forgot the password chooses another, once')
      .argument('<user>', 'name of the user')
      .action(async (user: string, options: Where) => {
        const ask = await openApi(options);
        const made = await ask<PasswordLink>('POST', `/auth/users/${(await named(ask, user)).id}/password-link`);
        if (io.json) io.print(JSON.stringify(made));
        else io.print(`Give this to ${made.user}, who can choose another password with it once until ${made.expiresAt}:\n${made.link}`);
      });
    sub('end-sessions', 'Signs somebody out everywhere, at once')
      .argument('<user>', 'name of the user')
      .action(async (user: string, options: Where) => {
        const ask = await openApi(options);
        const { ended } = await ask<{ readonly ended: number }>('DELETE', `/auth/users/${(await named(ask, user)).id}/sessions`);
        io.print(io.json ? JSON.stringify({ ended }) : `${ended} sessions of ${user} have ended.`);
      });
  },
} satisfies CommandFile;

/** @throws ConfigError INVALID_USAGE when nothing is to be changed, or both of two. */
function changeOf({ role: roles, name, email, disable, enable }: ChangeOptions): Readonly<Record<string, unknown>> {
  if (disable === true && enable === true) throw new ConfigError('INVALID_USAGE', 'Either --disable or --enable.');
  const body = {
    ...(roles !== undefined && { roles }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email: email === '' ? null : email }),
    ...((disable === true || enable === true) && { disabled: disable === true }),
  };
  if (Object.keys(body).length === 0) throw new ConfigError('INVALID_USAGE', 'Say what to change: --role, --name, --email, --disable or --enable.');
  return body;
}

async function list(io: Io, ask: AskApi): Promise<void> {
  const users = await all(ask, '');
  if (io.json) for (const user of users) io.print(JSON.stringify(user));
  else show(io, users);
}

function show(io: Io, users: readonly User[]): void {
  const table = new Table({ head: ['user', 'roles', 'address', 'state', 'sessions', 'last seen'], style: { head: [], border: [] } });
  for (const { name, roles, email, disabledAt, sessions, seenAt } of users)
    table.push([name, roles.join(', '), email ?? '', disabledAt === null ? 'active' : `disabled ${disabledAt}`, sessions, seenAt ?? '']);
  io.print(table.toString());
}

const PAGE = 200;
async function all(ask: AskApi, search: string): Promise<readonly User[]> {
  const found: User[] = [];
  for (let cursor = ''; ;) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(search !== '' && { search }), ...(cursor !== '' && { cursor }) });
    const { users, next } = await ask<{ readonly users: readonly User[]; readonly next: string | null }>('GET', `/auth/users?${query.toString()}`);
    found.push(...users);
    if (next === null) return found;
    cursor = next;
  }
}

/** @throws ConfigError INVALID_USAGE */
async function named(ask: AskApi, name: string): Promise<User> {
  const user = (await all(ask, name)).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (user === undefined) throw new ConfigError('INVALID_USAGE', `There is no user ${name}. \`./goshawk user list\` shows those there are.`);
  return user;
}
