// What the walk over routes and fields asks with. Without a world: ids that nothing has.
import { randomUUID } from 'node:crypto';
import type { Literals } from './ask.ts';
import { ALERT, EVENT, FINDING, NEW_RULE, RULE_ID, SECRET } from './walk-world.ts';
import type { World } from './walk-world.ts';

const NOBODYS = '00000000-0000-4000-8000-000000000009';
type Ids = World['ids'];

/** Of `:id` by what comes before it. */
const idsOf = (ids: Ids | null): readonly (readonly [before: string, id: string])[] => [
  ['/v2/events/', EVENT],
  ['/v2/alerts/', ALERT],
  ['/v2/dead-letters/', '0:0'],
  ['/v2/hunts/', ids?.hunt ?? NOBODYS],
  ['/v2/subscriptions/', ids?.subscription ?? NOBODYS],
  ['/v2/redrives/', ids?.redrive ?? NOBODYS],
  ['/v2/assets/', ids?.asset ?? NOBODYS],
  ['/v2/zones/', ids?.zone ?? NOBODYS],
  ['/v2/sensors/', ids?.sensor ?? NOBODYS],
  ['/v2/threat-detection/rules/', ids === null ? NOBODYS : RULE_ID],
  ['/v2/threat-detection/exceptions/', ids?.exception ?? NOBODYS],
  ['/auth/users/', ids?.user ?? NOBODYS],
  ['/auth/invitations/', ids?.invitation ?? NOBODYS],
  ['/auth/service-accounts/', ids?.serviceAccount ?? NOBODYS],
  ['/auth/organizations/', 'alpha'],
];

/** The address of a route of permissions.ts, with ids of the world for what stands behind a colon. */
export function urlOf(name: string, ids: Ids | null): string {
  const [, path = ''] = name.split(' ');
  const id = idsOf(ids).find(([before]) => path.startsWith(before))?.[1] ?? NOBODYS;
  const known: Readonly<Record<string, string>> = { id, key: ids?.key ?? NOBODYS, identity: ids?.identity ?? NOBODYS, name: ids === null ? 'nobodys' : SECRET };
  return path.replace(/:(\w+)/g, (_all, parameter: string) => known[parameter] ?? 'walked').replace('/*', '/x');
}

/** Of unsafe routes: with these they would do something to what the address names. Absent: an empty document. */
export const BODIES: Readonly<Record<string, object>> = {
  'PATCH /v2/events/:id': { comment: 'mine' },
  'PUT /v2/assets/:id': { name: 'mine', kind: 'server' },
  'PUT /v2/zones/:id': { name: 'mine', cidr: '10.0.0.0/8', kind: 'internal' },
  'PUT /v2/threat-detection/rules/:id': { state: 'test' },
  'POST /v2/alerts/:id/exception': { owner: 'me', reason: 'mine', expiresAt: '2026-03-02T00:00:00Z' },
  'POST /v2/dead-letters/redrive': { filter: { code: 'SECRET_CODE' }, execute: true },
  'POST /v2/dead-letters/preview': { filter: { code: 'SECRET_CODE' } },
  'PATCH /v2/subscriptions/:id': { query: 'mine' },
  'PATCH /auth/users/:id': { disabled: true },
  'PATCH /auth/roles/:name': { description: 'mine' },
  'PATCH /auth/service-accounts/:id': { disabled: true },
  'PATCH /auth/organizations/:id': { suspended: true },
};

