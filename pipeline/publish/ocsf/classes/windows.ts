// The extension for Windows: https://schema.ocsf.io/1.8.0/?extensions=win
import type { EventClass } from '../event-class.ts';
import { activity } from '../event-class.ts';
import { requiredActor, requiredDevice, UNKNOWN } from '../objects.ts';
import { choice, object, text } from '../shape.ts';

const category = [1, 'System Activity'] as const;
const extension = { name: 'win', uid: '2' } as const;

/** Names of object types as Windows writes them. */
const OBJECT_TYPES = {
  directory: [1, 'Directory'],
  event: [2, 'Event'],
  timer: [3, 'Timer'],
  device: [4, 'Device'],
  mutant: [5, 'Mutant'],
  type: [6, 'Type'],
  file: [7, 'File'],
  token: [8, 'Token'],
  thread: [9, 'Thread'],
  section: [10, 'Section'],
  windowstation: [11, 'WindowStation'],
  debugobject: [12, 'DebugObject'],
  driver: [15, 'Driver'],
  iocompletion: [16, 'IoCompletion'],
  symboliclink: [18, 'SymbolicLink'],
  wmiguid: [19, 'WmiGuid'],
  process: [20, 'Process'],
  desktop: [22, 'Desktop'],
  key: [25, 'Key'],
  semaphore: [28, 'Semaphore'],
  job: [29, 'Job'],
  port: [30, 'Port'],
  'alpc port': [32, 'ALPC Port'],
  sam_alias: [33, 'SAM_ALIAS'],
  sam_group: [34, 'SAM_GROUP'],
  sam_user: [35, 'SAM_USER'],
  sam_domain: [36, 'SAM_DOMAIN'],
  sam_server: [37, 'SAM_SERVER'],
} as const;

export const registryValue: EventClass = {
  uid: 201_002,
  name: 'Registry Value Activity',
  category,
  extension,
  when: [
    { category: ['registry'], has: ['registry.data.strings'] },
    { category: ['registry'], action: /value/i },
  ],
  activities: [activity(4, 'Delete', { type: ['deletion'] }), activity(2, 'Set', { type: ['creation', 'change'] }), activity(1, 'Get', { type: ['access'] })],
  fields: {
    device: requiredDevice,
    actor: requiredActor,
    reg_value: object(
      { name: text('registry.value'), path: text('registry.key', 'registry.path'), reg_string_data: text('registry.data.strings') },
      { allOf: ['name', 'path'], unknown: { name: UNKNOWN, path: UNKNOWN } },
    ),
  },
};

export const registryKey: EventClass = {
  uid: 201_001,
  name: 'Registry Key Activity',
  category,
  extension,
  when: [{ category: ['registry'] }],
  activities: [
    activity(5, 'Rename', { action: /renam/i }),
    activity(1, 'Create', { type: ['creation'] }),
    activity(4, 'Delete', { type: ['deletion'] }),
    activity(3, 'Modify', { type: ['change'] }),
    activity(2, 'Read', { type: ['access'] }),
  ],
  fields: {
    device: requiredDevice,
    actor: requiredActor,
    reg_key: object({ path: text('registry.path', 'registry.key') }, { allOf: ['path'], unknown: { path: UNKNOWN } }),
  },
};

/** Handles to objects (4656, 4658, 4663, 4690) and disks that a process reads past the file system. */
export const resource: EventClass = {
  uid: 201_003,
  name: 'Windows Resource Activity',
  category,
  extension,
  when: [
    { dataset: ['windows.security'], code: ['4656', '4658', '4659', '4660', '4661', '4663', '4674', '4690'] },
    { dataset: ['windows.sysmon'], code: ['9'] },
  ],
  activities: [activity(1, 'Access')],
  fields: {
    device: requiredDevice,
    actor: requiredActor,
    win_resource: object(
      {
        name: text('registry.path', 'file.path', 'native.ObjectName', 'native.Device'),
        type_id: choice('type', ['native.ObjectType'], OBJECT_TYPES, [0, UNKNOWN]),
      },
      { anyOf: ['name'], unknown: { name: UNKNOWN } },
    ),
  },
};

export const windowsService: EventClass = {
  uid: 201_004,
  name: 'Windows Service Activity',
  category,
  extension,
  when: [
    { dataset: ['windows.system'], code: ['7040', '7045'] },
    { dataset: ['windows.security'], code: ['4697'] },
  ],
  activities: [activity(1, 'Create', { code: ['7045', '4697'] }), activity(2, 'Reconfigure', { code: ['7040'] })],
  fields: {
    device: requiredDevice,
    actor: requiredActor,
    win_service: object(
      {
        name: text('service.name', 'native.ServiceName', 'native.param1'),
        cmd_line: text('native.ImagePath', 'native.ServiceFileName'),
        service_start_name: text('native.AccountName', 'native.ServiceAccount'),
      },
      { constants: { service_type_id: 0, service_type: UNKNOWN }, allOf: ['name'], unknown: { name: UNKNOWN } },
    ),
  },
};
