// Where data is kept and worked with.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { actionMeaning, LIKELY, mapping, number, table, text, via } from '../kit.ts';

const yes = (value: unknown): string | null =>
  value === 'YES' || value === true || value === 'true' ? 'success' : value === 'NO' || value === false ? 'failure' : null;

function login(event: Draft): void {
  event.category = ['authentication'];
  event.type = ['start'];
}
const QUERY_TYPES = table({ SELECT: 'access', SHOW: 'info', DESCRIBE: 'info' });
function query(event: Draft, { QUERY_TYPE: type }: JsonObject): void {
  event.category = ['database'];
  event.type = [QUERY_TYPES.get(text(type) ?? '') ?? 'change'];
}
function iamGrant(event: Draft): void {
  event.action = 'grant';
  event.category = ['iam'];
  event.type = ['admin', 'change'];
}

const SALESFORCE = {
  '@timestamp': ['TIMESTAMP_DERIVED', 'TIMESTAMP', 'EVENT_DATE', 'CreatedDate'],
  'event.action': 'EVENT_TYPE',
  'user.name': 'USER_NAME',
  'user.id': ['USER_ID_DERIVED', 'USER_ID'],
  'source.ip': ['SOURCE_IP', 'CLIENT_IP'],
  'user_agent.original': ['USER_AGENT', 'BROWSER_TYPE'],
  'service.name': 'CONNECTED_APP_NAME',
  'url.path': 'URI',
  'event.outcome': via('LOGIN_STATUS', (status) => (status === 'LOGIN_NO_ERROR' ? 'success' : 'failure')),
  'event.reason': 'LOGIN_STATUS',
} as const;
function salesforce(event: Draft): void {
  const isLogin = event.action === 'Login' || event.action === 'LoginAs';
  event.category = [isLogin ? 'authentication' : event.action === 'Logout' ? 'authentication' : 'api'];
  event.type = [isLogin ? 'start' : event.action === 'Logout' ? 'end' : 'access'];
}

const DATABRICKS_FAILURE = (status: unknown): string | null => {
  const code = number(status);
  return code === null ? null : code >= 400 ? 'failure' : 'success';
};
function databricks(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(event.action ?? '', text(json.serviceName) ?? '');
  event.category = category;
  event.type = type;
}

const MONGODB: Pick<JsonLog, 'confidence' | 'id' | 'set'> = {
  confidence: LIKELY,
  id: 'id',
  set: mapping({
    '@timestamp': 'created',
    'event.action': ['eventTypeName', 'eventtypename'],
    'user.name': 'username',
    'user.id': ['userId', 'userid', 'publicKey'],
    'user.target.name': ['targetUsername', 'targetusername'],
    'source.ip': ['remoteAddress', 'remoteaddress'],
  }),
};

export const DATA: readonly JsonLog[] = [
  {
    // https://docs.databricks.com/en/admin/account-settings/audit-logs.html
    dataset: 'databricks.audit',
    product: 'databricks',
    service: 'audit',
    has: ['serviceName', 'actionName'],
    exportedAs: 'Databricks.Audit',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': 'actionName',
      'event.provider': 'serviceName',
      'event.outcome': via(['response.statusCode', 'response.status_code'], DATABRICKS_FAILURE),
      'error.message': ['response.errorMessage', 'response.error_message'],
      'user.name': ['userIdentity.email', 'user_identity.email'],
      'user.target.name': ['requestParams.targetUserName', 'requestParams.user', 'requestParams.email'],
      'source.ip': ['sourceIPAddress', 'source_ip_address'],
      'user_agent.original': ['userAgent', 'user_agent'],
      'cloud.account.id': ['accountId', 'account_id'],
    }),
    mean: databricks,
  },
  {
    // https://docs.snowflake.com/en/sql-reference/account-usage/login_history
    dataset: 'snowflake.login',
    product: 'snowflake',
    service: 'login',
    has: ['CLIENT_IP', 'IS_SUCCESS', 'USER_NAME', 'EVENT_TIMESTAMP'],
    exportedAs: 'Snowflake.LoginHistory',
    id: 'EVENT_ID',
    set: mapping({
      '@timestamp': 'EVENT_TIMESTAMP',
      'event.action': via('EVENT_TYPE', (type) => String(type).toLowerCase()),
      'event.outcome': via('IS_SUCCESS', yes),
      'error.code': 'ERROR_CODE',
      'error.message': 'ERROR_MESSAGE',
      'user.name': 'USER_NAME',
      'source.ip': 'CLIENT_IP',
      'user_agent.name': 'REPORTED_CLIENT_TYPE',
      'user_agent.version': 'REPORTED_CLIENT_VERSION',
    }),
    mean: login,
  },
  {
    dataset: 'snowflake.query',
    product: 'snowflake',
    service: 'query',
    has: ['QUERY_TEXT', 'QUERY_TYPE', 'EXECUTION_STATUS'],
    exportedAs: 'Snowflake.QueryHistory',
    id: 'QUERY_ID',
    set: mapping({
      '@timestamp': ['END_TIME', 'START_TIME'],
      'event.start': 'START_TIME',
      'event.end': 'END_TIME',
      'event.action': via('QUERY_TYPE', (type) => String(type).toLowerCase()),
      'event.outcome': via('EXECUTION_STATUS', (status) => (String(status).toUpperCase() === 'SUCCESS' ? 'success' : 'failure')),
      'error.code': 'ERROR_CODE',
      'error.message': 'ERROR_MESSAGE',
      'user.name': 'USER_NAME',
      'user.roles': 'ROLE_NAME',
      message: 'QUERY_TEXT',
    }),
    mean: query,
  },
  {
    dataset: 'snowflake.grant',
    product: 'snowflake',
    service: 'grant',
    has: ['GRANTED_BY', 'GRANTEE_NAME', 'CREATED_ON'],
    exportedAs: ['Snowflake.GrantsToUsers', 'Snowflake.GrantsToRoles'],
    set: mapping({ '@timestamp': 'CREATED_ON', 'user.name': 'GRANTED_BY', 'user.target.name': 'GRANTEE_NAME', 'user.target.roles': 'ROLE' }),
    mean: iamGrant,
  },
  {
    // https://www.mongodb.com/docs/atlas/reference/api-resources-spec/v2/#tag/Events
    dataset: 'mongodb.organization',
    product: 'mongodb',
    service: 'organization',
    has: ['eventTypeName'],
    exportedAs: ['MongoDB.OrganizationEvent', 'MongoDB.ProjectEvent'],
    ...MONGODB,
  },
  { dataset: 'mongodb.organization', product: 'mongodb', service: 'organization', has: ['eventtypename', 'created'], ...MONGODB },
  {
    // https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_eventlogfile_supportedeventtypes.htm
    dataset: 'salesforce.event_log',
    product: 'salesforce',
    service: 'event_log',
    has: ['EVENT_TYPE', 'ORGANIZATION_ID', 'USER_ID', 'REQUEST_ID'],
    exportedAs: [
      'Salesforce.Login',
      'Salesforce.LoginAs',
      'Salesforce.Logout',
      'Salesforce.URI',
      'Salesforce.ApiConnectedApp',
      'Salesforce.ConnectedAppUsageEventStore',
    ],
    set: mapping(SALESFORCE),
    mean: salesforce,
  },
];
