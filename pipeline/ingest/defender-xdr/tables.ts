// The tables of advanced hunting: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables
export type Subject = 'process' | 'file' | 'registry' | 'network' | 'logon' | 'alert' | 'mail' | 'other';
export interface TableKind {
  readonly dataset: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly object: Subject;
}
const rows: readonly (readonly [names: string, dataset: string, category: string, type: readonly string[], object: Subject])[] = [
  ['DeviceProcessEvents', 'process', 'process', ['start'], 'process'],
  ['DeviceNetworkEvents', 'network', 'network', ['connection'], 'network'],
  ['DeviceFileEvents', 'file', 'file', ['change'], 'file'],
  ['DeviceImageLoadEvents', 'library', 'library', ['start'], 'file'],
  ['DeviceRegistryEvents', 'registry', 'registry', ['change'], 'registry'],
  ['DeviceLogonEvents', 'logon', 'authentication', ['start'], 'logon'],
  ['IdentityLogonEvents AADSignInEventsBeta AADSpnSignInEventsBeta EntraIdSignInEvents', 'logon', 'authentication', ['start'], 'logon'],
  ['DeviceEvents', 'device', 'host', ['info'], 'file'],
  ['DeviceInfo DeviceNetworkInfo DeviceFileCertificateInfo IdentityInfo', 'inventory', 'host', ['info'], 'other'],
  ['AlertInfo AlertEvidence', 'alert', 'intrusion_detection', ['info'], 'alert'],
  ['EmailEvents EmailAttachmentInfo EmailUrlInfo EmailPostDeliveryEvents', 'email', 'email', ['info'], 'mail'],
  ['UrlClickEvents', 'url', 'web', ['access'], 'network'],
  ['CloudAppEvents IdentityDirectoryEvents IdentityQueryEvents', 'activity', 'configuration', ['info'], 'other'],
];
const KINDS: ReadonlyMap<string, TableKind> = new Map(
  rows.flatMap(([names, dataset, category, type, object]) =>
    names.split(' ').map((name) => [name, { dataset: `defender-xdr.${dataset}`, category: [category], type, object }] as const),
  ),
);
const OTHER: TableKind = { dataset: 'defender-xdr.other', category: ['host'], type: ['info'], object: 'other' };

/** @param name Of the table, without `AdvancedHunting-`. */
export const kindOfTable = (name: string): TableKind => KINDS.get(name) ?? OTHER;
