// What each kind of log of Azure tells: the tables, and what outcome and category follow from.
import type { Draft, JsonObject, Mapping } from '../kit.ts';
import { byWhom, actionMeaning, always, hostAndPort, isObject, mapping, objectOf, setField, table, text, user, via } from '../kit.ts';

const EMAIL_CLAIM = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';
const NAME_CLAIM = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name';
const UPN_CLAIM = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn';
const OBJECT_CLAIM = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

/** `properties` may be an object or its text; the tables read it as an object. */
const withProperties =
  (set: Mapping): Mapping =>
  (event, fields, document) => {
    const { properties } = fields;
    set(event, typeof properties === 'string' && properties.startsWith('{') ? { ...fields, properties: objectIn(properties) } : fields, document);
  };
function objectIn(written: string): JsonObject {
  try {
    return objectOf(JSON.parse(written));
  } catch {
    return {};
  }
}

/** `/subscriptions/<id>/..`: the account of the resource. */
const subscription = (id: unknown): string | null => /\/subscriptions\/([^/]+)/i.exec(String(id))?.[1]?.toLowerCase() ?? null;
const claim = (of: string, name: string) => via(of, (claims) => (isObject(claims) ? text(claims[name]) : null));

const COMMON = {
  '@timestamp': [
    'time',
    'properties.createdDateTime',
    'createdDateTime',
    'properties.activityDateTime',
    'activityDateTime',
    'eventTimestamp',
    'event_timestamp',
  ],
  'event.action': ['operationName', 'operationname'],
  'event.code': ['resultType', 'resulttype'],
  'event.reason': ['resultDescription', 'resultdescription'],
  'log.level': ['level', 'Level'],
  'cloud.provider': always('azure'),
  'cloud.region': 'location',
  'cloud.account.id': via(['resourceId', 'resourceid'], subscription),
  'trace.id': ['correlationId', 'correlationid'],
} as const;

export const setPlatform = withProperties(
  mapping({
    ...COMMON,
    'event.provider': 'category',
    'user.name': ['properties.userPrincipalName', 'properties.user', 'identity.claim.upn'],
    message: 'properties.message',
  }),
);
const setActivityFields = withProperties(
  mapping({
    ...COMMON,
    'event.action': ['operationName.value', 'operationName', 'operationname'],
    'event.provider': 'category',
    'user.name': ['caller', 'properties.caller', 'identity.claims.upn', 'identity.claims.name'],
    'user.id': 'identity.claims.appid',
  }),
);
const setCaller = mapping({
  'user.name': claim('identity.claims', NAME_CLAIM),
  'user.id': claim('identity.claims', OBJECT_CLAIM),
  'user.email': claim('identity.claims', EMAIL_CLAIM),
});
const setUpn = mapping({ 'user.name': claim('identity.claims', UPN_CLAIM) });
export const setActivity: Mapping = (event, fields, document) => {
  setActivityFields(event, fields, document);
  setCaller(event, fields, document);
  setUpn(event, fields, document);
};
const REST = {
  'user.name': 'caller',
  'user.id': claim('claims', OBJECT_CLAIM),
  'user.email': claim('claims', EMAIL_CLAIM),
  'source.ip': ['httpRequest.clientIpAddress', 'claims.ipaddr'],
} as const;
export const setRest = mapping({
  ...COMMON,
  ...REST,
  'event.action': ['operationName.value', 'operationName'],
  'event.provider': 'category.value',
  'event.code': ['status.value', 'status'],
  message: 'description',
  'cloud.account.id': 'subscriptionId',
});
export const setSnakeCase = mapping({
  ...COMMON,
  ...REST,
  'event.action': ['operation_name.value', 'operation_name'],
  'event.provider': 'category.value',
  'event.code': ['status.value', 'status'],
  message: 'description',
  'source.ip': ['http_request.client_ip_address', 'claims.ipaddr'],
  'http.request.method': 'http_request.method',
  'cloud.account.id': 'subscription_id',
  'trace.id': 'correlation_id',
});
const SIGN_IN = (from: string) =>
  ({
    'user.name': [`${from}userPrincipalName`, `${from}servicePrincipalName`],
    'user.id': [`${from}userId`, `${from}servicePrincipalId`],
    'user.full_name': `${from}userDisplayName`,
    'user_agent.original': `${from}userAgent`,
    'service.name': [`${from}appDisplayName`, `${from}resourceDisplayName`],
    'host.name': `${from}deviceDetail.displayName`,
    'host.os.full': `${from}deviceDetail.operatingSystem`,
    'host.id': `${from}deviceDetail.deviceId`,
    'source.geo.country_iso_code': `${from}location.countryOrRegion`,
    'source.geo.city_name': `${from}location.city`,
  }) as const;
