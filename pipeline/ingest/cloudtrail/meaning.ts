// What an API call of AWS means in ECS: by its name, since each of thousands begins with a verb.
import type { User } from '../../../schemas/avro/types.gen.ts';
import type { JsonObject } from '../kit.ts';
import { objectOf, table, text, user } from '../kit.ts';

interface Meaning {
  readonly category: readonly string[];
  readonly type: readonly string[];
}

/** Verb to what it does. The longest run of lower-case letters after the first letter is the verb. */
const VERBS = table<'access' | 'change' | 'creation' | 'deletion' | 'start' | 'end'>({
  Get: 'access',
  List: 'access',
  Describe: 'access',
  Head: 'access',
  Lookup: 'access',
  Search: 'access',
  Query: 'access',
  Scan: 'access',
  Batch: 'access',
  Select: 'access',
  Download: 'access',
  View: 'access',
  Check: 'access',
  Decrypt: 'access',
  Create: 'creation',
  Run: 'creation',
  Allocate: 'creation',
  Register: 'creation',
  Request: 'creation',
  Import: 'creation',
  Copy: 'creation',
  Generate: 'creation',
  Issue: 'creation',
  Provision: 'creation',
  Delete: 'deletion',
  Terminate: 'deletion',
  Remove: 'deletion',
  Deregister: 'deletion',
  Release: 'deletion',
  Purge: 'deletion',
  Schedule: 'deletion',
  Destroy: 'deletion',
  Revoke: 'deletion',
  Start: 'start',
  Resume: 'start',
  Stop: 'end',
  Shutdown: 'end',
});
const LOGINS: ReadonlySet<string> = new Set([
  'ConsoleLogin',
  'SwitchRole',
  'CredentialChallenge',
  'UserAuthentication',
  'Authenticate',
  'CredentialVerification',
  'Federate',
  'GetSigninToken',
]);
const SESSIONS: ReadonlySet<string> = new Set([
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
  'GetFederationToken',
  'GetSessionToken',
]);
const IDENTITY_SOURCES: ReadonlySet<string> = new Set([
  'iam.amazonaws.com',
  'sso.amazonaws.com',
  'sso-directory.amazonaws.com',
  'identitystore.amazonaws.com',
  'organizations.amazonaws.com',
  'cognito-idp.amazonaws.com',
]);
const AUTHENTICATION: Meaning = { category: ['authentication'], type: ['start'] };
const SESSION: Meaning = { category: ['authentication', 'api'], type: ['start'] };

const meanings = new Map<string, Meaning>();
const MAX_NAMES = 20_000; // more than AWS has calls; names come from input

/** @param source `eventSource`. @param name `eventName`. */
export function actionOf(source: string, name: string): Meaning {
  if (LOGINS.has(name)) return AUTHENTICATION;
  if (SESSIONS.has(name)) return SESSION;
  const isIdentity = IDENTITY_SOURCES.has(source);
  const key = `${isIdentity ? 'i' : ''}|${name}`;
  let meaning = meanings.get(key);
  if (meaning === undefined) {
    meaning = isIdentity ? identity(name) : { category: ['api'], type: [verbOf(name) ?? 'change'] };
    if (meanings.size >= MAX_NAMES) meanings.clear();
    meanings.set(key, meaning);
  }
  return meaning;
}

function verbOf(name: string): string | undefined {
  let end = 1;
  while (end < name.length && name.charCodeAt(end) >= 97 && name.charCodeAt(end) <= 122) end++;
  return VERBS.get(name.slice(0, end));
}

function identity(name: string): Meaning {
  const verb = verbOf(name);
  const what = verb === 'access' ? 'info' : verb === 'creation' || verb === 'deletion' ? verb : 'change';
  const subject = name.includes('Group')
    ? ['group']
    : name.includes('User') || name.includes('LoginProfile') || name.includes('AccessKey')
      ? ['user']
      : ['admin'];
  return { category: ['api', 'iam'], type: [what, ...subject] };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
export function identityOf(identity: JsonObject): User | null {
  const type = text(identity.type);
  const issuer = objectOf(objectOf(identity.sessionContext).sessionIssuer);
  const principal = text(identity.principalId);
  const arn = text(identity.arn);
  let name: string | null;
  switch (type) {
    case 'Root':
      name = text(identity.userName) ?? 'root';
      break;
    case 'AssumedRole':
    case 'FederatedUser':
    case 'Role':
      name = text(issuer.userName) ?? lastOfArn(arn);
      break;
    case 'AWSService':
      name = text(identity.invokedBy);
      break;
    case 'AWSAccount':
      name = text(identity.userName) ?? text(identity.accountId);
      break;
    default:
      name = text(identity.userName) ?? text(issuer.userName) ?? lastOfArn(arn);
  }
  return user(name, null, principal ?? arn, name?.includes('@') ? name : null);
}
const lastOfArn = (arn: string | null): string | null => (arn === null ? null : arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1));
