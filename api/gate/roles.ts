// What can be permitted, and to which of the built-in roles it is. An organization makes further roles of its own of these permissions (api/access/).
export const ROLES = ['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor', 'viewer', 'sensor'] as const;
export type Role = (typeof ROLES)[number];
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/** Of a role, built in or not. */
export const ROLE_NAME = /^[a-z][a-z0-9_-]{0,39}$/;

const PLATFORM: readonly Role[] = ['platform_admin'];
const ADMINS: readonly Role[] = ['platform_admin', 'admin'];
const READERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor', 'viewer'];
const RESPONDERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'responder'];
const BUILDERS: readonly Role[] = ['platform_admin', 'admin', 'engineer'];
const DETECTION_WRITERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'engineer'];
const SHARERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'responder', 'engineer'];
const HUNTERS: readonly Role[] = ['platform_admin', 'admin', 'analyst'];
const CONNECTOR_READERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor'];
const AUDITORS: readonly Role[] = ['platform_admin', 'admin', 'auditor'];
const SENDERS: readonly Role[] = ['platform_admin', 'admin', 'engineer', 'sensor'];

interface PermissionRow {
  readonly roles: readonly Role[];
  /** What a person is told who puts a role together. */
  readonly text: string;
  /** Never part of a role that an organization makes: `platform` reaches beyond it, `sensor` is for what sends. */
  readonly only?: 'platform' | 'sensor';
}

/** A row is a permission: who has it of the built-in roles. Named `<noun>:<verb>`; every route and field names one of them in permissions.ts. */
const ROWS = {
  'events:read': { roles: READERS, text: 'Search events, see them as they come, and count them.' },
  'events:send': { roles: SENDERS, text: 'Send events.', only: 'sensor' },
  'alerts:read': { roles: READERS, text: 'See findings and alerts, with the events they are made of.' },
  'alerts:work': { roles: RESPONDERS, text: 'Change status, verdict and assignee of alerts, and add notes.' },
  'searches:share': { roles: SHARERS, text: 'Share saved searches with everybody of the organization, and change those that others share.' },
  'hunts:run': { roles: HUNTERS, text: 'Hunt through stored events, which costs the database time.' },
  'rules:read': { roles: READERS, text: 'See rules, their coverage and their exceptions.' },
  'rules:write': { roles: DETECTION_WRITERS, text: 'Write, try and retire rules and exceptions.' },
  'assets:read': { roles: READERS, text: 'See assets and network zones.' },
  'assets:write': { roles: BUILDERS, text: 'Change assets and network zones.' },
  'sensors:read': { roles: READERS, text: 'See sensors and how they do.' },
  'sensors:manage': { roles: BUILDERS, text: 'Enrol, rotate, revoke and try sensors.' },
  'subscriptions:read': { roles: CONNECTOR_READERS, text: 'See what is published to the sink topics.' },
  'subscriptions:manage': { roles: BUILDERS, text: 'Choose what is published to the sink topics, and with it what leaves the platform.' },
  'connectors:read': { roles: CONNECTOR_READERS, text: 'See connectors, how they do, and what they can be set to.' },
  'connectors:manage': { roles: BUILDERS, text: 'Make, change, pause, restart and delete connectors, and set where they go on.' },
  'pipeline:read': { roles: READERS, text: 'See stages, parts, the ledger, and which records were set aside and why.' },
  'dead-letters:handle': { roles: BUILDERS, text: 'See the contents of records that were set aside, which may hold secrets, and send them again.' },
  'users:read': { roles: AUDITORS, text: 'See users, roles, invitations and service accounts.' },
  'users:manage': { roles: ADMINS, text: 'Invite and change users, give them roles, end their sessions.' },
  'roles:manage': { roles: ADMINS, text: "Make and change the organization's own roles." },
  'service-accounts:manage': { roles: ADMINS, text: 'Make service accounts, and their keys.' },
  'organization:read': { roles: READERS, text: "See the organization's settings." },
  'organization:manage': { roles: ADMINS, text: "Change the organization's settings." },
  'audit:read': { roles: AUDITORS, text: 'See who did what.' },
  'organizations:manage': { roles: PLATFORM, text: 'Make, rename and suspend organizations.', only: 'platform' },
} as const satisfies Record<string, PermissionRow>;

/** A thing that can be permitted. */
export type Permission = keyof typeof ROWS;
const rows: readonly (readonly [Permission, PermissionRow])[] = Object.entries(ROWS) as [Permission, PermissionRow][];

export const PERMISSION_NAMES: readonly Permission[] = rows.map(([name]) => name);
export const isPermission = (text: string): text is Permission => Object.hasOwn(ROWS, text);
export const describePermission = (name: Permission): PermissionRow => ROWS[name];

const BY_ROLE: ReadonlyMap<string, ReadonlySet<Permission>> = new Map(
  ROLES.map((role) => [role, new Set(rows.filter(([, row]) => row.roles.includes(role)).map(([name]) => name))]),
);
const NOTHING: ReadonlySet<Permission> = new Set();

/** Of a built-in role; of any other name nothing. */
export const permissionsOfRole = (role: string): ReadonlySet<Permission> => BY_ROLE.get(role) ?? NOTHING;

/** Of built-in roles together; other names add nothing. */
export const permissionsOfRoles = (roles: readonly string[]): ReadonlySet<Permission> => new Set(roles.flatMap((role) => [...permissionsOfRole(role)]));
