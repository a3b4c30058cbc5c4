// Who may do what. The only such table: routes and GraphQL fields look themselves up here, and what is not listed is forbidden.

export const ROLES = ['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor', 'viewer', 'sensor'] as const;
export type Role = (typeof ROLES)[number];
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/** Without a token. */
const PUBLIC = 'public';
/** From this machine without a token, from elsewhere with one of a role that reads the pipeline. */
const LOOPBACK = 'loopback';
export type Access = typeof PUBLIC | typeof LOOPBACK | readonly Role[];

const ANY: readonly Role[] = ROLES;
const READERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor', 'viewer'];
const RESPONDERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'responder'];
const BUILDERS: readonly Role[] = ['platform_admin', 'admin', 'engineer'];
/** Who writes detection content. */
const RULE_WRITERS: readonly Role[] = ['platform_admin', 'admin', 'analyst', 'engineer'];
const PRODUCERS: readonly Role[] = ['platform_admin', 'admin', 'engineer', 'sensor'];
/** A sensor may ask what became of what it sent, without seeing events. */
const READERS_AND_SENSORS: readonly Role[] = ANY;

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
  'GET /docs/static/index.html': PUBLIC,
  'GET /docs/static/swagger-initializer.js': PUBLIC,
  'GET /': PUBLIC,
  'GET /*': PUBLIC,

  'POST /auth/login': PUBLIC,
  'POST /auth/refresh': PUBLIC, // the refresh token is the proof
  'POST /auth/logout': PUBLIC, // likewise
  'GET /auth/me': ANY,

  // Inputs in the terms of others: `Splunk <token>`, ApiKey, Basic. api/inputs/ asks the same register, and wants a role of PRODUCERS.
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
  'POST /v1/logs': PRODUCERS,

  'GET /v2/events': READERS,
  'GET /v2/events/stats': READERS,
  'GET /v2/events/:id': READERS_AND_SENSORS,
  'POST /v2/events': PRODUCERS,
  'POST /v2/events/bulk': PRODUCERS,
  'GET /v2/alerts': READERS,
  'GET /v2/status': READERS,
  'GET /v2/assets': READERS,
  'GET /v2/assets/:id': READERS,
  'POST /v2/assets': BUILDERS,
  'PUT /v2/assets/:id': BUILDERS,
  'DELETE /v2/assets/:id': BUILDERS,
  'GET /v2/zones': READERS,
  'GET /v2/zones/:id': READERS,
  'POST /v2/zones': BUILDERS,
  'PUT /v2/zones/:id': BUILDERS,
  'DELETE /v2/zones/:id': BUILDERS,

  'GET /v2/sensors': READERS,
  'GET /v2/sensors/:id': READERS,
  'POST /v2/sensors': BUILDERS,
  'POST /v2/sensors/:id/rotate': BUILDERS,
  'POST /v2/sensors/:id/revoke': BUILDERS,

  'GET /v2/threat-detection/rules': READERS,
  'GET /v2/threat-detection/rules/refused': READERS,
  'GET /v2/threat-detection/rules/:id': READERS,
  'GET /v2/threat-detection/rules/:id/versions': READERS,
  'POST /v2/threat-detection/rules': RULE_WRITERS,
  'PUT /v2/threat-detection/rules/:id': RULE_WRITERS,
  'DELETE /v2/threat-detection/rules/:id': RULE_WRITERS,
  'GET /v2/threat-detection/exceptions': READERS,
  'GET /v2/threat-detection/exceptions/:id': READERS,
  'POST /v2/threat-detection/exceptions': RULE_WRITERS,
  'DELETE /v2/threat-detection/exceptions/:id': RULE_WRITERS,
  'POST /v2/threat-detection/exceptions/effect': RULE_WRITERS,
  'POST /v2/alerts/:id/exception': RULE_WRITERS,
  'POST /v2/threat-detection/analyze': RULE_WRITERS,

  'GET /v2/fields': READERS,
  'GET /v2/fields/datasets': READERS,

  'GET /v2/dead-letters': READERS,
  'GET /v2/dead-letters/reasons': READERS,
  'GET /v2/dead-letters/:id/value': BUILDERS, // may hold secrets; each look is audited
  'POST /v2/dead-letters/preview': BUILDERS,
  'POST /v2/dead-letters/redrive': BUILDERS,
  'GET /v2/redrives/:id': READERS,

  'GET /graphql': PUBLIC, // the explorer page and the upgrade; the operation itself needs a token
  'POST /graphql': ANY, // its fields are below
  'GET /live': PUBLIC, // the upgrade; the token comes as header or first message, its rooms are below
  'live alerts': READERS,
  'live events': READERS,
  'live counters': READERS,

  'Query.viewer': ANY,
  'Query.events': READERS,
  'Query.event': READERS,
  'Query.eventCounts': READERS,
  'Query.eventTop': READERS,
  'Query.findings': READERS,
  'Query.finding': READERS,
  'Query.findingsByRule': READERS,
  'Query.findingCounts': READERS,
  'Query.alerts': READERS,
  'Query.alert': READERS,
  'Query.alertCounts': READERS,
  'Query.pipeline': READERS,
  'Query.ledger': READERS,
  'Query.fields': READERS,
  'Query.fieldDatasets': READERS,
  'Query.deadLetters': READERS,
  'Query.deadLetter': READERS,
  'Query.deadLetterReasons': READERS,
  'Query.redrives': READERS,
  'Query.sensors': READERS,
  'Query.sensor': READERS,
  'Query.sensorFormats': READERS,
  'Query.rules': READERS,
  'Query.rule': READERS,
  'Query.coverage': READERS,
  'Query.ruleRefusals': READERS,
  'Query.ruleProblems': RULE_WRITERS,
  'Query.ruleTrial': RULE_WRITERS,
  'Query.ruleExplanation': RULE_WRITERS,
  'Query.exceptions': READERS,
  'Query.exception': READERS,
  'Query.exceptionEffect': RULE_WRITERS,
  'Query.exceptionDraft': RULE_WRITERS,
  'Mutation.addException': RULE_WRITERS,
  'Mutation.endException': RULE_WRITERS,
  'Mutation.addRule': RULE_WRITERS,
  'Mutation.updateRule': RULE_WRITERS,
  'Mutation.retireRule': RULE_WRITERS,
  'Mutation.enrolSensor': BUILDERS,
  'Mutation.rotateSensor': BUILDERS,
  'Mutation.revokeSensor': BUILDERS,
  'Mutation.trySensor': BUILDERS,
  'DeadLetter.content': BUILDERS, // may hold secrets; null for others, and each look is audited
  'Mutation.previewDeadLetters': BUILDERS, // shows content likewise
  'Mutation.redriveDeadLetters': BUILDERS,
  'Mutation.updateAlerts': RESPONDERS,
  'Subscription.alertChanged': READERS,
  'Subscription.eventTail': READERS,
} as const satisfies Record<string, Access>;
export type Permission = keyof typeof PERMISSIONS;

/** `undefined` when the table does not know the name: then nobody may. */
export const accessOf = (name: string): Access | undefined => (PERMISSIONS as Readonly<Record<string, Access>>)[name];

/** Whether one of the roles is enough for what the table calls `name`. */
export function mayDo(name: string, roles: readonly Role[]): boolean {
  const access = accessOf(name);
  if (access === undefined) return false;
  if (access === PUBLIC) return true;
  return (access === LOOPBACK ? READERS : access).some((role) => roles.includes(role));
}
