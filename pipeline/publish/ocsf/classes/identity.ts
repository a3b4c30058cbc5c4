// Category 3, accounts and sessions: https://schema.ocsf.io/1.8.0/categories/iam
import type { Condition, EventClass } from '../event-class.ts';
import { activity } from '../event-class.ts';
import { actingProcess, actor, device, endpoint, group, httpRequest, ownEnd, requiredTargetUser, requiredUser, targetUser } from '../objects.ts';
import { choice, either, object, text, value } from '../shape.ts';

const category = [3, 'Identity & Access Management'] as const;
const source = endpoint('source');
const byHostProfile = ['device'] as const;

/** Numbers of the field LogonType of Windows, which OCSF took over. */
const LOGON_TYPES = {
  0: [1, 'System'],
  2: [2, 'Interactive'],
  3: [3, 'Network'],
  4: [4, 'Batch'],
  5: [5, 'OS Service'],
  7: [7, 'Unlock'],
  8: [8, 'Network Cleartext'],
  9: [9, 'New Credentials'],
  10: [10, 'Remote Interactive'],
  11: [11, 'Cached Interactive'],
  12: [12, 'Cached Remote Interactive'],
  13: [13, 'Cached Unlock'],
} as const;

const CATEGORIES: readonly Condition[] = [
  { category: ['authentication'], notCategory: ['api', 'database'] },
  { category: ['session'], notCategory: ['api', 'database', 'host'] },
];
/** `user` is who is let in, on the destination or, where a machine tells of itself, on that. */
export const authentication: EventClass = {
  uid: 3002,
  name: 'Authentication',
  category,
  byHostProfile,
  when: CATEGORIES,
  activities: [
    activity(6, 'Preauth', { code: ['4771'], dataset: ['windows.security'] }),
    activity(3, 'Authentication Ticket', { code: ['4768'], dataset: ['windows.security'] }),
    activity(4, 'Service Ticket Request', { code: ['4769'], dataset: ['windows.security'] }),
    activity(5, 'Service Ticket Renew', { code: ['4770'], dataset: ['windows.security'] }),
    activity(3, 'Authentication Ticket', { dataset: ['zeek.kerberos'], action: /^AS$/ }),
    activity(4, 'Service Ticket Request', { dataset: ['zeek.kerberos'], action: /^TGS$/ }),
    activity(2, 'Logoff', { type: ['end'] }),
    activity(1, 'Logon', { type: ['start'] }),
  ],
  fields: {
    user: requiredUser,
    actor: actingProcess,
    device,
    src_endpoint: source,
    dst_endpoint: either(endpoint('destination'), ownEnd),
    service: either(
      object({ name: text('service.name', 'cloud.service.name') }, { anyOf: ['name'] }),
      object({ name: text('event.provider', 'observer.product', 'event.dataset') }, { anyOf: ['name'] }),
    ),
    http_request: httpRequest,
    logon_type_id: choice('logon_type', ['native.LogonType'], LOGON_TYPES),
  },
  needs: [['service', 'dst_endpoint']],
};
/** Somebody who becomes somebody else (`su`, `runas`): the one is the actor, the other the user. */
export const accountSwitch: EventClass = {
  ...authentication,
  when: CATEGORIES.map((condition) => ({ ...condition, has: ['user.target.name', 'user.target.id'] })),
  fields: { ...authentication.fields, user: requiredTargetUser, actor },
};

/** Windows lists the privileges of a new logon (4672, 4964). */
export const session: EventClass = {
  uid: 3003,
  name: 'Authorize Session',
  category,
  byHostProfile,
  when: [{ dataset: ['windows.security'], code: ['4672'] }],
  activities: [activity(1, 'Assign Privileges')],
  fields: { user: requiredUser, device, privileges: value('words', 'native.PrivilegeList') },
  needs: [['privileges']],
};

export const groups: EventClass = {
  uid: 3006,
  name: 'Group Management',
  category,
  byHostProfile,
  when: [{ category: ['iam'], notCategory: ['api'], type: ['group'] }],
  activities: [
    activity(3, 'Add User', { action: /^add.*(?:member|user|principal)|member.*add/i }),
    activity(4, 'Remove User', { action: /^remov.*(?:member|user|principal)|member.*remov/i }),
    activity(6, 'Create', { type: ['creation'] }),
    activity(5, 'Delete', { type: ['deletion'] }),
  ],
  fields: { group, user: targetUser, actor, device, src_endpoint: source, http_request: httpRequest },
};

export const accounts: EventClass = {
  uid: 3001,
  name: 'Account Change',
  category,
  byHostProfile,
  when: [{ category: ['iam'], notCategory: ['api'], type: ['user'] }],
  activities: [
    activity(4, 'Password Reset', { action: /reset.?(?:user.?)?password|password.?reset/i }),
    activity(3, 'Password Change', { action: /password/i, type: ['change'] }),
    activity(12, 'Unlock', { action: /unlock/i }),
    activity(9, 'Lock', { action: /lock(?:ed|out)/i }),
    activity(2, 'Enable', { action: /enable|activate.?user|unsuspend/i }),
    activity(5, 'Disable', { action: /disable|deactivat|suspend/i }),
    activity(1, 'Create', { type: ['creation'] }),
    activity(6, 'Delete', { type: ['deletion'] }),
  ],
  fields: { user: requiredTargetUser, actor, device, src_endpoint: source, http_request: httpRequest },
};
