// What the columns of osquery's tables mean: https://osquery.io/schema/. Queries choose tables and names; these are the usual ones.
import type { Draft, FieldsOf, RawDocument } from '../kit.ts';
import { hasBothEnds, mapping, number, table, text, via } from '../kit.ts';

const set = mapping({
  'process.pid': 'pid',
  'process.entity_id': 'process_guid',
  'process.parent.pid': ['parent', 'ppid'],
  'process.parent.executable': 'parent_path',
  'process.parent.command_line': 'parent_cmdline',
  'process.command_line': ['cmdline', 'command', 'command_line'],
  'process.working_directory': 'cwd',
  'process.exit_code': 'exit_code',
  'user.id': 'uid',
  'user.name': ['username', 'user'],
  'group.id': 'gid',
  'group.name': 'groupname',
  'source.ip': 'local_address',
  'source.port': 'local_port',
  'destination.ip': 'remote_address',
  'destination.port': via('remote_port', (value) => (Number(value) === 0 ? null : value)),
  'server.ip': via('address', (value, { port }) => (port === undefined ? null : value)),
  'server.port': via('port', (value) => (Number(value) === 0 ? null : value)),
  'package.name': via('name', (value, { version }) => (version === undefined ? null : value)),
  'package.version': via('version', (value, { name }) => (name === undefined ? null : value)),
  'registry.path': via('key', (value, { path }) => (path === undefined ? value : path)),
  'registry.data.strings': via('data', (value, { key }) => (key === undefined ? null : value)),
});
const setProcess = mapping({
  'process.executable': 'path',
  'process.name': 'name',
  'process.hash.md5': 'md5',
  'process.hash.sha1': 'sha1',
  'process.hash.sha256': 'sha256',
});
const setFile = mapping({
  'file.path': ['target_path', 'path'],
  'file.size': 'size',
  'file.inode': 'inode',
  'file.mode': 'mode',
  'file.mtime': via('mtime', (value) => (number(value) === 0 ? null : value)),
  'file.hash.md5': 'md5',
  'file.hash.sha1': 'sha1',
  'file.hash.sha256': 'sha256',
});

const FILE_ACTIONS = table({
  CREATED: 'creation',
  UPDATED: 'change',
  ATTRIBUTES_MODIFIED: 'change',
  MOVED_TO: 'change',
  MOVED_FROM: 'change',
  DELETED: 'deletion',
});

/** Sets what a row tells, its category and its type. */
export function setRow(event: Draft, columns: FieldsOf, document: RawDocument): void {
  set(event, columns, document);
  const has = (name: string): boolean => text(columns[name]) !== null;
  const isFileEvent = has('target_path');
  const isProcess = !isFileEvent && (has('pid') || has('cmdline'));
  if (isProcess) setProcess(event, columns, document);
  else if (has('path') || isFileEvent) (has('key') ? setNothing : setFile)(event, columns, document);
  if (!has('key') && !has('data')) event.registry = null;

  if (isFileEvent) [event.category, event.type] = [['file'], [FILE_ACTIONS.get(text(columns.action) ?? '') ?? 'info']];
  else if (has('remote_address') || (has('local_address') && has('local_port'))) [event.category, event.type] = [['network'], ['connection']];
  else if (has('port') && has('address')) [event.category, event.type] = [['network'], ['info']];
  else if (has('syscall') || has('cmdline_size')) [event.category, event.type] = [['process'], ['start']];
  else if (isProcess || has('command')) [event.category, event.type] = [['process'], ['info']];
  else if (has('key')) [event.category, event.type] = [['registry'], ['access']];
  else if (has('path')) [event.category, event.type] = [['file'], ['info']];
  else if (has('version') && has('name')) [event.category, event.type] = [['package'], ['info']];
  else if (has('username')) [event.category, event.type] = [['iam'], ['user', 'info']];
  else [event.category, event.type] = [['host'], ['info']];
  if (hasBothEnds(event) && event.network === null) setTransport(event, columns, document);
}
const setNothing = (): void => undefined;
const PROTOCOLS = table({ 6: 'tcp', 17: 'udp', 1: 'icmp' });
const setTransport = mapping({ 'network.transport': via('protocol', (value) => PROTOCOLS.get(String(value)) ?? null) });
