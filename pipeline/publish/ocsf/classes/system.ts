// Category 1, what happens on a machine: https://schema.ocsf.io/1.8.0/categories/system
import type { EventClass } from '../event-class.ts';
import { activity } from '../event-class.ts';
import { actor, device, file, parentActor, requiredActor, requiredDevice, requiredFile, requiredProcess, UNKNOWN } from '../objects.ts';
import { object, text, value } from '../shape.ts';

const category = [1, 'System Activity'] as const;
/** What Sysmon says of the process that was opened; its own document alone has it. */
const sysmonTarget = object(
  {
    name: value('lastPart', 'native.TargetImage'),
    pid: value('integer', 'native.TargetProcessId'),
    uid: text('native.TargetProcessGUID', 'native.TargetProcessGuid'),
    file: object(
      { name: value('lastPart', 'native.TargetImage'), path: text('native.TargetImage') },
      { constants: { type_id: 1, type: 'Regular File' }, allOf: ['name'] },
    ),
  },
  { anyOf: ['pid', 'uid'], unknown: { uid: UNKNOWN } },
);

const processOf = (when: EventClass['when'], activities: EventClass['activities'], fields: EventClass['fields']): EventClass => ({
  uid: 1007,
  name: 'Process Activity',
  category,
  when,
  activities,
  fields: { device: requiredDevice, ...fields },
});

export const eventLog: EventClass = {
  uid: 1008,
  name: 'Event Log Activity',
  category,
  when: [{ action: /^(?:audit-)?log-cleared$/ }, { dataset: ['windows.security'], code: ['1100', '1105'] }],
  activities: [activity(1, 'Clear', { action: /cleared/i }), activity(4, 'Archive', { code: ['1105'] }), activity(7, 'Stop', { code: ['1100'] })],
  fields: { device, actor, log_name: text('event.dataset'), log_provider: text('event.provider') },
  needs: [['log_name', 'log_provider']],
};

export const script: EventClass = {
  uid: 1009,
  name: 'Script Activity',
  category,
  when: [{ dataset: ['windows.powershell'], code: ['4104'] }],
  needs: [['script']],
  activities: [activity(1, 'Execute')],
  fields: {
    device: requiredDevice,
    actor: requiredActor,
    script: object(
      {
        script_content: object({ value: text('native.ScriptBlockText') }, { allOf: ['value'] }),
        uid: text('native.ScriptBlockId'),
        file: object(
          { name: value('lastPart', 'native.Path'), path: text('native.Path') },
          { constants: { type_id: 1, type: 'Regular File' }, allOf: ['name'] },
        ),
      },
      { constants: { type_id: 2, type: 'PowerShell' }, allOf: ['script_content'] },
    ),
  },
};

export const scheduledJob: EventClass = {
  uid: 1006,
  name: 'Scheduled Job Activity',
  category,
  when: [{ dataset: ['windows.security'], code: ['4698', '4699', '4700', '4701', '4702'] }],
  activities: [
    activity(1, 'Create', { code: ['4698'] }),
    activity(2, 'Update', { code: ['4702'] }),
    activity(3, 'Delete', { code: ['4699'] }),
    activity(4, 'Enable', { code: ['4700'] }),
    activity(5, 'Disable', { code: ['4701'] }),
  ],
  fields: { device: requiredDevice, actor: requiredActor, job: object({ name: text('native.TaskName') }, { unknown: { name: UNKNOWN } }) },
};

/** Windows and Sysmon tell of one process that opens or enters another. */
export const processOpened = processOf(
  [{ dataset: ['windows.sysmon', 'linux.sysmon'], code: ['8', '10'] }],
  [activity(3, 'Open', { code: ['10'] }), activity(4, 'Inject', { code: ['8'] })],
  { actor: requiredActor, process: sysmonTarget },
);
export const processLaunched = processOf([{ category: ['process'], type: ['start'] }], [activity(1, 'Launch')], {
  actor: parentActor,
  process: requiredProcess,
  exit_code: value('integer', 'process.exit_code'),
});
export const processOther = processOf([{ category: ['process'] }], [activity(2, 'Terminate', { type: ['end'] }), activity(3, 'Open', { type: ['access'] })], {
  actor: requiredActor,
  process: requiredProcess,
  exit_code: value('integer', 'process.exit_code'),
});

export const module: EventClass = {
  uid: 1005,
  name: 'Module Activity',
  category,
  when: [{ category: ['library'] }],
  activities: [activity(1, 'Load', { type: ['start'] }), activity(2, 'Unload', { type: ['end'] })],
  fields: {
    device: requiredDevice,
    actor: requiredActor,
    module: object({ file: file('file', [1, 'Regular File']) }, { constants: { load_type_id: 0, load_type: UNKNOWN }, unknown: {} }),
  },
};

export const driver: EventClass = {
  uid: 1002,
  name: 'Kernel Extension Activity',
  category,
  when: [{ category: ['driver'] }],
  activities: [activity(1, 'Load', { type: ['start'] }), activity(2, 'Unload', { type: ['end'] })],
  fields: { device: requiredDevice, actor: requiredActor, driver: object({ file: requiredFile }, { unknown: {} }) },
};

/** On a machine that is named; files of services are File Hosting Activity. */
export const fileSystem: EventClass = {
  uid: 1001,
  name: 'File System Activity',
  category,
  when: [
    { category: ['file'], notCategory: ['network', 'api'], hasHost: true },
    { category: ['file'], product: ['windows', 'linux', 'macos'] },
  ],
  activities: [
    activity(5, 'Rename', { action: /renam/i }),
    activity(6, 'Set Attributes', { action: /creation time changed|attribute/i }),
    activity(7, 'Set Security', { action: /permission|chmod|chown/i }),
    activity(1, 'Create', { type: ['creation'] }),
    activity(4, 'Delete', { type: ['deletion'] }),
    activity(3, 'Update', { type: ['change'] }),
    activity(14, 'Open', { type: ['access'] }),
  ],
  fields: { device: requiredDevice, actor: requiredActor, file: requiredFile },
};
