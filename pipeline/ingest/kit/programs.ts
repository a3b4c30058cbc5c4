// What the programs of a Linux machine say, read from their wording, however their lines come.
import { canonicalIp } from '../../../domains/network/address.ts';
import type { Draft } from './draft.ts';
import { endpoint, file, process, setEcs, user } from './draft.ts';
import { port } from './values.ts';

/** Sets what the wording tells. @param message What follows the tag. */
type Wording = (event: Draft, message: string) => void;

const LOGIN = ['authentication', 'session'];
const AUTHENTICATION = ['authentication'];
const SESSION = ['session'];
const PROCESS = ['process'];
const IAM = ['iam'];
const START = ['start'];
const END = ['end'];
const INFO = ['info'];

/** Text between two marks; null when one is missing. `after` '' = from the beginning, `before` '' = to the end. */
function between(text: string, after: string, before: string): string | null {
  const start = after === '' ? 0 : text.indexOf(after);
  if (start < 0) return null;
  const from = start + after.length;
  const end = before === '' ? text.length : text.indexOf(before, from);
  return end < 0 ? null : text.slice(from, end);
}
/** The run of characters that follows a mark, up to a blank. */
function wordAfter(text: string, mark: string): string | null {
  const start = text.indexOf(mark);
  if (start < 0) return null;
  const word = text
    .slice(start + mark.length)
    .trimStart()
    .split(/[\s,;]/, 1)[0];
  return word === undefined || word === '' ? null : word;
}
/** The value of `name=value`, up to a blank; the name with its mark in front. */
function valueOf(text: string, name: string): string | null {
  const start = text.indexOf(name);
  return start < 0 ? null : text.slice(start + name.length).split(/[\s,;]/, 1)[0] || null;
}
function from(event: Draft, address: string | null, at: string | null): void {
  const ip = canonicalIp(address);
  event.source = endpoint(ip, port(at), ip === null ? address : null);
}
function login(event: Draft, action: string, outcome: string, name: string | null): void {
  event.category = outcome === 'success' ? LOGIN : AUTHENTICATION;
  event.type = INFO;
  event.action = action;
  event.outcome = outcome;
  event.user = user(name);
}

/** `name`, `name(uid=1000)`, `(uid=0)`. */
function account(written: string | null): Draft['user'] {
  const open = written?.indexOf('(uid=') ?? -1;
  if (open < 0) return user(written);
  return user(written!.slice(0, open) || null, null, written!.slice(open + '(uid='.length).replace(/\)$/, ''));
}

const sshd: Wording = (event, message) => {
  const accepted = message.startsWith('Accepted ');
  if (accepted || message.startsWith('Failed ')) {
    const name = between(message, ' for ', ' from ');
    login(event, 'ssh_login', accepted ? 'success' : 'failure', name?.startsWith('invalid user ') ? name.slice('invalid user '.length) : name);
    from(event, wordAfter(message, ' from '), wordAfter(message, ' port '));
  } else if (message.startsWith('Invalid user ')) {
    login(event, 'ssh_login', 'failure', between(message, 'Invalid user ', ' from '));
    from(event, wordAfter(message, ' from '), wordAfter(message, ' port '));
  } else if (message.startsWith('error: PAM: ')) {
    login(event, 'ssh_login', 'failure', wordAfter(message, ' user ') ?? wordAfter(message, ' for '));
    from(event, wordAfter(message, ' from '), null);
  } else if (
    message.startsWith('Connection from ') ||
    message.startsWith('Received disconnect from ') ||
    message.startsWith('Did not receive identification string from ')
  ) {
    event.category = ['network'];
    event.type = message.startsWith('Connection') ? ['connection', 'start'] : ['connection', 'end'];
    from(event, wordAfter(message, ' from '), wordAfter(message, ' port ')?.replace(/:$/, '') ?? null);
  } else if (message.startsWith('Connection closed by ') || message.startsWith('Disconnected from ') || message.startsWith('Connection reset by ')) {
    const who = message.split(' user ', 2)[1]?.split(' ');
    const rest =
      who === undefined ? message.slice(message.indexOf(' by ') >= 0 ? message.indexOf(' by ') + 4 : 'Disconnected from '.length) : who.slice(1).join(' ');
    event.category = ['network'];
    event.type = ['connection', 'end'];
    event.user = user(who?.[0] ?? null);
    from(event, rest.split(' ', 1)[0] ?? null, wordAfter(rest, 'port '));
  } else if (message.startsWith('subsystem request for ')) {
    event.category = SESSION;
    event.type = INFO;
    event.user = user(wordAfter(message, ' by user '));
  } else if (message.startsWith('fatal: ') && message.endsWith('[preauth]')) login(event, 'ssh_login', 'failure', null);
  else pam(event, message);
};

