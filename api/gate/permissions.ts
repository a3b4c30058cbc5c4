// Who may do what. The only such table: routes look up here which permission they need, fields of GraphQL in fields.ts, which is part of it,
// and what is not listed is forbidden. Which roles hold a permission is said in roles.ts.
import { FIELDS } from './fields.ts';
import type { Permission } from './roles.ts';

/** Without a token. */
const PUBLIC = 'public';
/** From this machine without a token, from elsewhere with one that may read the pipeline. */
const LOOPBACK = 'loopback';
/** With any valid token. */
const TOKEN = 'token';
export type FieldAccess = typeof TOKEN | Permission;
export type Access = typeof PUBLIC | typeof LOOPBACK | FieldAccess;

export const PERMISSIONS = {
  'GET /health': PUBLIC,
  'GET /health/ready': PUBLIC,
  'GET /metrics': LOOPBACK,
  'GET /.well-known/jwks.json': PUBLIC,
  'GET /openapi.json': PUBLIC,
  'GET /docs': PUBLIC,
  'GET /docs/': PUBLIC,
  'GET /docs/*': PUBLIC,
  'GET /docs/json': PUBLIC,
  'GET /docs/yaml': PUBLIC,
  'GET /docs/static/*': PUBLIC,
  'GET /docs/static/index.html': PUBLIC,
  'GET /docs/static/swagger-initializer.js': PUBLIC,
  'GET /': PUBLIC,
  'GET /*': PUBLIC,

  'POST /auth/login': PUBLIC,
  'POST /auth/refresh': PUBLIC, // the refresh token is the proof
  'POST /auth/logout': PUBLIC, // likewise
  'GET /auth/me': TOKEN,
  // One's own account: any token that a session stands behind.
  'POST /auth/change-password': TOKEN,
  'GET /auth/sessions': TOKEN,
  'DELETE /auth/sessions': TOKEN,
  'DELETE /auth/sessions/:id': TOKEN,
  'GET /auth/mfa': TOKEN,
  'POST /auth/setup-mfa': PUBLIC, // the token, or the ticket of a sign-in that was begun, is the proof
  'POST /auth/verify-mfa': PUBLIC, // likewise
  'POST /auth/disable-mfa': TOKEN,
  'POST /auth/recovery-codes': TOKEN,
  'GET /auth/passkeys': TOKEN,
  'POST /auth/passkeys': TOKEN,
  'POST /auth/passkeys/options': TOKEN,
  'DELETE /auth/passkeys/:id': TOKEN,
  'GET /auth/identities': TOKEN,
  'DELETE /auth/identities/:id': TOKEN,
  'POST /auth/passkeys/sign-in/options': PUBLIC,
  'POST /auth/passkeys/sign-in': PUBLIC,
  'POST /auth/users/:id/unlock': 'users:manage',
  'POST /auth/users/:id/reset-mfa': 'users:manage',

  'GET /auth/users': 'users:read',
  'GET /auth/users/:id': 'users:read',
  'POST /auth/users': 'users:manage',
  'PATCH /auth/users/:id': 'users:manage',
  'DELETE /auth/users/:id/sessions': 'users:manage',
  'DELETE /auth/users/:id/identities/:identity': 'users:manage',
  'GET /auth/invitations': 'users:read',
  'POST /auth/invitations': 'users:manage',
  'DELETE /auth/invitations/:id': 'users:manage',
  'POST /auth/invitations/look': PUBLIC, // the token of the link is the proof
  'POST /auth/invitations/accept': PUBLIC, // likewise
  'POST /auth/users/:id/password-link': 'users:manage',
  'POST /auth/password-link/look': PUBLIC, // the token of the link is the proof
  'POST /auth/password-link/accept': PUBLIC, // likewise
  'GET /auth/roles': 'users:read',
  'POST /auth/roles': 'roles:manage',
  'PATCH /auth/roles/:name': 'roles:manage',
  'DELETE /auth/roles/:name': 'roles:manage',
  'GET /auth/service-accounts': 'users:read',
  'GET /auth/service-accounts/:id': 'users:read',
  'POST /auth/service-accounts': 'service-accounts:manage',
  'PATCH /auth/service-accounts/:id': 'service-accounts:manage',
  'DELETE /auth/service-accounts/:id': 'service-accounts:manage',
  'POST /auth/service-accounts/:id/keys': 'service-accounts:manage',
  'POST /auth/service-accounts/:id/keys/:key/rotate': 'service-accounts:manage',
  'DELETE /auth/service-accounts/:id/keys/:key': 'service-accounts:manage',
  'GET /auth/organization': 'organization:read',
  'PATCH /auth/organization': 'organization:manage',
  'GET /auth/organizations': 'organizations:manage',
  'POST /auth/organizations': 'organizations:manage',
  'PATCH /auth/organizations/:id': 'organizations:manage',

  'GET /auth/oidc': PUBLIC,
  'GET /auth/oidc/:provider/start': PUBLIC,
  'GET /auth/oidc/:provider/callback': PUBLIC,
  'POST /auth/oidc/:provider/accept': PUBLIC, // the token of the invitation is the proof
  'POST /auth/oidc/logout': PUBLIC, // the refresh token is the proof
  'POST /auth/oidc/:provider/backchannel-logout': PUBLIC, // the logout token is the proof
  'GET /auth/identity-providers': 'users:read',
  'GET /auth/identity-providers/:name': 'users:read',
  'PUT /auth/identity-providers/:name': 'users:manage',
  'DELETE /auth/identity-providers/:name': 'users:manage',
  'POST /auth/identity-providers/:name/try': 'users:manage',
  'POST /auth/identity-providers/:name/links': 'users:manage',
  'GET /auth/trust-domains': 'users:read',
  'GET /auth/trust-domains/:name': 'users:read',
  'PUT /auth/trust-domains/:name': 'users:manage',
  'DELETE /auth/trust-domains/:name': 'users:manage',

  // Inputs in the terms of others: `Splunk <token>`, ApiKey, Basic. api/inputs/ asks the same register, and wants `events:send`.
  'GET /services/collector/health': PUBLIC,
  'GET /services/collector/health/1.0': PUBLIC,
  'POST /services/collector': PUBLIC,
  'POST /services/collector/event': PUBLIC,
  'POST /services/collector/event/1.0': PUBLIC,
  'POST /services/collector/raw': PUBLIC,
  'POST /services/collector/raw/1.0': PUBLIC,
  'POST /services/collector/ack': PUBLIC,
  'POST /_bulk': PUBLIC,
  'PUT /_bulk': PUBLIC,
  'POST /:index/_bulk': PUBLIC,
  'PUT /:index/_bulk': PUBLIC,
  'POST /elastic/_bulk': PUBLIC,
  'PUT /elastic/_bulk': PUBLIC,
  'POST /elastic/:index/_bulk': PUBLIC,
  'PUT /elastic/:index/_bulk': PUBLIC,
  'GET /_license': PUBLIC,
  'GET /elastic/_license': PUBLIC,
  'GET /elastic': PUBLIC,
  'GET /elastic/': PUBLIC,
  'POST /v1/logs': 'events:send',

  'GET /v2/events': 'events:read',
  'GET /v2/events/stats': 'events:read',
  'GET /v2/events/:id': TOKEN,
  'PATCH /v2/events/:id': 'alerts:work',
  'GET /v2/events/:id/history': 'events:read',
  'POST /v2/events/query': 'events:read',
  'POST /v2/events': 'events:send',
  'POST /v2/events/bulk': 'events:send',
  'GET /v2/alerts': 'alerts:read',
  'GET /v2/alerts/:id': 'alerts:read',
  'PATCH /v2/alerts/:id': 'alerts:work',
  'GET /v2/alerts/:id/history': 'alerts:read',
  'POST /v2/alerts/changes/:changeId/undo': 'alerts:work',
  'GET /v2/hunts': 'alerts:read',
  'GET /v2/hunts/:id': 'alerts:read',
  'GET /v2/hunts/:id/findings': 'alerts:read',
  'POST /v2/hunts': 'hunts:run',
  'POST /v2/hunts/estimate': 'hunts:run',
  'POST /v2/hunts/:id/pause': 'hunts:run',
  'POST /v2/hunts/:id/resume': 'hunts:run',
  'POST /v2/hunts/:id/cancel': 'hunts:run',
  'GET /v2/saved-searches': 'events:read',
  'POST /v2/saved-searches': 'events:read',
  'PATCH /v2/saved-searches/:id': 'events:read',
  'DELETE /v2/saved-searches/:id': 'events:read',
  'POST /v2/connectors/changes': 'connectors:manage',
  'GET /v2/subscriptions': 'subscriptions:read',
  'GET /v2/subscriptions/:id': 'subscriptions:read',
  'POST /v2/subscriptions': 'subscriptions:manage',
  'POST /v2/subscriptions/preview': 'subscriptions:manage', // counts what any search finds
  'PATCH /v2/subscriptions/:id': 'subscriptions:manage',
  'DELETE /v2/subscriptions/:id': 'subscriptions:manage',
  'GET /v2/status': 'pipeline:read',
  'GET /v2/assets': 'assets:read',
  'GET /v2/assets/:id': 'assets:read',
  'POST /v2/assets': 'assets:write',
  'PUT /v2/assets/:id': 'assets:write',
  'DELETE /v2/assets/:id': 'assets:write',
  'GET /v2/zones': 'assets:read',
  'GET /v2/zones/:id': 'assets:read',
  'POST /v2/zones': 'assets:write',
  'PUT /v2/zones/:id': 'assets:write',
  'DELETE /v2/zones/:id': 'assets:write',

  'GET /v2/sensors': 'sensors:read',
  'GET /v2/sensors/:id': 'sensors:read',
  'POST /v2/sensors': 'sensors:manage',
  'POST /v2/sensors/:id/rotate': 'sensors:manage',
  'POST /v2/sensors/:id/revoke': 'sensors:manage',

  'GET /v2/threat-detection/rules': 'rules:read',
  'GET /v2/threat-detection/rules/refused': 'rules:read',
  'GET /v2/threat-detection/rules/:id': 'rules:read',
  'GET /v2/threat-detection/rules/:id/versions': 'rules:read',
  'POST /v2/threat-detection/rules': 'rules:write',
  'PUT /v2/threat-detection/rules/:id': 'rules:write',
  'DELETE /v2/threat-detection/rules/:id': 'rules:write',
  'GET /v2/threat-detection/exceptions': 'rules:read',
  'GET /v2/threat-detection/exceptions/:id': 'rules:read',
  'POST /v2/threat-detection/exceptions': 'rules:write',
  'DELETE /v2/threat-detection/exceptions/:id': 'rules:write',
  'POST /v2/threat-detection/exceptions/effect': 'rules:write',
  'POST /v2/alerts/:id/exception': 'rules:write',
  'POST /v2/threat-detection/analyze': 'rules:write',

  'GET /v2/quotas': 'organization:read',
  'PUT /v2/quotas/:organization': 'organizations:manage',

  'GET /v2/fields': 'events:read',
  'GET /v2/fields/datasets': 'events:read',

  'GET /v2/exports/events': 'events:read', // counted against a quota, and audited
  'GET /v2/exports/findings': 'alerts:read',
  'GET /v2/exports/alerts': 'alerts:read',

  'GET /v2/audit': 'audit:read',
  'GET /v2/audit/export': 'audit:read', // audited itself

  'GET /v2/dead-letters': 'pipeline:read',
  'GET /v2/dead-letters/reasons': 'pipeline:read',
  'GET /v2/dead-letters/:id/value': 'dead-letters:handle', // may hold secrets; each look is audited
  'POST /v2/dead-letters/preview': 'dead-letters:handle',
  'POST /v2/dead-letters/redrive': 'dead-letters:handle',
  'GET /v2/redrives/:id': 'pipeline:read',

  'GET /graphql': PUBLIC, // the explorer page and the upgrade; the operation itself needs a token
  'POST /graphql': TOKEN, // its fields are in fields.ts
  'GET /live': PUBLIC, // the upgrade; the token comes as header or first message, its rooms are below
  'live organization': 'alerts:read', // with those of what it tells of
  'live alerts': 'alerts:read',
  'live alert': 'alerts:read',
  'live findings': 'alerts:read',
  'live incident': 'alerts:read',
  'live asset': 'assets:read', // with `live alerts`: it tells of alerts about it
  'live events': 'events:read',
  'live counters': 'pipeline:read',
  'live system': 'pipeline:read',
  'live dead-letters': 'pipeline:read',
  'live sensors': 'sensors:read',
  'live rules': 'rules:read',

  ...FIELDS,
} as const satisfies Record<string, Access>;

/** `undefined` when the table does not know the name: then nobody may. */
export const accessOf = (name: string): Access | undefined =>
  Object.hasOwn(PERMISSIONS, name) ? (PERMISSIONS as Readonly<Record<string, Access>>)[name] : undefined;

/** Whether who holds these permissions may do what the table calls `name`. */
export function mayDo(name: string, { permissions }: { readonly permissions: ReadonlySet<Permission> }): boolean {
  const access = accessOf(name);
  if (access === undefined) return false;
  if (access === PUBLIC || access === TOKEN) return true;
  return permissions.has(access === LOOPBACK ? 'pipeline:read' : access);
}
