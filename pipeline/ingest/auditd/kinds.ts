// What kinds of audit records mean in ECS.
import type { Fields } from '../kit.ts';
import { table, text } from '../kit.ts';
import type { AuditLine } from './line.ts';

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

/** Calls that start a program, by number on x86-64 and i386 and by name. */
const EXEC_CALLS = new Set(['59', '322', '11', 'execve', 'execveat']);
const CONNECT_CALLS = new Set(['42', 'connect']);

/** @param first Type of the first line; a system call is told by its companions. */
export function kindOf(first: string, lines: readonly AuditLine[], own: Fields): Kind {
  const action = first.toLowerCase();
  if (first !== 'SYSCALL') return KINDS.get(first) ?? kind([], [], action);
  const call = text(own.SYSCALL) ?? text(own.syscall) ?? '';
  if (lines.some(({ type }) => type === 'EXECVE') || EXEC_CALLS.has(call)) return kind(['process'], ['start'], 'executed');
  if (CONNECT_CALLS.has(call)) return kind(['network'], ['connection', 'start'], 'connected-to');
  if (lines.some(({ type }) => type === 'PATH')) return kind(['file'], ['access'], 'accessed-file');
  return kind(['process'], ['info'], action);
}
