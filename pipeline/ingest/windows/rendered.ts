// Events as Windows shows them to people: `LogName=Security`, `EventCode=4624`, .. and a message with labels, as Splunk's forwarder writes them.
// The labels of messages become the names that the XML has, so that rules see the same fields.
import { table } from '../kit.ts';
import type { Flat } from './flatten.ts';

const SYSTEM = table({
  LogName: 'Channel',
  EventCode: 'EventID',
  ComputerName: 'Computer',
  SourceName: 'Provider_Name',
  RecordNumber: 'EventRecordID',
  Type: 'Level',
  Sid: 'Security_UserID',
});

export const isRendered = (text: string): boolean => /^(?:[^\n]{0,40}\n)?LogName=/.test(text.slice(0, 64)) && text.includes('\nEventCode=');

/** Where labels repeat, the section tells them apart: `section/label`. */
const LABELS = table({
  'Subject/Security ID': 'SubjectUserSid',
  'Subject/Account Name': 'SubjectUserName',
  'Subject/Account Domain': 'SubjectDomainName',
  'Subject/Logon ID': 'SubjectLogonId',
  'Member/Security ID': 'MemberSid',
  'Member/Account Name': 'MemberName',
  'Group/Security ID': 'TargetSid',
  'Group/Group Name': 'TargetUserName',
  'Group/Account Name': 'TargetUserName',
  'Group/Group Domain': 'TargetDomainName',
  'Group/Account Domain': 'TargetDomainName',
  '/Security ID': 'TargetUserSid',
  '/User ID': 'TargetSid',
  '/Account Name': 'TargetUserName',
  '/Account Domain': 'TargetDomainName',
  '/Supplied Realm Name': 'TargetDomainName',
  '/Logon ID': 'TargetLogonId',
  '/Logon Account': 'TargetUserName',
  '/Source Workstation': 'Workstation',
  '/Error Code': 'Status',
  '/Result Code': 'Status',
  '/Failure Code': 'Status',
  '/Source Network Address': 'IpAddress',
  '/Client Address': 'IpAddress',
  '/Source Port': 'IpPort',
  '/Client Port': 'IpPort',
  'Network Information/Source Address': 'SourceAddress',
  'Network Information/Destination Address': 'DestAddress',
  'Network Information/Destination Port': 'DestPort',
  '/Application Name': 'Application',
  '/Creator Process ID': 'ProcessId',
  '/Creator Process Name': 'ParentProcessName',
  '/Caller Process ID': 'ProcessId',
  '/Caller Process Name': 'ProcessName',
  '/Process Command Line': 'CommandLine',
  '/Logon Process': 'LogonProcessName',
  '/Authentication Package': 'AuthenticationPackageName',
  '/Share Path': 'ShareLocalPath',
  '/Service File Name': 'ImagePath',
  '/Ticket Encryption Type': 'TicketEncryptionType',
});

/** @returns The event with the names of flatten.ts; `Message` is the whole message. */
export function readRendered(text: string): Flat {
  const fields = new Map<string, unknown>();
  const lines = text.split('\n');
  let at = 0;
  if (!lines[0]!.startsWith('LogName=')) fields.set('EventTime', lines[at++]!.trim());
  for (; at < lines.length; at++) {
    const line = withoutReturn(lines[at]!);
    const equals = line.indexOf('=');
    if (equals <= 0) continue;
    const name = line.slice(0, equals);
    if (name === 'Message') {
      const message = [line.slice(equals + 1), ...lines.slice(at + 1).map(withoutReturn)];
      for (const [label, value] of labelled(message)) if (!fields.has(label)) fields.set(label, value);
      fields.set('Message', message.join('\n').trimEnd());
      break;
    }
    fields.set(SYSTEM.get(name) ?? name, line.slice(equals + 1));
  }
  return Object.fromEntries(fields);
}
const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** Labels of a message; the first of each name counts. A label without a value opens a section, up to an empty line. */
function labelled(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let section = '';
  for (const line of lines.slice(0, 500)) {
    const text = line.trim();
    if (text === '') section = '';
    const colon = text.indexOf(':');
    if (colon <= 0 || colon > 48) continue;
    const label = text.slice(0, colon);
    const value = text.slice(colon + 1).trim();
    if (value === '') section = label;
    else {
      const name = LABELS.get(`${section}/${label}`) ?? LABELS.get(`/${label}`) ?? label.replaceAll(' ', '');
      if (/^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !found.has(name)) found.set(name, value);
    }
  }
  return found;
}
