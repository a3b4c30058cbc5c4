// Classes of OCSF 1.x and what they are in ECS: https://schema.ocsf.io/classes
import type { JsonObject } from '../kit.ts';
import { count, text } from '../kit.ts';

export interface EventClass {
  /** Last part of the dataset. */
  readonly name: string;
  readonly category: readonly string[];
  /** @param activity Name of the activity in lower case, empty when there is none. */
  readonly type: (activity: string) => readonly string[];
  readonly isFinding?: boolean;
  /** As Panther calls the class. */
  readonly exportedAs: readonly string[];
}

const DEEDS: readonly (readonly [RegExp, 'creation' | 'deletion' | 'change' | 'access'])[] = [
  [/^(?:create|add|attach|enable|mount|assign)/, 'creation'],
  [/^(?:delete|remove|detach|disable|unmount|revoke|unassign)/, 'deletion'],
  [/^(?:read|open|get|list|query|search|export)/, 'access'],
];
const deed = (activity: string): 'creation' | 'deletion' | 'change' | 'access' => DEEDS.find(([pattern]) => pattern.test(activity))?.[1] ?? 'change';
const plain = (activity: string): readonly string[] => [deed(activity)];
const iam =
  (subject: string) =>
  (activity: string): readonly string[] => [deed(activity) === 'access' ? 'info' : deed(activity), subject];
const info = (): readonly string[] => ['info'];
const session = (activity: string): readonly string[] => [/log ?o|end|close/.test(activity) ? (/logon/.test(activity) ? 'start' : 'end') : 'start'];
const connection = (activity: string): readonly string[] => [
  'connection',
  ...(activity === 'refuse' ? ['denied'] : activity === 'close' || activity === 'reset' ? ['end'] : activity === 'open' ? ['start'] : []),
];

const row = (uid: number, name: string, category: readonly string[], type: EventClass['type'], isFinding = false): readonly [number, EventClass] => [
  uid,
  { name, category, type, isFinding, exportedAs: [`OCSF.${name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`] },
];

export const CLASSES: ReadonlyMap<number, EventClass> = new Map([
  row(1001, 'file_activity', ['file'], plain),
  row(1002, 'kernel_extension', ['driver'], info),
  row(1003, 'kernel_activity', ['driver'], info),
  row(1005, 'module_activity', ['library'], () => ['start']),
  row(1006, 'scheduled_job', ['configuration'], plain),
  row(1007, 'process_activity', ['process'], (activity) => [
    activity === 'terminate' ? 'end' : activity === 'launch' ? 'start' : activity === 'open' ? 'access' : 'change',
  ]),
  row(2001, 'security_finding', ['threat'], () => ['indicator'], true),
  row(2002, 'vulnerability_finding', ['vulnerability'], info, true),
  row(2003, 'compliance_finding', ['configuration'], info, true),
  row(2004, 'detection_finding', ['threat'], () => ['indicator'], true),
  row(2005, 'incident_finding', ['threat'], () => ['indicator'], true),
  row(2006, 'data_security_finding', ['threat'], () => ['indicator'], true),
  row(3001, 'account_change', ['iam'], iam('user')),
  row(3002, 'authentication', ['authentication'], session),
  row(3003, 'authorize_session', ['iam'], iam('admin')),
  row(3004, 'entity_management', ['iam'], iam('admin')),
  row(3005, 'user_access', ['iam'], iam('user')),
  row(3006, 'group_management', ['iam'], iam('group')),
  row(4001, 'network_activity', ['network'], connection),
  row(4002, 'http_activity', ['web'], () => ['access']),
  row(4003, 'dns_activity', ['network'], () => ['protocol']),
  row(4004, 'dhcp_activity', ['network'], () => ['protocol']),
  row(4005, 'rdp_activity', ['network'], () => ['protocol']),
  row(4006, 'smb_activity', ['network'], () => ['protocol']),
  row(4007, 'ssh_activity', ['network'], () => ['protocol']),
  row(4008, 'ftp_activity', ['network'], () => ['protocol']),
  row(4009, 'email_activity', ['email'], info),
  row(4010, 'network_file_activity', ['file'], plain),
  row(5001, 'inventory_info', ['host'], info),
  row(5002, 'config_state', ['configuration'], info),
  row(6001, 'web_resources_activity', ['web'], () => ['access']),
  row(6002, 'application_lifecycle', ['package'], (activity) => [
    /remove|uninstall/.test(activity) ? 'deletion' : /install/.test(activity) ? 'installation' : 'change',
  ]),
  row(6003, 'api_activity', ['api'], plain),
  row(6004, 'web_resource_access_activity', ['web'], () => ['access']),
  row(6005, 'datastore_activity', ['database'], (activity) => [deed(activity) === 'access' ? 'access' : 'change']),
]);
const OTHER: EventClass = { name: 'event', category: [], type: () => [], exportedAs: [] };

/** By `class_uid`, else by the name that an export gives the record. */
export function classOf(json: JsonObject): EventClass {
  const found = CLASSES.get(count(json.class_uid) ?? -1);
  if (found !== undefined) return found;
  const exported = text(json.p_log_type);
  return (exported === null ? undefined : [...CLASSES.values()].find(({ exportedAs }) => exportedAs.includes(exported))) ?? OTHER;
}