const merged = (...froms: readonly string[]): Readonly<Record<string, readonly string[]>> => {
  const rules = new Map<string, string[]>();
  for (const from of froms) for (const [name, paths] of Object.entries(SIGN_IN(from))) rules.set(name, [...(rules.get(name) ?? []), ...[paths].flat()]);
  return Object.fromEntries(rules);
};
// A sign-in's location is the client's, an object.
const { 'cloud.region': _location, ...COMMON_OF_SIGN_IN } = COMMON;
export const setSignIn = withProperties(
  mapping({
    ...COMMON_OF_SIGN_IN,
    'event.action': via(['operationName', 'operationname', 'createdDateTime'], () => 'sign-in'),
    'event.reason': ['properties.status.failureReason', 'status.failureReason', 'resultDescription', 'resultdescription'],
    'event.provider': ['category', 'signInEventTypes.0'],
    ...merged('properties.', ''),
    'error.code': via(['properties.status.errorCode', 'status.errorCode', 'resultType', 'resulttype'], (code) =>
      /^[1-9]\d*$/.test(String(code)) ? String(code) : null,
    ),
  }),
);
const AUDIT = (from: string) =>
  ({
    'event.reason': `${from}resultReason`,
    'event.provider': `${from}loggedByService`,
    'user.name': [`${from}initiatedBy.user.userPrincipalName`, `${from}initiatedBy.app.displayName`],
    'user.id': [`${from}initiatedBy.user.id`, `${from}initiatedBy.app.servicePrincipalId`],
    'source.ip': `${from}initiatedBy.user.ipAddress`,
  }) as const;
export const setAudit = withProperties(
  mapping({ ...COMMON, ...AUDIT('properties.'), 'event.action': ['properties.activityDisplayName', 'operationName', 'operationname'] }),
);
export const setGraphAudit = mapping({ ...COMMON, ...AUDIT(''), 'event.action': 'activityDisplayName' });
export const setRisk = withProperties(
  mapping({
    ...COMMON,
    '@timestamp': ['properties.detectedDateTime', 'detectedDateTime', 'properties.activityDateTime', 'activityDateTime', 'time'],
    'event.action': ['properties.riskEventType', 'riskEventType', 'operationName'],
    'user.name': ['properties.userPrincipalName', 'userPrincipalName'],
    'user.id': ['properties.userId', 'userId'],
    'source.ip': ['properties.ipAddress', 'ipAddress'],
    'log.level': ['properties.riskLevel', 'riskLevel', 'level'],
  }),
);

const OUTCOMES = table({
  success: 'success',
  succeeded: 'success',
  ok: 'success',
  created: 'success',
  '0': 'success',
  failure: 'failure',
  failed: 'failure',
  timeout: 'failure',
  error: 'failure',
} as const);
const outcomeOf = (...said: readonly unknown[]): 'success' | 'failure' | null => {
  for (const one of said) {
    const found = OUTCOMES.get(text(one)?.toLowerCase().split('.', 1)[0] ?? '');
    if (found !== undefined) return found;
  }
  return null;
};
const propertiesOf = (json: JsonObject): JsonObject =>
  typeof json.properties === 'string' ? (json.properties.startsWith('{') ? objectIn(json.properties) : {}) : objectOf(json.properties);