/** What GraphQL fields are asked with; see ask.ts. */
export const literalsOf = (ids: Ids | null): Literals => {
  const quoted = (id: string | undefined) => `"${id ?? NOBODYS}"`;
  const rule = ids === null ? quoted(undefined) : quoted(RULE_ID);
  const range = { from: '"2026-01-01T00:00:00Z"', to: '"2027-01-01T00:00:00Z"' };
  return {
    ...range,
    spanSeconds: '86400',
    'eventTop.field': '"host.name"',
    'topValues.field': '"host.name"',
    'alerts.first': '3',
    // What alerts and findings of the world are about; the word itself would come back to whoever asks with it.
    'entity.type': 'host',
    'entity.value': '"web01"',
    'entity.from': '"2026-02-27T00:00:00Z"',
    'entity.to': '"2026-03-02T00:00:00Z"',
    'entities.from': '"2026-02-27T00:00:00Z"',
    'entities.to': '"2026-03-02T00:00:00Z"',
    'event.id': quoted(EVENT),
    'finding.id': quoted(FINDING),
    'alert.id': quoted(ALERT),
    'updateAlerts.change': '{ addLabels: ["walked"] }',
    'updateAlertsByFilter.change': '{ addLabels: ["walked too"] }',
    'updateAlerts.ids': `[${quoted(ALERT)}]`,
    alertId: quoted(ALERT),
    eventId: quoted(EVENT),
    'deadLetter.id': '"0:0"',
    'previewDeadLetters.filter': '{ code: "SECRET_CODE" }',
    'redriveDeadLetters.filter': '{ code: "SECRET_CODE" }',
    'sensor.id': quoted(ids?.sensor),
    'rotateSensor.id': quoted(ids?.sensor),
    'revokeSensor.id': quoted(ids?.sensor),
    'rule.id': rule,
    'updateRule.id': rule,
    'retireRule.id': rule,
    'updateRule.change': '{ state: test }',
    text: JSON.stringify(NEW_RULE),
    'trySensor.input.text': '"walked"',
    'exception.id': quoted(ids?.exception),
    'endException.id': quoted(ids?.exception),
    conditions: '{ User: "x" }',
    ruleIds: '[]',
    expiresAt: '"2026-03-02T00:00:00Z"',
    'searchCompletion.search': '"host.name:on"',
    'searchCompletion.caret': '12',
    'user.id': quoted(ids?.user),
    'changeUser.id': quoted(ids?.user),
    'changeUser.change': '{ email: "mine@example.org" }',
    'endUserSessions.id': quoted(ids?.user),
    'revokeInvitation.id': quoted(ids?.invitation),
    roles: '["viewer"]',
    permissions: '["alerts:read"]',
    'changeServiceAccount.id': quoted(ids?.serviceAccount),
    'changeServiceAccount.change': '{ description: "mine" }',
    'removeServiceAccount.id': quoted(ids?.serviceAccount),
    accountId: quoted(ids?.serviceAccount),
    keyId: quoted(ids?.key),
    'changeRole.name': ids === null ? '"nobodys"' : `"${SECRET}"`,
    'changeRole.change': '{ description: "mine" }',
    'removeRole.name': ids === null ? '"nobodys"' : `"${SECRET}"`,
    ...signInLiterals(ids === null ? 'nobodys' : SECRET),
    'unlinkIdentity.user': quoted(ids?.user),
    'unlinkIdentity.identity': quoted(ids?.identity),
    'changeOrganizationSettings.change': ids === null ? '{ sessionHours: 0 }' : '{ name: "walked" }',
    'huntEstimate.input.query': '"walked"',
    'startHunt.input.query': '"walked"',
    'hunt.id': quoted(ids?.hunt),
    'pauseHunt.id': quoted(ids?.hunt),
    'resumeHunt.id': quoted(ids?.hunt),
    'cancelHunt.id': quoted(ids?.hunt),
    'savedSearch.id': quoted(ids?.savedSearch),
    'updateSavedSearch.id': quoted(ids?.savedSearch),
    'deleteSavedSearch.id': quoted(ids?.savedSearch),
    'publishSubscription.id': quoted(ids?.subscription),
    'updatePublishSubscription.id': quoted(ids?.subscription),
    'updatePublishSubscription.change': '{ query: "mine" }',
    'deletePublishSubscription.id': quoted(ids?.subscription),
    ...connectorLiterals(ids === null ? 'nobodys' : SECRET),
    noteId: `"${ids?.note ?? '999999'}"`,
    changeId: quoted(ids?.alertChange),
  };
};

const signInLiterals = (name: string): Literals => ({
  ...Object.fromEntries(
    ['identityProvider.name', 'removeIdentityProvider.name', 'tryIdentityProvider.name', 'linkIdentity.provider', 'linkIdentity.user'].map((path) => [
      path,
      `"${name}"`,
    ]),
  ),
  'saveIdentityProvider.input.issuer': '"https://93.184.215.14"', // an address, so that no name server is asked
  'trustDomain.name': `"${name}"`,
  'removeTrustDomain.name': `"${name}"`,
  'saveTrustDomain.input.bundle': '{ keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y", use: "jwt-svid", kid: "walked" }] }',
  'saveTrustDomain.input.workloads': '[]',
});

const connectorLiterals = (name: string): Literals => ({
  ...Object.fromEntries(
    ['', 'configure', 'remove', 'pause', 'resume', 'stop', 'restart'].map((verb) => [`${verb}${verb === '' ? 'c' : 'C'}onnector.name`, `"${name}"`]),
  ),
  'addConnector.name': `"walked-${randomUUID()}"`,
  plugin: '"counting"',
  config: '[{ name: "connector.class", value: "counting" }, { name: "topics", value: "sink.alpha.ecs.v1" }]',
});

/** What tells nothing of what the world has: of the caller alone, of the installation, of numbers, or of what is asked itself. */
export const SHOWS_NOTHING: ReadonlySet<string> = new Set([
  'GET /auth/me',
  'GET /auth/sessions',
  'GET /auth/mfa',
  'GET /auth/passkeys',
  'GET /auth/identities',
  'GET /auth/organizations',
  'GET /v2/events/stats',
  'GET /v2/status',
  'GET /v2/quotas',
  'GET /v2/fields',
  'GET /v2/fields/datasets',
  'GET /v2/threat-detection/rules/refused',
  'Query.viewer',
  'Query.organizations',
  'Query.permissions',
  'Query.alertChangePreview',
  'Query.alertCounts',
  'Query.auditState',
  'Query.connectorPlugins',
  'Query.connectorForm',
  'Query.redrives',
  'Query.histogram',
  'Query.eventCounts',
  'Query.searchExplanation',
  'Query.exceptionEffect',
  'Query.identityProviderAddresses',
  'Query.fields',
  'Query.fieldDatasets',
  'Query.findingCounts',
  'Query.huntEstimate',
  'Query.ledger',
  'Query.publishSubscriptionPreview',
  'Query.ruleRefusals',
  'Query.ruleProblems',
  'Query.ruleTrial',
  'Query.ruleExplanation',
  'Query.sensorFormats',
]);

/** Mutations that cannot succeed here, and why. */
export const CANNOT: Readonly<Record<string, string>> = {
  'Mutation.addOrganization': 'for who runs the installation',
  'Mutation.changeOrganization': 'for who runs the installation',
  'Mutation.undoAlertChange': 'somebody has changed the alert since',
  'Mutation.tryIdentityProvider': 'the provider does not answer',
  'Mutation.trySensor': 'the API of tests has no stages',
  'Mutation.addException': "ends within a year of two clocks: the test's and the database's",
};
