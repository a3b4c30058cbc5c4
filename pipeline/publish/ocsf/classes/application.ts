// Categories 5 and 6, services and what is known of machines: https://schema.ocsf.io/1.8.0/categories/application
import type { EventClass } from '../event-class.ts';
import { activity } from '../event-class.ts';
import { actor, device, endpoint, httpRequest, httpResponse, requiredDevice, requiredFile, requiredSource, userActor } from '../objects.ts';
import type { Shape } from '../shape.ts';
import { list, object, text, value } from '../shape.ts';

const category = [6, 'Application Activity'] as const;
const byHostProfile = ['device'] as const;

/** What a person or program did through the interface of a service: cloud trails, Kubernetes, audit logs of SaaS. */
export const api: EventClass = {
  uid: 6003,
  name: 'API Activity',
  category,
  byHostProfile,
  when: [{ category: ['api'] }, { category: ['configuration', 'iam'], hasHost: false }],
  needs: [['api']],
  activities: [
    activity(1, 'Create', { type: ['creation'] }),
    activity(4, 'Delete', { type: ['deletion'] }),
    activity(3, 'Update', { type: ['change'] }),
    activity(2, 'Read', { type: ['access', 'info'] }),
  ],
  fields: {
    actor: userActor,
    device,
    src_endpoint: requiredSource,
    api: object(
      {
        operation: text('event.action', 'http.request.method'),
        service: object({ name: text('service.name', 'cloud.service.name', 'event.provider') }, { anyOf: ['name'] }),
        version: text('orchestrator.api_version'),
      },
      { allOf: ['operation'] },
    ),
    resources: list(
      object(
        { name: text('orchestrator.resource.name'), type: text('orchestrator.resource.type'), namespace: text('orchestrator.namespace') },
        { anyOf: ['name'] },
      ),
      object({ name: text('user.target.name'), uid: text('user.target.id') }, { constants: { type: 'user' }, anyOf: ['name', 'uid'] }),
      object({ name: text('group.name'), uid: text('group.id') }, { constants: { type: 'group' }, anyOf: ['name', 'uid'] }),
    ),
    http_request: httpRequest,
    http_response: httpResponse,
  },
};

/** Files that a service keeps; on a machine it is File System Activity. */
export const fileHosting: EventClass = {
  uid: 6006,
  name: 'File Hosting Activity',
  category,
  byHostProfile,
  when: [{ category: ['file'], notCategory: ['network', 'api'] }],
  activities: [
    activity(2, 'Download', { action: /download/i }),
    activity(1, 'Upload', { action: /upload/i }),
    activity(5, 'Rename', { action: /rename/i }),
    activity(6, 'Copy', { action: /cop(?:y|ied)/i }),
    activity(7, 'Move', { action: /move[ds]?\b/i }),
    activity(13, 'Unshare', { action: /unshar/i }),
    activity(12, 'Share', { action: /shar|link/i }),
    activity(8, 'Restore', { action: /restor/i }),
    activity(1, 'Upload', { type: ['creation'] }),
    activity(4, 'Delete', { type: ['deletion'] }),
    activity(3, 'Update', { type: ['change'] }),
    activity(14, 'Open', { type: ['access'] }),
  ],
  fields: { actor: userActor, device, src_endpoint: requiredSource, dst_endpoint: endpoint('destination'), file: requiredFile, http_request: httpRequest },
};

/** Programs that come, go and change. */
export const applications: EventClass = {
  uid: 6002,
  name: 'Application Lifecycle',
  category,
  byHostProfile: ['device', 'actor'],
  when: [{ category: ['package'] }],
  needs: [['app']],
  activities: [
    activity(1, 'Install', { type: ['installation'] }),
    activity(2, 'Remove', { type: ['deletion'] }),
    activity(8, 'Update', { type: ['change'] }),
    activity(3, 'Start', { type: ['start'] }),
  ],
  fields: { app: object({ name: text('package.name'), version: text('package.version') }, { allOf: ['name'] }), device, actor },
};

export const errors: EventClass = {
  uid: 6008,
  name: 'Application Error',
  category,
  byHostProfile: ['device', 'actor'],
  when: [{ category: ['web', 'database', 'host', 'process'], type: ['error'] }],
  activities: [activity(1, 'General Error')],
  fields: { device, actor },
};

/** Zeek has the address of what it knows as the source. */
const addressed: Shape = { ...requiredDevice, fields: { ...requiredDevice.fields, ip: value('ip', 'host.ip', 'source.ip') } };
/** What a sensor knows of a machine, told again and again rather than when it happens. */
export const inventory: EventClass = {
  uid: 5001,
  name: 'Device Inventory Info',
  category: [5, 'Discovery'],
  when: [
    { kind: ['state', 'asset'], category: ['host'], hasHost: true },
    { kind: ['state', 'asset'], category: ['host'], dataset: ['zeek.known_services', 'zeek.known_hosts', 'zeek.software'] },
  ],
  activities: [activity(2, 'Collect')],
  fields: { device: addressed, actor },
};

export const configuration: EventClass = {
  uid: 5019,
  name: 'Device Config State Change',
  category: [5, 'Discovery'],
  when: [{ category: ['configuration'], hasHost: true }],
  activities: [activity(1, 'Log')],
  fields: { device: requiredDevice, actor },
};
