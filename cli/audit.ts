import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { hasKey, keyFolderOf, openKeys } from '../api/auth/keys.ts';
import { exportLines, readExport } from '../api/audit/export.ts';
import { headFileOf } from '../api/audit/publish-heads.ts';
import { readHeads, verifyChain } from '../api/audit/verify.ts';
import type { AuditProblem, PublishedHeads } from '../api/audit/verify.ts';
import { auditPages } from '../api/audit/pages.ts';
import { auditFolderOf } from '../local/project.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import { schemaIdOf } from '../schemas/avro/codec.ts';
import { withOrganization } from '../store/connect.ts';
import { auditHead, organizationsOfInstallation } from '../store/queries/audit.ts';
import { topics } from '../topologies/topics.ts';
import type { CommandFile, Io } from './command.ts';
import { openClients } from './clients.ts';
import type { Clients } from './clients.ts';
import { installationIdFor, requireConnection, resolveConnection } from './connection.ts';

interface VerifyOptions {
  readonly data?: string;
  readonly organization?: string;
  readonly heads?: string;
  readonly file?: string;
}
interface ExportOptions {
  readonly data?: string;
  readonly organization: string;
}
interface Checked {
  readonly organization: string;
  readonly rows: number;
  readonly head: { readonly seq: number; readonly hash: string };
  /** Published heads that the chain was held against. */
  readonly heads: number;
  readonly problems: readonly AuditProblem[];
}

export default {
  name: 'audit',
  register(program, io) {
    const command = program.command('audit').description('Who did what: checks that nothing was changed or taken away since, and hands it to auditors');
    command
      .command('verify')
      .description('Checks every row, the chain between them, and both against the heads that were published; exit 1 when one does not hold')
      .option('--organization <name>', 'only this one (default: all)')
      .option('--heads <file>', 'published heads, one a line: a copy kept elsewhere (default: the topic, and the file in the data folder)')
      .option('--file <file>', 'an export instead of the database, as `audit export` writes it')
      .option('--data <folder>', 'the installation')
      .option('--json', 'one JSON document')
      .action(async (_options: unknown, self: Command) => verify(self.optsWithGlobals(), io));
    command
      .command('export')
      .description('Writes the whole audit of an organization, a JSON document a line, which `audit verify --file` checks without the installation')
      .option('--organization <name>', 'whose', 'default')
      .option('--data <folder>', 'the installation')
      .action(async (_options: unknown, self: Command) => exportAll(self.optsWithGlobals(), io));
  },
} satisfies CommandFile;

async function verify(options: VerifyOptions, io: Io): Promise<void> {
  const checked = options.file === undefined ? await verifyDatabase(options, io) : [await verifyFile({ ...options, file: options.file })];
  const isValid = checked.every(({ problems }) => problems.length === 0);
  if (io.json) io.print(JSON.stringify({ valid: isValid, organizations: checked }));
  else for (const one of checked) print(one, io);
  if (!isValid) process.exitCode = 1;
}

function print({ organization, rows, head, heads, problems }: Checked, io: Io): void {
  for (const { detail } of problems) io.print(`${organization}: ${detail}`);
  const held = heads === 0 ? 'no published head to hold it against' : `held against ${heads} published head${heads === 1 ? '' : 's'}`;
  if (problems.length === 0) io.print(`${organization}: ${rows} row${rows === 1 ? '' : 's'} hold, up to ${head.seq}; ${held}.`);
}

async function verifyDatabase({ data, organization, heads: file }: VerifyOptions, io: Io): Promise<readonly Checked[]> {
  const connection = requireConnection(file === undefined ? ['kafkaBrokers', 'registryUrl', 'databaseUrl'] : ['databaseUrl'], { data });
  await using clients = await openClients(connection, io);
  const keys = await openKeys(keyFolderOf(connection.dataFolder));
  const local = headFileOf(auditFolderOf(connection.dataFolder));
  const lines = file === undefined ? [...(await headsOfTopic(clients)), ...(existsSync(local) ? linesOf(local) : [])] : linesOf(file);
  const published = await readHeads(lines, keys, connection.installationId ?? (await installationIdFor(clients.broker)));
  const names = organization === undefined ? await allOrganizations(clients, published) : [organization];
  const checked: Checked[] = [];
  for (const name of names) checked.push(await verifyOne(name, clients, published));
  const unowned = published.problems.get('') ?? [];
  return unowned.length === 0 ? checked : [...checked, { organization: 'published heads', rows: 0, head: { seq: 0, hash: '' }, heads: 0, problems: unowned }];
}