/** `pam_unix(sshd:auth): authentication failure; .. rhost=.. user=..`, `.. session opened for user x by ..`. */
const pam: Wording = (event, message) => {
  if (message.includes('authentication failure')) {
    login(event, 'authentication', 'failure', valueOf(message, ' user='));
    from(event, valueOf(message, ' rhost='), null);
  } else if (message.includes('session opened for user ') || message.includes('session closed for user ')) {
    const isOpened = message.includes('session opened');
    event.category = SESSION;
    event.type = isOpened ? START : END;
    event.action = isOpened ? 'logged-on' : 'logged-off';
    event.outcome = 'success';
    const whose = account(wordAfter(message, 'for user '));
    const by = account(wordAfter(message, ' by '));
    event.user = by?.name ? by : whose;
    if (by?.name && whose !== null) {
      event.targetUser = whose;
      setEcs(event, 'user.effective.name', whose.name);
    }
  } else if (message.includes('password changed for ')) {
    event.category = IAM;
    event.type = ['user', 'change'];
    event.action = 'changed-password';
    event.targetUser = user(wordAfter(message, 'password changed for '));
  }
};

/** `name : [reason ;] TTY=.. ; PWD=.. ; USER=.. ; COMMAND=..` */
const sudo: Wording = (event, message) => {
  const command = between(message, 'COMMAND=', '');
  if (command === null) return pam(event, message);
  const name = between(message, '', ' : ');
  const second = message.slice(message.indexOf(' : ') + 3);
  event.category = PROCESS;
  event.type = START;
  event.action = 'sudo';
  event.outcome = second.startsWith('TTY=') || second.startsWith('PWD=') || second.startsWith('HOST=') || second.startsWith('GROUP=') ? 'success' : 'failure'; // a reason comes first
  event.user = user(name?.trim() ?? null);
  event.targetUser = user(between(message, 'USER=', ' ;'));
  setEcs(event, 'user.effective.name', event.targetUser?.name ?? null);
  event.process = process(null, event.process?.pid ?? null, command, null, between(message, 'PWD=', ' ;'));
  if (event.process !== null) event.process = { ...event.process, name: 'sudo' };
};

