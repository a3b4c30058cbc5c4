// What kinds of audit records mean in ECS.
import type { Fields } from '../kit.ts';
import { table, text } from '../kit.ts';
import type { AuditLine } from './line.ts';
import type { AuditedFile } from './objects.ts';
import { isUnderWay } from './objects.ts';

interface Kind {
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly action: string;
}
const kind = (category: readonly string[], type: readonly string[], action: string): Kind => ({ category, type, action });

const KINDS = table({
  ADD_USER: kind(['iam'], ['user', 'creation'], 'added-user-account'),
  DEL_USER: kind(['iam'], ['user', 'deletion'], 'deleted-user-account'),
  USER_MGMT: kind(['iam'], ['user', 'change'], 'modified-user-account'),
  USER_CHAUTHTOK: kind(['iam'], ['user', 'change'], 'changed-password'),
  ADD_GROUP: kind(['iam'], ['group', 'creation'], 'added-group-account'),
  DEL_GROUP: kind(['iam'], ['group', 'deletion'], 'deleted-group-account'),
  USER_AUTH: kind(['authentication'], ['info'], 'authenticated'),
  USER_ACCT: kind(['authentication'], ['info'], 'was-authorized'),
  USER_LOGIN: kind(['authentication'], ['start'], 'logged-in'),
  USER_LOGOUT: kind(['authentication'], ['end'], 'logged-out'),
  LOGIN: kind(['authentication'], ['start'], 'changed-login-id-to'),
  CRED_ACQ: kind(['authentication'], ['info'], 'acquired-credentials'),
  CRED_DISP: kind(['authentication'], ['info'], 'disposed-credentials'),
  CRED_REFR: kind(['authentication'], ['info'], 'refreshed-credentials'),
  USER_START: kind(['session'], ['start'], 'started-session'),
  USER_END: kind(['session'], ['end'], 'ended-session'),
  USER_CMD: kind(['process'], ['start'], 'ran-command'),
  EXECVE: kind(['process'], ['start'], 'executed'),
  PROCTITLE: kind(['process'], ['info'], 'proctitle'),
  PATH: kind(['file'], ['info'], 'path'),
  CWD: kind(['process'], ['info'], 'cwd'),
  SERVICE_START: kind(['process'], ['start'], 'started-service'),
  SERVICE_STOP: kind(['process'], ['end'], 'stopped-service'),
  CONFIG_CHANGE: kind(['configuration'], ['change'], 'changed-audit-configuration'),
  DAEMON_START: kind(['process'], ['start'], 'started-audit'),
  DAEMON_END: kind(['process'], ['end'], 'shutdown-audit'),
  ANOM_ABEND: kind(['process'], ['end'], 'crashed-program'),
  ANOM_PROMISCUOUS: kind(['network'], ['info'], 'changed-promiscuous-mode-on-device'),
  AVC: kind(['process'], ['access'], 'violated-selinux-policy'),
  SECCOMP: kind(['process'], ['access'], 'violated-seccomp-policy'),
  MAC_STATUS: kind(['configuration'], ['change'], 'changed-selinux-enforcement'),
  NETFILTER_CFG: kind(['configuration'], ['change'], 'loaded-firewall-rule-to'),
  KERN_MODULE: kind(['driver'], ['start'], 'loaded-kernel-module'),
});

/** Machines by their number in the log, as far as their numbers of calls are told apart. */
const NUMBERS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['c000003e', { 59: 'execve', 322: 'execveat', 42: 'connect' }], // x86-64
  ['40000003', { 11: 'execve', 358: 'execveat', 362: 'connect' }], // i386
  ['c00000b7', { 221: 'execve', 281: 'execveat', 203: 'connect' }], // aarch64
]);
const ANY_MACHINE = NUMBERS.get('c000003e')!;

/** Name of a system call where it is one that counts here: what enrichment says, else by machine and number. */
function callName({ SYSCALL, syscall, arch }: Fields): string {
  const said = text(SYSCALL) ?? text(syscall) ?? '';
  return (NUMBERS.get(text(arch) ?? '') ?? ANY_MACHINE)[said] ?? said;
}

const EXECUTED = kind(['process'], ['start'], 'executed');
const FILE_KINDS = {
  created: kind(['file'], ['creation'], 'created-file'),
  deleted: kind(['file'], ['deletion'], 'deleted-file'),
  none: kind(['file'], ['access'], 'accessed-file'),
} as const;
/** Sigma's categories of what a system call did. */
const CATEGORIES: Readonly<Record<string, string>> = {
  executed: 'process_creation',
  'connected-to': 'network_connection',
  'created-file': 'file_event',
  'deleted-file': 'file_delete',
};

/** @param first Type of the first line; a system call is told by its companions. */
export function kindOf(first: string, lines: readonly AuditLine[], own: Fields, file: AuditedFile | null): Kind {
  const action = first.toLowerCase();
  if (first !== 'SYSCALL') return KINDS.get(first) ?? kind([], [], action);
  const call = callName(own);
  if (lines.some(({ type }) => type === 'EXECVE') || call === 'execve' || call === 'execveat') return EXECUTED;
  if (call === 'connect') return kind(['network'], ['connection', 'start'], 'connected-to');
  return file === null ? kind(['process'], ['info'], action) : FILE_KINDS[file.change];
}

/** Of a call that failed: none. */
export function sigmaCategories({ action }: Kind, own: Fields): readonly string[] {
  const category = CATEGORIES[action];
  return category === undefined || (own.success === 'no' && !isUnderWay(own)) ? [] : [category];
}