async function verifyOne(organization: string, { database }: Clients, published: PublishedHeads): Promise<Checked> {
  const heads = published.byOrganization.get(organization) ?? [];
  const end = (await withOrganization(database, organization, auditHead)) ?? null;
  const rows = auditPages((work) => withOrganization(database, organization, work), {}, end?.seq ?? 0);
  const verdict = await verifyChain(organization, rows, { heads, end, isWhole: true });
  return { organization, ...verdict, heads: heads.length, problems: [...(published.problems.get(organization) ?? []), ...verdict.problems] };
}

/** An organization that a head names and the database does not have is checked too: all of its rows are gone. */
async function allOrganizations({ database }: Clients, { byOrganization }: PublishedHeads): Promise<readonly string[]> {
  return [...new Set([...(await withOrganization(database, 'default', organizationsOfInstallation)), ...byOrganization.keys()])].sort();
}

async function headsOfTopic({ broker, codec }: Clients): Promise<readonly string[]> {
  const topic = topics.auditHeads.name;
  const [admin, reader] = [broker.admin(), broker.reader()];
  try {
    const lines: string[] = [];
    for (let partition = 0; partition < ((await admin.topics()).get(topic) ?? 0); partition++) {
      const at = { topic, partition };
      const [from, to] = await Promise.all([admin.offsets([at], 'earliest'), admin.offsets([at], 'stable')]);
      const end = [...to.values()][0] ?? 0;
      for await (const batch of reader.read(at, [...from.values()][0] ?? 0, end, new AbortController().signal))
        for (const { value } of batch.records) {
          if (value === null) continue;
          await codec.load(schemaIdOf(value));
          lines.push(codec.decode(schemas.auditHead, value).jws);
        }
    }
    return lines;
  } finally {
    await Promise.allSettled([admin.close(), reader.close()]);
  }
}

async function verifyFile({ file, heads, data }: VerifyOptions & { readonly file: string }): Promise<Checked> {
  if (!existsSync(file)) throw new ConfigError('INVALID_USAGE', `There is no file ${file}.`, { file });
  const { organization, rows } = await readExport(createInterface({ input: createReadStream(file), crlfDelay: Infinity }));
  const published = heads === undefined ? undefined : await headsOfFile(heads, data);
  const known = published?.byOrganization.get(organization) ?? [];
  const verdict = await verifyChain(organization, rows, { heads: known, end: null, isWhole: true });
  const problems = [...(published?.problems.get('') ?? []), ...(published?.problems.get(organization) ?? []), ...verdict.problems];
  return { organization, ...verdict, heads: known.length, problems };
}

/** Their signatures need the installation's keys, not the installation. */
async function headsOfFile(file: string, data: string | undefined): Promise<PublishedHeads> {
  const { dataFolder, installationId } = resolveConnection({ data });
  const folder = keyFolderOf(dataFolder);
  if (!hasKey(folder) || installationId === null)
    throw new ConfigError(
      'INVALID_USAGE',
      `Signatures of heads need the keys of the installation, and ${dataFolder} has none. Name its data folder with --data.`,
    );
  return readHeads(linesOf(file), await openKeys(folder), installationId);
}

async function exportAll({ data, organization }: ExportOptions, io: Io): Promise<void> {
  const connection = requireConnection(['databaseUrl'], { data });
  await using clients = await openClients(connection, io);
  const end = await withOrganization(clients.database, organization, auditHead);
  const pages = auditPages((work) => withOrganization(clients.database, organization, work), {}, end?.seq ?? 0);
  for await (const line of exportLines(organization, pages)) {
    if (io.interruption.signal.aborted) return;
    io.print(line.trimEnd());
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read: ${(error as Error).message}`, { file }, { cause: error });
  }
}