const su: Wording = (event, message) => {
  const failed = /^(?:FAILED su for|'su )/.test(message) && !message.includes('succeeded');
  if (message.startsWith('Successful su for ') || message.startsWith('FAILED su for ')) {
    login(event, 'su', failed ? 'failure' : 'success', wordAfter(message, ' by '));
    event.targetUser = user(wordAfter(message, 'su for '));
  } else if (message.startsWith("'su ")) {
    login(event, 'su', failed ? 'failure' : 'success', wordAfter(message, ' for '));
    event.targetUser = user(between(message, "'su ", "'"));
  } else if (message.startsWith('(to ')) {
    login(event, 'su', 'success', wordAfter(message, ') '));
    event.targetUser = user(between(message, '(to ', ')'));
  } else pam(event, message);
};

/** `(root) CMD (command)` */
const cron: Wording = (event, message) => {
  const command = between(message, ') CMD (', '');
  if (command === null) return pam(event, message);
  event.category = PROCESS;
  event.type = START;
  event.action = 'cron';
  event.user = user(between(message, '(', ')'));
  event.process = {
    name: event.process?.name ?? null,
    executable: null,
    commandLine: command.endsWith(')') ? command.slice(0, -1).trimEnd() : command,
    pid: event.process?.pid ?? null,
    entityId: null,
    workingDirectory: null,
    hash: null,
    parent: null,
  };
};

/** `new user: name=x, UID=..`, `new group: name=..`, `group added to /etc/group: name=..`, `delete user 'x'`. */
const accounts: Wording = (event, message) => {
  const isGroup = message.includes('group') && !message.startsWith('new user');
  const isNew = message.startsWith('new ') || message.startsWith('group added to ');
  const isDeletion = message.startsWith('delete ') || message.startsWith('removed ');
  if (!isNew && !isDeletion && !message.startsWith('change') && !message.startsWith('add ')) return pam(event, message);
  const name = valueOf(message, 'name=') ?? between(message, "'", "'");
  event.category = IAM;
  event.type = [isGroup ? 'group' : 'user', isNew ? 'creation' : isDeletion ? 'deletion' : 'change'];
  event.action = isNew ? `added-${isGroup ? 'group' : 'user'}-account` : isDeletion ? `deleted-${isGroup ? 'group' : 'user'}-account` : 'modified-user-account';
  event.outcome = 'success';
  setEcs(event, 'group.id', valueOf(message, 'GID='));
  if (message.startsWith('group added to ')) event.file = file(between(message, 'group added to ', ':'));
  if (isGroup) setEcs(event, 'group.name', name);
  else event.targetUser = user(name, null, valueOf(message, 'UID='));
};

const logind: Wording = (event, message) => {
  if (message.startsWith('New session ')) {
    event.category = SESSION;
    event.type = START;
    event.action = 'session_opened';
    event.user = user(wordAfter(message, ' of user ')?.replace(/\.$/, '') ?? null);
  }
};

/** Programs by lower-case name, with the services that Sigma knows them by. */
export interface Program {
  readonly dataset: string;
  readonly services: readonly string[];
  readonly read?: Wording;
}
const program = (dataset: string, services: readonly string[], read?: Wording): Program => ({
  dataset,
  services: [...services, 'syslog'],
  ...(read === undefined ? {} : { read }),
});
export const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ['sshd', program('linux.auth', ['sshd', 'auth'], sshd)],
  ['sshd-session', program('linux.auth', ['sshd', 'auth'], sshd)],
  ['sudo', program('linux.auth', ['sudo', 'auth'], sudo)],
  ['su', program('linux.auth', ['auth'], su)],
  ['login', program('linux.auth', ['auth'], pam)],
  ['gdm-password', program('linux.auth', ['auth'], pam)],
  ['polkitd', program('linux.auth', ['auth'], pam)],
  ['passwd', program('linux.auth', ['auth'], pam)],
  ['chpasswd', program('linux.auth', ['auth'], pam)],
  ['useradd', program('linux.auth', ['auth'], accounts)],
  ['userdel', program('linux.auth', ['auth'], accounts)],
  ['usermod', program('linux.auth', ['auth'], accounts)],
  ['groupadd', program('linux.auth', ['auth'], accounts)],
  ['groupdel', program('linux.auth', ['auth'], accounts)],
  ['systemd-logind', program('linux.auth', ['auth'], logind)],
  ['cron', program('linux.cron', ['cron'], cron)],
  ['crond', program('linux.cron', ['cron'], cron)],
  ['/usr/sbin/cron', program('linux.cron', ['cron'], cron)],
  ['anacron', program('linux.cron', ['cron'])],
  ['crontab', program('linux.cron', ['cron'])],
  ['kernel', program('linux.kernel', ['kernel'])],
  ['systemd', program('linux.syslog', [])],
  ['rsyslogd', program('linux.syslog', [])],
  ['auditd', program('linux.auditd', ['auditd'])],
  ['audispd', program('linux.auditd', ['auditd'])],
  ['vsftpd', program('linux.syslog', ['vsftpd'])],
  ['clamd', program('linux.syslog', ['clamav'])],
  ['freshclam', program('linux.syslog', ['clamav'])],
  ['guacd', program('linux.syslog', ['guacamole'])],
  ['dbus-daemon', program('linux.syslog', [])],
  ['networkmanager', program('linux.syslog', [])],
  ['dhclient', program('linux.syslog', [])],
  ['snapd', program('linux.syslog', [])],
]);