/** The caller's address, with a port or without. */
function setCallerAddress(event: Draft, json: JsonObject): void {
  const properties = propertiesOf(json);
  const written = [json.callerIpAddress, json.calleripaddress, properties.ipAddress, json.ipAddress].map(text).find((one) => one !== null) ?? null;
  if (written === null || (event.source?.ip ?? null) !== null) return;
  const { domain, port } = hostAndPort(written);
  setField(event, 'source.ip', domain?.replace(/^\[|\]$/g, ''));
  if ((event.source?.ip ?? null) !== null) setField(event, 'source.port', port);
}

export function signIn(event: Draft, json: JsonObject): void {
  const properties = propertiesOf(json);
  setCallerAddress(event, json);
  const status = objectOf(properties.status ?? json.status);
  const code = text(status.errorCode) ?? text(json.resultType) ?? text(json.resulttype);
  event.category = ['authentication'];
  event.type = ['start'];
  event.outcome =
    code === null ? outcomeOf(json.resultSignature, json.resultsignature) : code === '0' || code.toLowerCase() === 'success' ? 'success' : 'failure';
  event.message = `Sign-in${byWhom(event)}${event.outcome === 'failure' ? ` failed${text(status.failureReason) === null ? '' : `: ${text(status.failureReason)}`}` : ''}`;
}

export function audit(event: Draft, json: JsonObject): void {
  const properties = propertiesOf(json);
  setCallerAddress(event, json);
  const { category, type } = actionMeaning(event.action ?? '', text(properties.category) ?? text(json.category) ?? '');
  // What is changed in a directory is about identities, even where the name of the action does not say whose.
  const isOther = category[0] === 'configuration' || category[0] === 'file';
  event.category = isOther ? ['iam'] : category;
  event.type = isOther ? [type[0] === 'access' ? 'info' : type[0]!, 'admin'] : type;
  event.outcome = outcomeOf(properties.result, json.result, json.resultType, json.resultSignature);
  const targets: unknown = properties.targetResources ?? json.targetResources;
  const target: unknown = Array.isArray(targets) ? targets.find((one: unknown) => isObject(one) && one.type === 'User') : undefined;
  if (isObject(target)) {
    const name = text(target.userPrincipalName) ?? text(target.displayName);
    event.targetUser = user(name, null, text(target.id), name?.includes('@') === true ? name : null);
  }
}

/** `Microsoft.Compute/disks/write`: the last part says what is done, the one before `action` what it is called. */
export function activity(event: Draft, json: JsonObject): void {
  setCallerAddress(event, json);
  const parts = (event.action ?? '').toLowerCase().split('/');
  const verb = parts.at(-1);
  const type = verb === 'write' ? 'change' : verb === 'delete' ? 'deletion' : verb === 'read' ? 'access' : 'change';
  const isIam =
    parts[0] === 'microsoft.authorization' || parts.some((part) => part === 'roleassignments' || part === 'roledefinitions' || part.endsWith('rolebindings'));
  event.category = [isIam ? 'iam' : 'configuration'];
  event.type = isIam ? [type === 'access' ? 'info' : type, 'admin'] : [type];
  event.outcome = outcomeOf(json.resultType, json.resulttype, json.resultSignature, objectOf(json.status).value, json.status);
  const resource = text(json.resourceId) ?? text(json.resourceid) ?? text(json.resource_id);
  event.message ??= `${event.action ?? ''}${resource === null ? '' : ` on ${resource}`}${byWhom(event)}${event.outcome === 'failure' ? ' failed' : ''}`;
}

export function platform(event: Draft, json: JsonObject): void {
  setCallerAddress(event, json);
  const { type } = actionMeaning((event.action ?? '').split('/').at(-1) ?? '');
  event.category = ['configuration'];
  event.type = [['creation', 'deletion', 'access'].find((one) => type.includes(one)) ?? 'change'];
  event.outcome = outcomeOf(json.resultType, json.resultSignature, json.statusCode);
}

export function risk(event: Draft): void {
  event.kind = 'alert';
  event.category = ['threat'];
  event.type = ['indicator'];
}
