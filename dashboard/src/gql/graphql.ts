/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AlertChange = {
  /** At most 20 an alert, in lower case. */
  addLabels?: Array<string> | null | undefined;
  /** Empty string unassigns. */
  assignee?: string | null | undefined;
  note?: string | null | undefined;
  removeLabels?: Array<string> | null | undefined;
  /** From open to acknowledged or closed, from acknowledged to open or closed, from closed to open. */
  status?: AlertStatus | null | undefined;
  verdict?: Verdict | null | undefined;
  /** Why that verdict. Empty string takes it away. */
  verdictReason?: string | null | undefined;
};

export type AlertFilter = {
  /** Of any of these people; null among them is nobody. */
  assignee?: Array<string | null | undefined> | null | undefined;
  from?: string | null | undefined;
  /** With all of these. */
  labels?: Array<string> | null | undefined;
  minSeverity?: Severity | null | undefined;
  search?: string | null | undefined;
  status?: Array<AlertStatus> | null | undefined;
  to?: string | null | undefined;
  verdict?: Array<Verdict> | null | undefined;
};

export type AlertStatus =
  | 'acknowledged'
  | 'closed'
  | 'open';

export type ApiKeyInput = {
  days?: number | null | undefined;
  /** Addresses and networks it is taken from; absent: everywhere. */
  networks?: Array<string> | null | undefined;
  /** A part of what the account's roles give; absent: all of it. */
  permissions?: Array<string> | null | undefined;
};

export type AuditFilter = {
  /** `alert.change`, or `alert.` for every action on alerts. */
  action?: string | null | undefined;
  /** Name of a user, a sensor or a service account. */
  actor?: string | null | undefined;
  from?: string | null | undefined;
  /** Id or name of what it was done to. */
  object?: string | null | undefined;
  /** Exclusive. */
  to?: string | null | undefined;
};

/** What a late event did to a finding. */
export type ChangeCode =
  /** The condition is not met any more, or another finding covers it. */
  | 'broken'
  /** It made the condition true. */
  | 'completed'
  /** Other events contribute now. */
  | 'extended'
  /** An earlier event contributes first, so the finding has another id. */
  | 'replaced';

export type ComparisonOperator =
  | 'eq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'neq';

export type ConnectorSettingInput = {
  name: string;
  value: string;
};

export type ConnectorState =
  | 'FAILED'
  | 'PAUSED'
  | 'RESTARTING'
  | 'RUNNING'
  | 'STOPPED'
  | 'UNASSIGNED';

export type ConnectorType =
  | 'SINK'
  | 'SOURCE';

/** What a count was read from. All are exact. */
export type CountSource =
  /** Sums of days, with shorter ones and events at the ends of the range. */
  | 'days'
  /** All events of the range. */
  | 'events'
  | 'hours'
  /** Events that the index of values named. */
  | 'index'
  | 'minutes';

export type DeadLetterFilter = {
  code?: string | null | undefined;
  /** Set aside at or after. */
  from?: string | null | undefined;
  ids?: Array<string | number> | null | undefined;
  /** Not sent again yet. */
  isWaiting?: boolean | null | undefined;
  stage?: string | null | undefined;
  /** Set aside before. */
  to?: string | null | undefined;
  /** Where the refused record lay. */
  topic?: string | null | undefined;
  /** Of Goshawk, when it was set aside. */
  version?: string | null | undefined;
};

export type DeadLetterOutcome =
  | 'dropped'
  | 'passed'
  | 'rejected'
  /** Nobody can tell without sending it. */
  | 'undecided';

export type EntityCountSource =
  /** Its events, one by one. */
  | 'events'
  /** Windows of features: it has very many events. The newest are not in them yet. */
  | 'features'
  /** Its events, as the index of values names them. */
  | 'index';

export type EntityType =
  | 'address'
  /** Asked for by DNS, in a URL, as a peer or by TLS. */
  | 'domain'
  | 'hash'
  | 'host'
  /** Of an account that is no person: a SPIFFE id, an ARN, a Kubernetes service account; by name or id of the account, or subject of its certificate. */
  | 'service_identity'
  | 'user';

export type EventFilter = {
  /** Source or destination address, or a network in CIDR form. */
  address?: string | null | undefined;
  dataset?: Array<string> | null | undefined;
  from?: string | null | undefined;
  host?: Array<string> | null | undefined;
  /** 0 to 100, at least. */
  minSeverity?: number | null | undefined;
  /** The search language: `host.name:web* and severity>=high and "mimikatz"`. See docs/reference/search.md. */
  search?: string | null | undefined;
  sensor?: Array<string> | null | undefined;
  to?: string | null | undefined;
  user?: Array<string> | null | undefined;
};

export type ExceptionFilter = {
  /** Those of this rule, and those of every rule. */
  ruleId?: string | null | undefined;
  /** Those that ended or expired, too. */
  withEnded?: boolean | null | undefined;
};

export type ExceptionInput = {
  /** A search identifier of Sigma: a map of fields, or a list of maps of which one must hold. */
  conditions: unknown;
  expiresAt: string;
  /** Who answers for it. */
  owner: string;
  reason: string;
  /** Empty: every rule. */
  ruleIds: Array<string>;
};

/** The revision of people's work on an alert that was looked at. */
export type ExpectedAlert = {
  id: string | number;
  workRevision: number;
};

export type ExplainedKind =
  | 'and'
  | 'condition'
  | 'entry'
  | 'filter'
  | 'logsource'
  | 'not'
  | 'or'
  | 'selection';

export type ExplainedPresence =
  | 'missing'
  | 'null_value'
  /** Present, but neither a text nor a list of texts. */
  | 'object'
  | 'value';

export type FieldFilter = {
  dataset?: string | null | undefined;
  kind?: FieldKind | null | undefined;
  /** Part of the name, whatever its case. */
  search?: string | null | undefined;
  state?: FieldState | null | undefined;
};

export type FieldKind =
  /** By its name in ECS, as a search does. */
  | 'ecs'
  /** By the sensor's own name, as detection rules ask for it. */
  | 'native';

export type FieldState =
  | 'known'
  /** First seen within a week, in a dataset that was known before. */
  | 'new'
  /** Not seen for a day, in which it would have come many times. */
  | 'vanished';

/** Those that features are computed of. */
export type FollowedEntityType =
  | 'address'
  | 'host'
  | 'user';

export type GroupRolesInput = {
  group: string;
  roles: Array<string>;
};

/** How a hunt comes by events. */
export type HuntIndex =
  /** One after the other, by time. */
  | 'time'
  /** The index of values names them, on all days with many events. */
  | 'values';

export type HuntQuestion = {
  /** Empty: all. */
  datasets?: Array<string> | null | undefined;
  from: string;
  /** One a line, at most 10,000: addresses, networks, domains, hashes, URLs; `evil[.]example` and `hxxp://` are understood. Either these or a query. */
  indicators?: string | null | undefined;
  /** A search. */
  query?: string | null | undefined;
  /** Now, unless given. */
  to?: string | null | undefined;
};

export type HuntState =
  | 'cancelled'
  /** It looked at all. */
  | 'done'
  | 'failed'
  | 'paused'
  | 'running'
  /** It has as many findings as a hunt may have. */
  | 'stopped';

export type IdentityProviderInput = {
  /** Take access tokens of this audience on the API; null: none. */
  audience?: string | null | undefined;
  clientId: string;
  /** Kept encrypted, never shown. Left out: stays as it is; null: the client has none. */
  clientSecret?: string | null | undefined;
  /** Of everybody who signs in by it. */
  defaultRoles?: Array<string> | null | undefined;
  /** Only verified addresses of these get in; none: whoever the provider knows. */
  emailDomains?: Array<string> | null | undefined;
  /** Who signs out here is led to the provider, to sign out there too. */
  endsSession?: boolean | null | undefined;
  groupRoles?: Array<GroupRolesInput> | null | undefined;
  groupsClaim?: string | null | undefined;
  isDisabled?: boolean | null | undefined;
  /** Exactly as the provider writes it. */
  issuer: string;
  /** What the sign-in page calls it. */
  label: string;
  nameClaim?: string | null | undefined;
  /** Make the user at the first sign-in; otherwise only those get in who were linked. */
  provisions?: boolean | null | undefined;
  scopes?: Array<string> | null | undefined;
};

export type IndicatorType =
  /** An address, or a network. */
  | 'address'
  /** Met by what is below it, too. */
  | 'domain'
  | 'hash'
  | 'url';

export type InvitationInput = {
  email?: string | null | undefined;
  /** How long it can be accepted. */
  hours?: number | null | undefined;
  /** What the user will sign in with. */
  name: string;
  roles: Array<string>;
};

export type MissingExplanation =
  /** The event is neither stored yet nor kept any more. */
  | 'event_gone'
  /** A detector or a hunt made it, no rule. */
  | 'no_rule'
  /** This version of the rule, or of one that it refers to, is not known any more, or not read by this version of Goshawk. */
  | 'rule_gone';

export type NewHunt = {
  datasets?: Array<string> | null | undefined;
  from: string;
  indicators?: string | null | undefined;
  /** Whether what it finds becomes alerts; else it is shown as findings only. */
  makesAlerts?: boolean | null | undefined;
  name: string;
  query?: string | null | undefined;
  /** Of what it finds; medium unless given. */
  severity?: Severity | null | undefined;
  to?: string | null | undefined;
};

export type NewPublishSubscription = {
  datasets?: Array<string> | null | undefined;
  description?: string | null | undefined;
  enabled?: boolean | null | undefined;
  format: PublishFormat;
  kinds: Array<PublishKind>;
  minSeverity?: Severity | null | undefined;
  /** 1 to 63 lower-case letters, digits and hyphens. Connectors ask for it by this name, which never changes. */
  name: string;
  query?: string | null | undefined;
};

export type NewSavedSearch = {
  /** Of events: fields that the list shows. */
  columns?: Array<string> | null | undefined;
  /** Of alerts: what the view shows besides the search. */
  filter?: SavedFilterInput | null | undefined;
  /** A time, or one relative to now such as `now-7d`; without it the range is as the reader has it. */
  from?: string | null | undefined;
  /** Everybody of the organization sees it; wants the permission searches:share. */
  isShared?: boolean | null | undefined;
  kind: SavedSearchKind;
  name: string;
  query?: string | null | undefined;
  to?: string | null | undefined;
};

export type OfferKind =
  | 'field'
  /** `>=`, `:*` and others, in place of the colon or behind a name. */
  | 'operator'
  | 'value'
  /** and, or, not. */
  | 'word';

export type OrganizationAdminInput = {
  email?: string | null | undefined;
  name: string;
};

export type OrganizationChange = {
  name?: string | null | undefined;
  suspended?: boolean | null | undefined;
};

export type OrganizationInput = {
  /** Who is invited to administer it. */
  admin?: OrganizationAdminInput | null | undefined;
  /** Part of the names of topics; stays for ever. */
  id: string | number;
  name: string;
};

export type OrganizationSettingsChange = {
  /** Who holds one of these roles needs a second factor. */
  mfaRoles?: Array<string> | null | undefined;
  name?: string | null | undefined;
  /** Hosts and networks inside that outgoing requests may reach. */
  outboundHosts?: Array<string> | null | undefined;
  /** Life of a session without use; null: as the installation has it. */
  sessionHours?: number | null | undefined;
};

export type PublishFormat =
  | 'ecs'
  | 'ocsf';

export type PublishKind =
  /** Each revision is a document. */
  | 'alert'
  | 'event'
  | 'finding';

export type PublishSubscriptionChange = {
  datasets?: Array<string> | null | undefined;
  description?: string | null | undefined;
  enabled?: boolean | null | undefined;
  format?: PublishFormat | null | undefined;
  kinds?: Array<PublishKind> | null | undefined;
  minSeverity?: Severity | null | undefined;
  query?: string | null | undefined;
  revision?: number | null | undefined;
};

export type PublishedRecords = {
  /** Of events their dataset, of findings and alerts that of one of their events. Empty: all. */
  datasets?: Array<string> | null | undefined;
  kinds: Array<PublishKind>;
  /** What is less severe is left out; informational unless given. An event without a severity is informational. */
  minSeverity?: Severity | null | undefined;
  /** A search; each of the kinds must have its fields. Empty: all. */
  query?: string | null | undefined;
};

export type RoleChange = {
  description?: string | null | undefined;
  permissions?: Array<string> | null | undefined;
};

export type RoleInput = {
  description?: string | null | undefined;
  name: string;
  permissions: Array<string>;
};

export type RuleChange = {
  /** Absent: as it is. */
  state?: RuleState | null | undefined;
  /** Absent: as it is. */
  text?: string | null | undefined;
  /** Version that the change was made from; refused when there is another. Absent: whatever there is. */
  version?: number | null | undefined;
};

export type RuleFilter = {
  /** Those with findings in the last day. */
  hasHits?: boolean | null | undefined;
  kind?: Array<RuleKind> | null | undefined;
  minLevel?: Severity | null | undefined;
  origin?: RuleOrigin | null | undefined;
  /** Part of title or id. */
  search?: string | null | undefined;
  state?: Array<RuleState> | null | undefined;
  /** Of ATT&CK, for example T1003 with all below it, or T1003.001. */
  technique?: string | null | undefined;
};

export type RuleInput = {
  state?: RuleState | null | undefined;
  /** One Sigma document in YAML: a rule, a correlation or a filter. */
  text: string;
};

export type RuleKind =
  | 'correlation'
  | 'filter'
  | 'rule';

export type RuleOrigin =
  /** Written through the API. */
  | 'api'
  /** Comes with the installation: its text is changed there. */
  | 'file';

export type RuleState =
  /** A shadow: its findings are stored and marked, and make no alerts. */
  | 'draft'
  | 'production'
  /** It does not run. */
  | 'retired'
  /** Its findings are shown, and make no alerts. */
  | 'test';

export type SavedFilterInput = {
  minSeverity?: Severity | null | undefined;
  /** changed or severity. */
  sort?: string | null | undefined;
  statuses?: Array<AlertStatus> | null | undefined;
};

export type SavedSearchChange = {
  columns?: Array<string> | null | undefined;
  filter?: SavedFilterInput | null | undefined;
  from?: string | null | undefined;
  isShared?: boolean | null | undefined;
  name?: string | null | undefined;
  query?: string | null | undefined;
  revision?: number | null | undefined;
  to?: string | null | undefined;
};

export type SavedSearchKind =
  /** A view of the queue. */
  | 'alerts'
  | 'events';

export type SearchIndex =
  /** Events of one host, newest first. */
  | 'host'
  /** Sums; no event is read. */
  | 'sums'
  /** Events one after the other, newest first. */
  | 'time'
  /** The index of whole values, typed and native. */
  | 'values';

export type SelectionUse =
  | 'both'
  /** It must not be met. */
  | 'excluded'
  | 'unused'
  | 'wanted';

export type SensorAccess =
  /** A client certificate of the installation's authority. */
  | 'mtls'
  /** A user of the broker; it writes its topic itself. */
  | 'sasl'
  /** The SPIFFE ID of its workload. */
  | 'spiffe'
  /** A token that it shows with each request. */
  | 'token';

export type SensorFilter = {
  /** Part of the name. */
  search?: string | null | undefined;
  withRevoked?: boolean | null | undefined;
};

export type SensorInput = {
  access?: SensorAccess | null | undefined;
  /** For `mtls`: a certificate request in PEM; absent: a key is made, and shown once. */
  csr?: string | null | undefined;
  /** Name of a decoder, or `auto`. */
  format?: string | null | undefined;
  /** What its events carry as sensor: lower-case letters, digits and dashes. */
  name: string;
  /** An alert after so long without a record; 0: none. Absent: an hour for formats that always have something to tell, else a day. */
  silenceSeconds?: number | null | undefined;
  /** Last part of the topic; absent: `sensors`, or the name of a sensor that writes its topic itself. */
  source?: string | null | undefined;
  /** For `spiffe`. */
  spiffeId?: string | null | undefined;
};

export type SensorState =
  /** Enrolled; nothing came yet. */
  | 'never'
  | 'revoked'
  | 'sending'
  /** Nothing came for longer than it may. */
  | 'silent';

export type ServiceAccountChange = {
  description?: string | null | undefined;
  disabled?: boolean | null | undefined;
  roles?: Array<string> | null | undefined;
};

export type ServiceAccountInput = {
  description?: string | null | undefined;
  name: string;
  roles: Array<string>;
};

export type Severity =
  | 'critical'
  | 'high'
  | 'informational'
  | 'low'
  | 'medium';

export type TrialInput = {
  /** Name of a decoder; absent: recognised record by record. */
  format?: string | null | undefined;
  /** Of the sensor whose records they would be; absent: `try`. */
  sensor?: string | null | undefined;
  /** A record a line, or JSON documents; at most 256 kB, of which the first 200 records are tried. */
  text: string;
};

export type TrustDomainInput = {
  /** As `spire-server bundle show -format spiffe` prints it. Left out: fetched. */
  bundle?: unknown;
  /** Where the bundle is fetched (https_web), again and again; null: it is given by hand. */
  endpoint?: string | null | undefined;
  workloads: Array<WorkloadInput>;
};

export type UserChange = {
  disabled?: boolean | null | undefined;
  /** Null takes it away. */
  email?: string | null | undefined;
  name?: string | null | undefined;
  roles?: Array<string> | null | undefined;
};

export type UserFilter = {
  /** Absent: both. */
  disabled?: boolean | null | undefined;
  /** Who holds it. */
  role?: string | null | undefined;
  /** Part of name or address. */
  search?: string | null | undefined;
};

export type Verdict =
  | 'benign'
  | 'false_positive'
  | 'true_positive';

export type WorkloadInput = {
  /** SPIFFE ID, or with `/*` at the end: all below. */
  id: string;
  roles: Array<string>;
};

export type UsersQueryVariables = Exact<{
  first?: number | null | undefined;
  filter?: UserFilter | null | undefined;
}>;


export type UsersQuery = { users: { edges: Array<{ node: { id: string, name: string, email: string | null, roles: Array<string>, createdAt: string, hasPassword: boolean, disabledAt: string | null, sessions: number, seenAt: string | null } }>, pageInfo: { hasNextPage: boolean } } };

export type UserQueryVariables = Exact<{
  id: string | number;
}>;


export type UserQuery = { user: { id: string, name: string, email: string | null, roles: Array<string>, createdAt: string, hasPassword: boolean, passwordAt: string, disabledAt: string | null, sessions: number, seenAt: string | null, identities: Array<{ id: string, provider: string, label: string, subject: string, keepsRoles: boolean, isDisabled: boolean, createdAt: string, usedAt: string }> } | null };

export type UnlinkIdentityMutationVariables = Exact<{
  user: string | number;
  identity: string | number;
}>;


export type UnlinkIdentityMutation = { unlinkIdentity: { id: string } };

export type InvitationsQueryVariables = Exact<{
  first?: number | null | undefined;
  withClosed?: boolean | null | undefined;
}>;


export type InvitationsQuery = { invitations: { edges: Array<{ node: { id: string, name: string, email: string | null, roles: Array<string>, createdAt: string, createdBy: string, expiresAt: string, acceptedAt: string | null, revokedAt: string | null } }>, pageInfo: { hasNextPage: boolean } } };

export type InviteUserMutationVariables = Exact<{
  input: InvitationInput;
}>;


export type InviteUserMutation = { inviteUser: { link: string, invitation: { id: string, name: string, expiresAt: string } } };

export type RevokeInvitationMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeInvitationMutation = { revokeInvitation: { id: string } };

export type ChangeUserMutationVariables = Exact<{
  id: string | number;
  change: UserChange;
}>;


export type ChangeUserMutation = { changeUser: { id: string } };

export type EndUserSessionsMutationVariables = Exact<{
  id: string | number;
}>;


export type EndUserSessionsMutation = { endUserSessions: number };

export type RolesQueryVariables = Exact<{ [key: string]: never; }>;


export type RolesQuery = { roles: Array<{ name: string, isBuiltIn: boolean, description: string, permissions: Array<string>, changedAt: string | null, changedBy: string | null, users: number | null, serviceAccounts: number | null }>, permissions: Array<{ name: string, text: string, isOwnable: boolean }> };

export type AddRoleMutationVariables = Exact<{
  input: RoleInput;
}>;


export type AddRoleMutation = { addRole: { name: string } };

export type ChangeRoleMutationVariables = Exact<{
  name: string;
  change: RoleChange;
}>;


export type ChangeRoleMutation = { changeRole: { name: string } };

export type RemoveRoleMutationVariables = Exact<{
  name: string;
}>;


export type RemoveRoleMutation = { removeRole: { name: string, description: string, permissions: Array<string> } };

export type ServiceAccountsQueryVariables = Exact<{
  first?: number | null | undefined;
  withRemoved?: boolean | null | undefined;
}>;


export type ServiceAccountsQuery = { serviceAccounts: { edges: Array<{ node: { id: string, name: string, description: string, roles: Array<string>, createdAt: string, createdBy: string, disabledAt: string | null, removedAt: string | null, keys: Array<{ id: string, hint: string, permissions: Array<string> | null, networks: Array<string> | null, createdAt: string, createdBy: string, expiresAt: string, lastUsedAt: string | null, lastUsedFrom: string | null }> } }>, pageInfo: { hasNextPage: boolean } } };

export type AddServiceAccountMutationVariables = Exact<{
  input: ServiceAccountInput;
}>;


export type AddServiceAccountMutation = { addServiceAccount: { id: string, name: string } };

export type ChangeServiceAccountMutationVariables = Exact<{
  id: string | number;
  change: ServiceAccountChange;
}>;


export type ChangeServiceAccountMutation = { changeServiceAccount: { id: string } };

export type RemoveServiceAccountMutationVariables = Exact<{
  id: string | number;
}>;


export type RemoveServiceAccountMutation = { removeServiceAccount: { id: string } };

export type AddApiKeyMutationVariables = Exact<{
  accountId: string | number;
  input: ApiKeyInput;
}>;


export type AddApiKeyMutation = { addApiKey: { secret: string } };

export type RotateApiKeyMutationVariables = Exact<{
  accountId: string | number;
  keyId: string | number;
  days?: number | null | undefined;
  overlapSeconds?: number | null | undefined;
}>;


export type RotateApiKeyMutation = { rotateApiKey: { secret: string } };

export type RevokeApiKeyMutationVariables = Exact<{
  accountId: string | number;
  keyId: string | number;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { id: string } };

export type AuditEntriesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: AuditFilter | null | undefined;
}>;


export type AuditEntriesQuery = { auditEntries: { edges: Array<{ node: { seq: number, at: string, actor: string, action: string, object: string, detail: unknown, hash: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AuditStateQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditStateQuery = { auditState: { seq: number, publishedAt: string | null, publishedSeq: number | null } | null };

export type OrganizationSettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type OrganizationSettingsQuery = { organization: { id: string, name: string, createdAt: string, mfaRoles: Array<string>, sessionHours: number | null, outboundHosts: Array<string>, openableNetworks: Array<string>, changedAt: string, retention: { eventDays: number, findingDays: number, featureDays: number } | null } };

export type ChangeOrganizationSettingsMutationVariables = Exact<{
  change: OrganizationSettingsChange;
  replaces?: string | null | undefined;
}>;


export type ChangeOrganizationSettingsMutation = { changeOrganizationSettings: { changedAt: string } };

export type OrganizationsQueryVariables = Exact<{ [key: string]: never; }>;


export type OrganizationsQuery = { organizations: Array<{ id: string, name: string, createdAt: string, suspendedAt: string | null, users: number }> };

export type AddOrganizationMutationVariables = Exact<{
  input: OrganizationInput;
}>;


export type AddOrganizationMutation = { addOrganization: { organization: { id: string }, invitation: { link: string, invitation: { name: string, expiresAt: string } } | null } };

export type ChangeOrganizationMutationVariables = Exact<{
  id: string | number;
  change: OrganizationChange;
}>;


export type ChangeOrganizationMutation = { changeOrganization: { id: string } };

export type IdentityProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type IdentityProvidersQuery = { identityProviders: Array<{ name: string, label: string, issuer: string, defaultRoles: Array<string>, disabledAt: string | null, changedAt: string, changedBy: string, groupRoles: Array<{ group: string }> }> };

export type IdentityProviderQueryVariables = Exact<{
  name: string | number;
}>;


export type IdentityProviderQuery = { identityProvider: { name: string, label: string, issuer: string, clientId: string, hasSecret: boolean, scopes: Array<string>, nameClaim: string, groupsClaim: string, defaultRoles: Array<string>, emailDomains: Array<string>, provisions: boolean, audience: string | null, endsSession: boolean, disabledAt: string | null, createdAt: string, createdBy: string, changedAt: string, changedBy: string, groupRoles: Array<{ group: string, roles: Array<string> }>, addresses: { callbackUrl: string, backchannelLogoutUrl: string, postLogoutUrl: string, ownAudience: string } } | null };

export type IdentityProviderAddressesQueryVariables = Exact<{
  name: string | number;
}>;


export type IdentityProviderAddressesQuery = { identityProviderAddresses: { callbackUrl: string } };

export type SaveIdentityProviderMutationVariables = Exact<{
  name: string | number;
  input: IdentityProviderInput;
  replaces?: string | null | undefined;
}>;


export type SaveIdentityProviderMutation = { saveIdentityProvider: { name: string, changedAt: string } };

export type RemoveIdentityProviderMutationVariables = Exact<{
  name: string | number;
}>;


export type RemoveIdentityProviderMutation = { removeIdentityProvider: boolean };

export type TryIdentityProviderMutationVariables = Exact<{
  name: string | number;
}>;


export type TryIdentityProviderMutation = { tryIdentityProvider: { issuer: string, hasLogout: boolean, hasBackchannelLogout: boolean, endpoints: Array<{ name: string, url: string }> } };

export type LinkIdentityMutationVariables = Exact<{
  provider: string | number;
  subject: string;
  user: string;
}>;


export type LinkIdentityMutation = { linkIdentity: boolean };

export type TrustDomainsQueryVariables = Exact<{ [key: string]: never; }>;


export type TrustDomainsQuery = { trustDomains: Array<{ name: string, endpoint: string | null, keys: Array<string | null>, fetchedAt: string | null, changedAt: string, changedBy: string, workloads: Array<{ id: string }> }> };

export type TrustDomainQueryVariables = Exact<{
  name: string | number;
}>;


export type TrustDomainQuery = { trustDomain: { name: string, endpoint: string | null, bundle: unknown, keys: Array<string | null>, audience: string, fetchedAt: string | null, changedAt: string, changedBy: string, workloads: Array<{ id: string, roles: Array<string> }> } | null };

export type SaveTrustDomainMutationVariables = Exact<{
  name: string | number;
  input: TrustDomainInput;
  replaces?: string | null | undefined;
}>;


export type SaveTrustDomainMutation = { saveTrustDomain: { name: string, changedAt: string } };

export type RemoveTrustDomainMutationVariables = Exact<{
  name: string | number;
}>;


export type RemoveTrustDomainMutation = { removeTrustDomain: boolean };

export type AlertRowFragment = { id: string, revision: number, time: string, lastTime: string, title: string, severity: Severity, score: number, status: AlertStatus, verdict: Verdict | null, verdictReason: string | null, assignee: string | null, labels: Array<string>, workRevision: number, changeId: string | null, tags: Array<string>, findingCount: number, eventCount: number, storedAt: string, reason: string, entities: Array<{ type: string, value: string }>, rules: Array<{ id: string, title: string }> };

export type AlertsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: AlertFilter | null | undefined;
}>;


export type AlertsQuery = { alerts: { edges: Array<{ cursor: string, node: AlertRowFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AlertDetailQueryVariables = Exact<{
  id: string | number;
}>;


export type AlertDetailQuery = { alert: (
    { changes: Array<{ revision: number, findingId: string, ruleId: string, change: { code: ChangeCode, event: { id: string, time: string, dataset: string, topic: string, partition: number, offset: number }, before: { time: string, lastTime: string, eventCount: number } | null, after: { time: string, lastTime: string, eventCount: number } | null } }>, notes: Array<NoteFragment>, history: Array<{ at: string, by: string, action: string, undoes: string | null, note: string | null, fields: Array<{ name: string, before: unknown, after: unknown }> }>, rules: Array<{ id: string, version: string, title: string, description: string | null, author: string | null, license: string | null, reference: string | null, tags: Array<string> }>, findings: Array<{ id: string, time: string, lastTime: string, kind: string, severity: Severity, status: string, eventCount: number, supersedes: string | null, reason: string | null, revision: number, isWithdrawn: boolean, rule: { id: string, title: string, version: string }, entities: Array<{ type: string, value: string }>, matchedFields: Array<{ name: string, value: string }> }>, events: Array<{ id: string, time: string, dataset: string, topic: string, partition: number, offset: number, event: EventRowFragment | null }> }
    & AlertRowFragment
  ) | null };

export type AlertEvidenceQueryVariables = Exact<{
  id: string | number;
}>;


export type AlertEvidenceQuery = { alert: { id: string, events: Array<{ id: string, topic: string, partition: number, offset: number, event: { id: string, native: unknown } | null }> } | null };

export type NoteFragment = { id: string, at: string, by: string, text: string, revision: number, editedAt: string | null, before: Array<{ at: string, text: string }> };

export type UpdateAlertsMutationVariables = Exact<{
  ids: Array<string | number> | string | number;
  change: AlertChange;
  expected?: Array<ExpectedAlert> | ExpectedAlert | null | undefined;
}>;


export type UpdateAlertsMutation = { updateAlerts: Array<AlertRowFragment> };

export type UndoAlertChangeMutationVariables = Exact<{
  changeId: string | number;
}>;


export type UndoAlertChangeMutation = { undoAlertChange: Array<AlertRowFragment> };

export type AlertChangePreviewQueryVariables = Exact<{
  filter: AlertFilter;
  change: AlertChange;
}>;


export type AlertChangePreviewQuery = { alertChangePreview: { matching: number, changing: number, unchanged: number, refused: number, most: number } };

export type UpdateAlertsByFilterMutationVariables = Exact<{
  filter: AlertFilter;
  change: AlertChange;
  count: number;
}>;


export type UpdateAlertsByFilterMutation = { updateAlertsByFilter: { changeId: string | null, changed: number } };

export type EditAlertNoteMutationVariables = Exact<{
  noteId: string | number;
  text: string;
  revision?: number | null | undefined;
}>;


export type EditAlertNoteMutation = { editAlertNote: { id: string, notes: Array<NoteFragment> } };

export type RemoveAlertNoteMutationVariables = Exact<{
  noteId: string | number;
}>;


export type RemoveAlertNoteMutation = { removeAlertNote: { id: string, notes: Array<NoteFragment> } };

export type SavedViewFragment = { id: string, name: string, query: string, from: string | null, to: string | null, isShared: boolean, isMine: boolean, owner: string, revision: number, filter: { statuses: Array<AlertStatus> | null, minSeverity: Severity | null, sort: string | null } };

export type SavedViewsQueryVariables = Exact<{ [key: string]: never; }>;


export type SavedViewsQuery = { savedSearches: Array<SavedViewFragment> };

export type AddSavedViewMutationVariables = Exact<{
  input: NewSavedSearch;
}>;


export type AddSavedViewMutation = { addSavedSearch: SavedViewFragment };

export type DeleteSavedViewMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteSavedViewMutation = { deleteSavedSearch: string };

export type AlertViewersSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type AlertViewersSubscription = { alertViewers: Array<{ user: string, since: string }> };

export type ConnectorStateFragment = { name: string, plugin: string, type: ConnectorType, state: ConnectorState, trace: string | null, tasks: Array<{ id: number, state: ConnectorState, worker: string, trace: string | null }>, config: Array<{ name: string, value: string }>, delivery: { delivered: number, present: number, rejected: number, filtered: number, owed: number, owedBytes: number, lag: number | null, possibleDuplicates: number, lastError: string | null, lastErrorAt: string | null, lastProgressAt: string | null, oldestOwedAt: string | null } };

export type ConnectorsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectorsQuery = { connectors: Array<ConnectorStateFragment> };

export type ConnectorQueryVariables = Exact<{
  name: string;
}>;


export type ConnectorQuery = { connector: ConnectorStateFragment | null };

export type ConnectorPluginsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectorPluginsQuery = { connectorPlugins: Array<{ name: string, type: ConnectorType, version: string }> };

export type ConnectorFormQueryVariables = Exact<{
  plugin: string;
  config: Array<ConnectorSettingInput> | ConnectorSettingInput;
}>;


export type ConnectorFormQuery = { connectorForm: { isValid: boolean, options: Array<{ name: string, displayName: string, type: string, isRequired: boolean, defaultValue: string | null, documentation: string, importance: string, group: string, order: number, choices: Array<string>, isVisible: boolean, problems: Array<string> }> } };

export type AddConnectorMutationVariables = Exact<{
  name: string;
  config: Array<ConnectorSettingInput> | ConnectorSettingInput;
}>;


export type AddConnectorMutation = { addConnector: { name: string } };

export type ConfigureConnectorMutationVariables = Exact<{
  name: string;
  config: Array<ConnectorSettingInput> | ConnectorSettingInput;
}>;


export type ConfigureConnectorMutation = { configureConnector: { name: string } };

export type RemoveConnectorMutationVariables = Exact<{
  name: string;
}>;


export type RemoveConnectorMutation = { removeConnector: string };

export type PauseConnectorMutationVariables = Exact<{
  name: string;
}>;


export type PauseConnectorMutation = { pauseConnector: { state: ConnectorState } };

export type ResumeConnectorMutationVariables = Exact<{
  name: string;
}>;


export type ResumeConnectorMutation = { resumeConnector: { state: ConnectorState } };

export type StopConnectorMutationVariables = Exact<{
  name: string;
}>;


export type StopConnectorMutation = { stopConnector: { state: ConnectorState } };

export type RestartConnectorMutationVariables = Exact<{
  name: string;
}>;


export type RestartConnectorMutation = { restartConnector: { state: ConnectorState } };

export type PublishSubscriptionRowFragment = { id: string, name: string, description: string, format: PublishFormat, kinds: Array<PublishKind>, minSeverity: Severity, datasets: Array<string>, query: string, enabled: boolean, revision: number, effectiveFrom: string, problem: string | null, createdAt: string, createdBy: string, changedAt: string, changedBy: string };

export type PublishSubscriptionsQueryVariables = Exact<{ [key: string]: never; }>;


export type PublishSubscriptionsQuery = { publishSubscriptions: Array<PublishSubscriptionRowFragment> };

export type PublishSubscriptionQueryVariables = Exact<{
  id: string | number;
}>;


export type PublishSubscriptionQuery = { publishSubscription: PublishSubscriptionRowFragment | null };

export type PublishSubscriptionPreviewQueryVariables = Exact<{
  input: PublishedRecords;
}>;


export type PublishSubscriptionPreviewQuery = { publishSubscriptionPreview: { from: string, to: string, kinds: Array<{ kind: PublishKind, count: number | null, problem: string | null, datasets: Array<{ dataset: string, count: number }> }> } };

export type AddPublishSubscriptionMutationVariables = Exact<{
  input: NewPublishSubscription;
}>;


export type AddPublishSubscriptionMutation = { addPublishSubscription: PublishSubscriptionRowFragment };

export type UpdatePublishSubscriptionMutationVariables = Exact<{
  id: string | number;
  change: PublishSubscriptionChange;
}>;


export type UpdatePublishSubscriptionMutation = { updatePublishSubscription: PublishSubscriptionRowFragment };

export type DeletePublishSubscriptionMutationVariables = Exact<{
  id: string | number;
}>;


export type DeletePublishSubscriptionMutation = { deletePublishSubscription: string };

export type AlertNewsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AlertNewsSubscription = { alertNews: { isReset: boolean, cursor: string | null, alert: AlertRowFragment | null } };

export type DeadLettersQueryVariables = Exact<{
  first?: number | null | undefined;
  filter?: DeadLetterFilter | null | undefined;
}>;


export type DeadLettersQuery = { deadLetters: { edges: Array<{ cursor: string, node: { id: string, at: string, stage: string, code: string, message: string, meaning: string, version: string, topic: string, partition: number, offset: number, attempt: number, bytes: number, without: string, redrivenAt: string | null, redrivenBy: string | null } }>, pageInfo: { hasNextPage: boolean } }, deadLetterReasons: Array<{ stage: string, code: string, version: string, topic: string, count: number, redriven: number, newest: string }> };

export type DeadLetterContentQueryVariables = Exact<{
  id: string | number;
}>;


export type DeadLetterContentQuery = { deadLetter: { id: string, content: { key: string | null, text: string, base64: string, isCut: boolean, stacktrace: string, headers: Array<{ name: string, text: string }> } | null } | null };

export type PreviewDeadLettersMutationVariables = Exact<{
  filter: DeadLetterFilter;
  first?: number | null | undefined;
}>;


export type PreviewDeadLettersMutation = { previewDeadLetters: { hasMore: boolean, summary: Array<{ stage: string, was: string, outcome: DeadLetterOutcome, code: string | null, isSame: boolean, count: number }>, verdicts: Array<{ id: string, outcome: DeadLetterOutcome, code: string | null, message: string | null, outputs: Array<{ topic: string, value: unknown }> }> } };

export type RedriveDeadLettersMutationVariables = Exact<{
  filter: DeadLetterFilter;
  execute?: boolean | null | undefined;
}>;


export type RedriveDeadLettersMutation = { redriveDeadLetters: { matched: number, already: number, redrive: { id: string } | null } };

export type RedrivesQueryVariables = Exact<{ [key: string]: never; }>;


export type RedrivesQuery = { redrives: Array<{ id: string, requestedBy: string, requestedAt: string, state: string, matched: number, redriven: number, already: number, failure: string | null, obstacles: Array<{ name: string, count: number }> }> };

export type RelationFragment = { name: string, count: number, lastSeen: string };

export type EntityAboutQueryVariables = Exact<{
  type: EntityType;
  value: string;
  from: string;
  to: string;
}>;


export type EntityAboutQuery = { entity: { firstSeen: string | null, lastSeen: string | null, asset: { id: string, name: string, kind: string, hostnames: Array<string>, addresses: Array<string>, owner: string | null, criticality: number, validFrom: string, validTo: string | null } | null, zones: Array<{ id: string, name: string, cidr: string, kind: string }> | null, activity: { eventsLookedAt: number, isWhole: boolean, since: string | null, datasets: Array<RelationFragment>, sensors: Array<RelationFragment>, hosts: Array<RelationFragment>, users: Array<RelationFragment>, addresses: Array<RelationFragment>, ownAddresses: Array<RelationFragment>, ownHosts: Array<RelationFragment>, domains: Array<RelationFragment>, processes: Array<RelationFragment> } } };

export type EntityOverTimeQueryVariables = Exact<{
  type: EntityType;
  value: string;
  from: string;
  to: string;
  spanSeconds: number;
}>;


export type EntityOverTimeQuery = { entity: { counts: { spanSeconds: number, source: EntityCountSource, buckets: Array<{ start: string, series: string, count: number }> } | null, features: Array<{ start: string, spanSeconds: number, events: number, failures: number, bytesOut: number, bytesIn: number, distinctDestinations: number, distinctPorts: number, distinctUsers: number }> } };

export type EntityRecordsQueryVariables = Exact<{
  type: EntityType;
  value: string;
  from: string;
  to: string;
}>;


export type EntityRecordsQuery = { entity: { alerts: { edges: Array<{ node: { id: string, title: string, severity: Severity, status: AlertStatus, verdict: Verdict | null, score: number, lastTime: string } }>, pageInfo: { hasNextPage: boolean } } | null, rules: Array<{ ruleId: string, title: string, severity: Severity, count: number, lastTime: string }> | null, findings: { edges: Array<{ node: { id: string, time: string, severity: Severity, rule: { id: string, title: string }, events: Array<{ id: string }> } }>, pageInfo: { hasNextPage: boolean } } | null } };

export type EntitiesQueryVariables = Exact<{
  type: FollowedEntityType;
  search?: string | null | undefined;
  from: string;
  to: string;
  after?: string | null | undefined;
}>;


export type EntitiesQuery = { entities: { edges: Array<{ node: { value: string, events: number, failures: number, lastSeen: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type EventsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: EventFilter | null | undefined;
  hasFields?: boolean | null | undefined;
}>;


export type EventsQuery = { events: { edges: Array<{ cursor: string, node: (
        { fields?: unknown }
        & EventRowFragment
      ) }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type EventDetailQueryVariables = Exact<{
  id: string | number;
}>;


export type EventDetailQuery = { event: (
    { type: Array<string>, fields: unknown, native: unknown, labels: unknown, storedAt: string | null, findings: Array<{ id: string, revision: number, kind: string, severity: Severity, rule: { id: string, title: string } }> | null, provenance: { topic: string, partition: number, offset: number, appendedAt: string, parser: string, parserVersion: number } }
    & EventRowFragment
  ) | null };

export type EventHistogramQueryVariables = Exact<{
  from: string;
  to: string;
  spanSeconds: number;
  filter?: EventFilter | null | undefined;
}>;


export type EventHistogramQuery = { eventCounts: Array<{ start: string, count: number, series: string }> };

export type EventFacetQueryVariables = Exact<{
  field: string;
  from: string;
  to: string;
  first?: number | null | undefined;
  filter?: EventFilter | null | undefined;
}>;


export type EventFacetQuery = { eventTop: Array<{ name: string, count: number }> };

export type SearchCompletionQueryVariables = Exact<{
  search: string;
  caret: number;
}>;


export type SearchCompletionQuery = { searchCompletion: Array<{ kind: OfferKind, text: string, insert: string, from: number, to: number, about: string, type: string | null, count: number | null }> };

export type SearchExplanationQueryVariables = Exact<{
  filter: EventFilter;
  from?: string | null | undefined;
  to?: string | null | undefined;
  spanSeconds?: number | null | undefined;
}>;


export type SearchExplanationQuery = { searchExplanation: { meaning: string, canonical: string, eventsInRange: number, countSource: CountSource, isCountRefused: boolean, advice: string | null, page: SearchCostFragment, count: SearchCostFragment } };

export type SearchCostFragment = { servedBy: SearchIndex, values: Array<string>, events: number, cost: number, costLimit: number };

export type SavedSearchFragment = { id: string, name: string, query: string, columns: Array<string>, from: string | null, to: string | null, isShared: boolean, isMine: boolean, owner: string, revision: number };

export type SavedSearchesQueryVariables = Exact<{ [key: string]: never; }>;


export type SavedSearchesQuery = { savedSearches: Array<SavedSearchFragment> };

export type AddSavedSearchMutationVariables = Exact<{
  input: NewSavedSearch;
}>;


export type AddSavedSearchMutation = { addSavedSearch: SavedSearchFragment };

export type UpdateSavedSearchMutationVariables = Exact<{
  id: string | number;
  change: SavedSearchChange;
}>;


export type UpdateSavedSearchMutation = { updateSavedSearch: SavedSearchFragment };

export type DeleteSavedSearchMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteSavedSearchMutation = { deleteSavedSearch: string };

export type EventTailSubscriptionVariables = Exact<{
  filter?: EventFilter | null | undefined;
  hasFields?: boolean | null | undefined;
}>;


export type EventTailSubscription = { eventTail: { leftOut: number, events: Array<(
      { fields?: unknown }
      & EventRowFragment
    )> } };

export type EventRowFragment = { id: string, time: string, dataset: string, sensor: string, kind: string, category: Array<string>, action: string | null, code: string | null, severity: number | null, outcome: string | null, message: string | null, host: string | null, user: string | null, sourceIp: string | null, sourcePort: number | null, destinationIp: string | null, destinationPort: number | null, process: string | null };

export type ExplainedRuleFragment = { matches: boolean, parts: Array<{ depth: number, kind: ExplainedKind, text: string, holds: boolean, use: SelectionUse | null, has: ExplainedPresence | null, foundAs: string | null, seen: Array<string>, valueCount: number, values: Array<{ value: string, holds: boolean, met: Array<{ path: string | null, before: string, part: string, after: string }> }> }> };

export type ExplainedCorrelationFragment = { type: string, timespanSeconds: number, counted: Array<string>, percentile: number | null, condition: string | null, measured: number | null, isExact: boolean, lookedAt: number, groups: Array<{ name: string, value: string }>, bounds: Array<{ operator: ComparisonOperator, number: number }>, steps: Array<{ ruleId: string, title: string, isAwaited: boolean, matches: Array<{ value: string | null, event: { id: string, time: string, dataset: string, event: EventRowFragment | null } }> }> };

export type FindingExplanationQueryVariables = Exact<{
  id: string | number;
}>;


export type FindingExplanationQuery = { finding: { id: string, time: string, eventCount: number, isWithdrawn: boolean, explanation: { missing: MissingExplanation | null, rule: ExplainedRuleFragment | null, correlation: ExplainedCorrelationFragment | null } } | null };

export type FieldDatasetsQueryVariables = Exact<{ [key: string]: never; }>;


export type FieldDatasetsQuery = { fieldDatasets: Array<{ dataset: string, events: number, fields: number, newFields: number, vanishedFields: number, leftOut: number, lastSeen: string }> };

export type FieldsQueryVariables = Exact<{
  first?: number | null | undefined;
  filter?: FieldFilter | null | undefined;
}>;


export type FieldsQuery = { fields: { edges: Array<{ cursor: string, node: { dataset: string, kind: FieldKind, name: string, types: Array<string>, examples: Array<string>, share: number, keys: number, firstSeen: string, lastSeen: string, state: FieldState } }>, pageInfo: { hasNextPage: boolean } } };

export type HuntRowFragment = { id: string, name: string, query: string | null, indicatorCount: number, datasets: Array<string>, from: string, to: string, severity: Severity, makesAlerts: boolean, state: HuntState, reason: string | null, progress: number, eventsTotal: number, servedBy: HuntIndex, readsTotal: number, eventsRead: number, matches: number, newFindings: number, createdAt: string, createdBy: string, finishedAt: string | null };

export type HuntsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type HuntsQuery = { hunts: { edges: Array<{ node: HuntRowFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type HuntQueryVariables = Exact<{
  id: string | number;
}>;


export type HuntQuery = { hunt: (
    { indicators: Array<{ type: IndicatorType, value: string }> }
    & HuntRowFragment
  ) | null };

export type HuntFindingsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type HuntFindingsQuery = { hunt: { id: string, findings: { edges: Array<{ cursor: string, node: { id: string, time: string, rule: { title: string }, entities: Array<{ type: string, value: string }>, matchedFields: Array<{ name: string, value: string }>, events: Array<{ dataset: string, event: { id: string } | null }> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type HuntEstimateQueryVariables = Exact<{
  input: HuntQuestion;
}>;


export type HuntEstimateQuery = { huntEstimate: { events: number, servedBy: HuntIndex, reads: number, why: string | null, seconds: number, isAllowed: boolean, advice: string | null, narrowedFrom: string | null } };

export type StartHuntMutationVariables = Exact<{
  input: NewHunt;
}>;


export type StartHuntMutation = { startHunt: HuntRowFragment };

export type PauseHuntMutationVariables = Exact<{
  id: string | number;
}>;


export type PauseHuntMutation = { pauseHunt: { id: string, state: HuntState } };

export type ResumeHuntMutationVariables = Exact<{
  id: string | number;
}>;


export type ResumeHuntMutation = { resumeHunt: { id: string, state: HuntState } };

export type CancelHuntMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelHuntMutation = { cancelHunt: { id: string, state: HuntState } };

export type EventRateQueryVariables = Exact<{
  from: string;
  to: string;
  spanSeconds: number;
}>;


export type EventRateQuery = { eventCounts: Array<{ start: string, count: number, series: string }> };

export type OverviewQueryVariables = Exact<{
  before: string;
  from: string;
  to: string;
  spanSeconds: number;
  wholeSeconds: number;
}>;


export type OverviewQuery = { alertCounts: Array<{ start: string, count: number, series: string }>, alertsBefore: Array<{ start: string, count: number, series: string }>, eventsBefore: Array<{ start: string, count: number, series: string }>, findingsByRule: Array<{ ruleId: string, title: string, severity: Severity, count: number, lastTime: string }>, findingsBefore: Array<{ ruleId: string, count: number }> };

export type OpenAlertsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type OpenAlertsQuery = { critical: { edges: Array<{ node: AlertRowFragment }>, pageInfo: { hasNextPage: boolean } }, high: { edges: Array<{ node: AlertRowFragment }>, pageInfo: { hasNextPage: boolean } }, all: { edges: Array<{ node: AlertRowFragment }>, pageInfo: { hasNextPage: boolean } } };

export type NewestEventsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type NewestEventsQuery = { events: { edges: Array<{ node: EventRowFragment }> } };

export type LedgerQueryVariables = Exact<{ [key: string]: never; }>;


export type LedgerQuery = { ledger: { closedAt: string | null, breaks: Array<{ at: string, kind: string, stage: string, topic: string, partition: number, from: number, to: number, count: number, detail: string }>, reports: Array<{ day: string, hash: string }> } };

export type PipelineHealthQueryVariables = Exact<{ [key: string]: never; }>;


export type PipelineHealthQuery = { pipeline: { state: string, parts: Array<{ name: string, kind: string, state: string, version: string | null, detail: string, downSince: string | null }>, stages: Array<{ name: string, inputTopic: string, outputTopics: Array<string>, lag: number | null, watermark: string | null, inPerSecond: number, in: number, passed: number, out: number, watermarks: Array<{ dataset: string, watermark: string }>, dropped: Array<{ name: string, count: number }>, rejected: Array<{ name: string, count: number }> }>, topics: Array<{ name: string, partitions: number, records: number, schema: string, key: string }>, deadLetterCounts: Array<{ name: string, count: number }> | null, refusedSources: Array<{ topic: string, count: number, code: string, isThrottled: boolean }> | null } };

export type RuleRowFragment = { id: string, title: string, kind: RuleKind, level: Severity, state: RuleState, shadowedBecause: string | null, origin: RuleOrigin, file: string | null, author: string | null, hits: number, suppressed: number, noise: number, hitsTwoDays: number, verdicts: { truePositive: number, falsePositive: number, benign: number, none: number } };

export type RulesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: RuleFilter | null | undefined;
}>;


export type RulesQuery = { rules: { edges: Array<{ cursor: string, node: RuleRowFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RuleRefusalsQueryVariables = Exact<{ [key: string]: never; }>;


export type RuleRefusalsQuery = { ruleRefusals: Array<{ file: string, document: number, line: number, title: string | null, reason: string }> };

export type RuleQueryVariables = Exact<{
  id: string | number;
}>;


export type RuleQuery = { rule: (
    { version: number, set: number, text: string, description: string | null, license: string | null, references: Array<string>, falsepositives: Array<string>, tags: Array<string>, lastHitAt: string | null, writtenAt: string, writtenBy: string, logsource: { product: string | null, category: string | null, service: string | null } | null, versions: Array<{ version: number, set: number, state: RuleState, text: string | null, writtenAt: string, writtenBy: string }> }
    & RuleRowFragment
  ) | null };

export type AddRuleMutationVariables = Exact<{
  input: RuleInput;
}>;


export type AddRuleMutation = { addRule: { id: string, title: string, state: RuleState, version: number, set: number, writtenAt: string } };

export type UpdateRuleMutationVariables = Exact<{
  id: string | number;
  change: RuleChange;
}>;


export type UpdateRuleMutation = { updateRule: { id: string, title: string, state: RuleState, version: number, set: number, writtenAt: string } };

export type RetireRuleMutationVariables = Exact<{
  id: string | number;
  version?: number | null | undefined;
}>;


export type RetireRuleMutation = { retireRule: { id: string, title: string, state: RuleState, version: number, set: number, writtenAt: string } };

export type RuleProblemsQueryVariables = Exact<{
  text: string;
  id?: string | number | null | undefined;
}>;


export type RuleProblemsQuery = { ruleProblems: Array<{ line: number, isRefusal: boolean, reason: string }> };

export type RuleTrialQueryVariables = Exact<{
  text: string;
  hours?: number | null | undefined;
}>;


export type RuleTrialQuery = { ruleTrial: { looked: number, matched: number, isWhole: boolean, from: string, to: string, samples: Array<{ event: EventRowFragment, why: Array<{ name: string, value: string }> }> } };

export type RuleExplanationQueryVariables = Exact<{
  text: string;
  eventId: string | number;
}>;


export type RuleExplanationQuery = { ruleExplanation: ExplainedRuleFragment };

export type CoverageQueryVariables = Exact<{
  hours?: number | null | undefined;
}>;


export type CoverageQuery = { coverage: Array<{ technique: string, name: string, family: string, tactics: Array<string>, hits: number, rules: Array<{ id: string, title: string, level: Severity, state: RuleState, hits: number }> }> };

export type CoverageLayerQueryVariables = Exact<{
  hours?: number | null | undefined;
}>;


export type CoverageLayerQuery = { coverageLayer: string };

export type ExceptionRowFragment = { id: string, ruleIds: Array<string>, conditions: unknown, owner: string, reason: string, createdAt: string, createdBy: string, expiresAt: string, endedAt: string | null, endedBy: string | null, isActive: boolean, suppressed: number };

export type ExceptionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ExceptionFilter | null | undefined;
}>;


export type ExceptionsQuery = { exceptions: { edges: Array<{ node: ExceptionRowFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ExceptionDraftQueryVariables = Exact<{
  alertId: string | number;
  fields?: Array<string> | string | null | undefined;
}>;


export type ExceptionDraftQuery = { exceptionDraft: { ruleIds: Array<string>, conditions: unknown, fields: Array<{ name: string, value: string }> } };

export type ExceptionEffectQueryVariables = Exact<{
  conditions: unknown;
  ruleIds: Array<string> | string;
}>;


export type ExceptionEffectQuery = { exceptionEffect: { looked: number, suppressed: number, isWhole: boolean, alerts: number, examples: Array<{ id: string, time: string, ruleId: string, matchedFields: Array<{ name: string, value: string }> }> } };

export type AddExceptionMutationVariables = Exact<{
  input: ExceptionInput;
}>;


export type AddExceptionMutation = { addException: ExceptionRowFragment };

export type EndExceptionMutationVariables = Exact<{
  id: string | number;
}>;


export type EndExceptionMutation = { endException: ExceptionRowFragment };

export type SensorsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: SensorFilter | null | undefined;
}>;


export type SensorsQuery = { sensors: { edges: Array<{ cursor: string, node: { id: string, name: string, access: SensorAccess, format: string | null, source: string, topic: string, state: SensorState, silenceSeconds: number | null, silentSince: string | null, lastSeenAt: string | null, eventsPerMinute: number, eventsPerMinuteBefore: number, lagSeconds: number | null, refused: number, unparsed: number, events: number, skew: { aheadMinute: number, ahead: number, near: number, lateMinute: number, lateHour: number, lateDay: number, lateMore: number }, credentials: Array<{ id: string, kind: string, createdAt: string, expiresAt: string | null }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SensorQueryVariables = Exact<{
  id: string | number;
}>;


export type SensorQuery = { sensor: { id: string, name: string, access: SensorAccess, format: string | null, source: string, topic: string, state: SensorState, silenceSeconds: number | null, silentSince: string | null, lastSeenAt: string | null, createdAt: string, createdBy: string, revokedAt: string | null, revokedBy: string | null, eventsPerMinute: number, eventsPerMinuteBefore: number, lagSeconds: number | null, events: number, unparsed: number, keyless: number, refused: number, skew: { aheadMinute: number, ahead: number, near: number, lateMinute: number, lateHour: number, lateDay: number, lateMore: number }, refusals: Array<{ stage: string, code: string, count: number, newest: string, message: string, id: string }>, silences: Array<{ since: string, noticedAt: string, endedAt: string | null }>, credentials: Array<{ id: string, kind: string, createdAt: string, expiresAt: string | null, lastUsedAt: string | null }>, snippets: Array<{ shipper: string, title: string, file: string | null, text: string }> } | null };

export type SensorHistoryQueryVariables = Exact<{
  id: string | number;
  from: string;
  to: string;
  spanSeconds: number;
}>;


export type SensorHistoryQuery = { sensor: { history: Array<{ start: string, events: number, unparsed: number, refused: number, lagSeconds: number | null }> } | null };

export type SensorFormatsQueryVariables = Exact<{ [key: string]: never; }>;


export type SensorFormatsQuery = { sensorFormats: Array<string> };

export type EnrolledFragment = { notes: Array<string>, sensor: { id: string, name: string, topic: string, access: SensorAccess, credentials: Array<{ id: string, kind: string, expiresAt: string | null }> }, credential: { token: string | null, certificate: string | null, key: string | null, spiffeId: string | null, user: string | null, password: string | null, expiresAt: string | null }, snippets: Array<{ shipper: string, title: string, file: string | null, text: string }> };

export type EnrolSensorMutationVariables = Exact<{
  input: SensorInput;
}>;


export type EnrolSensorMutation = { enrolSensor: EnrolledFragment };

export type RotateSensorMutationVariables = Exact<{
  id: string | number;
  overlapSeconds?: number | null | undefined;
  csr?: string | null | undefined;
}>;


export type RotateSensorMutation = { rotateSensor: EnrolledFragment };

export type RevokeSensorMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeSensorMutation = { revokeSensor: { id: string, revokedAt: string | null } };

export type TrySensorMutationVariables = Exact<{
  input: TrialInput;
}>;


export type TrySensorMutation = { trySensor: { records: number, isCut: boolean, results: Array<{ record: number, format: string | null, confidence: number | null, dataset: string | null, unparsed: string | null, isDuplicate: boolean, refused: { code: string, reason: string } | null, fields: Array<{ name: string, value: string }>, rules: Array<{ id: string, title: string }> }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { user: string, organization: string, roles: Array<string>, permissions: Array<string> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AlertRowFragmentDoc = new TypedDocumentString(`
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}
    `, {"fragmentName":"AlertRow"}) as unknown as TypedDocumentString<AlertRowFragment, unknown>;
export const NoteFragmentDoc = new TypedDocumentString(`
    fragment Note on AlertNote {
  id
  at
  by
  text
  revision
  editedAt
  before {
    at
    text
  }
}
    `, {"fragmentName":"Note"}) as unknown as TypedDocumentString<NoteFragment, unknown>;
export const SavedViewFragmentDoc = new TypedDocumentString(`
    fragment SavedView on SavedSearch {
  id
  name
  query
  from
  to
  filter {
    statuses
    minSeverity
    sort
  }
  isShared
  isMine
  owner
  revision
}
    `, {"fragmentName":"SavedView"}) as unknown as TypedDocumentString<SavedViewFragment, unknown>;
export const ConnectorStateFragmentDoc = new TypedDocumentString(`
    fragment ConnectorState on Connector {
  name
  plugin
  type
  state
  trace
  tasks {
    id
    state
    worker
    trace
  }
  config {
    name
    value
  }
  delivery {
    delivered
    present
    rejected
    filtered
    owed
    owedBytes
    lag
    possibleDuplicates
    lastError
    lastErrorAt
    lastProgressAt
    oldestOwedAt
  }
}
    `, {"fragmentName":"ConnectorState"}) as unknown as TypedDocumentString<ConnectorStateFragment, unknown>;
export const PublishSubscriptionRowFragmentDoc = new TypedDocumentString(`
    fragment PublishSubscriptionRow on PublishSubscription {
  id
  name
  description
  format
  kinds
  minSeverity
  datasets
  query
  enabled
  revision
  effectiveFrom
  problem
  createdAt
  createdBy
  changedAt
  changedBy
}
    `, {"fragmentName":"PublishSubscriptionRow"}) as unknown as TypedDocumentString<PublishSubscriptionRowFragment, unknown>;
export const RelationFragmentDoc = new TypedDocumentString(`
    fragment Relation on RelatedEntity {
  name
  count
  lastSeen
}
    `, {"fragmentName":"Relation"}) as unknown as TypedDocumentString<RelationFragment, unknown>;
export const SearchCostFragmentDoc = new TypedDocumentString(`
    fragment SearchCost on SearchCost {
  servedBy
  values
  events
  cost
  costLimit
}
    `, {"fragmentName":"SearchCost"}) as unknown as TypedDocumentString<SearchCostFragment, unknown>;
export const SavedSearchFragmentDoc = new TypedDocumentString(`
    fragment SavedSearch on SavedSearch {
  id
  name
  query
  columns
  from
  to
  isShared
  isMine
  owner
  revision
}
    `, {"fragmentName":"SavedSearch"}) as unknown as TypedDocumentString<SavedSearchFragment, unknown>;
export const ExplainedRuleFragmentDoc = new TypedDocumentString(`
    fragment ExplainedRule on RuleExplanation {
  matches
  parts {
    depth
    kind
    text
    holds
    use
    has
    foundAs
    seen
    values {
      value
      holds
      met {
        path
        before
        part
        after
      }
    }
    valueCount
  }
}
    `, {"fragmentName":"ExplainedRule"}) as unknown as TypedDocumentString<ExplainedRuleFragment, unknown>;
export const EventRowFragmentDoc = new TypedDocumentString(`
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}
    `, {"fragmentName":"EventRow"}) as unknown as TypedDocumentString<EventRowFragment, unknown>;
export const ExplainedCorrelationFragmentDoc = new TypedDocumentString(`
    fragment ExplainedCorrelation on CorrelationExplanation {
  type
  timespanSeconds
  groups {
    name
    value
  }
  counted
  percentile
  bounds {
    operator
    number
  }
  condition
  measured
  isExact
  lookedAt
  steps {
    ruleId
    title
    isAwaited
    matches {
      value
      event {
        id
        time
        dataset
        event {
          ...EventRow
        }
      }
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`, {"fragmentName":"ExplainedCorrelation"}) as unknown as TypedDocumentString<ExplainedCorrelationFragment, unknown>;
export const HuntRowFragmentDoc = new TypedDocumentString(`
    fragment HuntRow on Hunt {
  id
  name
  query
  indicatorCount
  datasets
  from
  to
  severity
  makesAlerts
  state
  reason
  progress
  eventsTotal
  servedBy
  readsTotal
  eventsRead
  matches
  newFindings
  createdAt
  createdBy
  finishedAt
}
    `, {"fragmentName":"HuntRow"}) as unknown as TypedDocumentString<HuntRowFragment, unknown>;
export const RuleRowFragmentDoc = new TypedDocumentString(`
    fragment RuleRow on Rule {
  id
  title
  kind
  level
  state
  shadowedBecause
  origin
  file
  author
  hits(hours: 24)
  hitsTwoDays: hits(hours: 48)
  suppressed(hours: 24)
  noise(hours: 24)
  verdicts {
    truePositive
    falsePositive
    benign
    none
  }
}
    `, {"fragmentName":"RuleRow"}) as unknown as TypedDocumentString<RuleRowFragment, unknown>;
export const ExceptionRowFragmentDoc = new TypedDocumentString(`
    fragment ExceptionRow on Exception {
  id
  ruleIds
  conditions
  owner
  reason
  createdAt
  createdBy
  expiresAt
  endedAt
  endedBy
  isActive
  suppressed
}
    `, {"fragmentName":"ExceptionRow"}) as unknown as TypedDocumentString<ExceptionRowFragment, unknown>;
export const EnrolledFragmentDoc = new TypedDocumentString(`
    fragment Enrolled on EnrolledSensor {
  sensor {
    id
    name
    topic
    access
    credentials {
      id
      kind
      expiresAt
    }
  }
  credential {
    token
    certificate
    key
    spiffeId
    user
    password
    expiresAt
  }
  snippets {
    shipper
    title
    file
    text
  }
  notes
}
    `, {"fragmentName":"Enrolled"}) as unknown as TypedDocumentString<EnrolledFragment, unknown>;
export const UsersDocument = new TypedDocumentString(`
    query Users($first: Int, $filter: UserFilter) {
  users(first: $first, filter: $filter) {
    edges {
      node {
        id
        name
        email
        roles
        createdAt
        hasPassword
        disabledAt
        sessions
        seenAt
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const UserDocument = new TypedDocumentString(`
    query User($id: ID!) {
  user(id: $id) {
    id
    name
    email
    roles
    createdAt
    hasPassword
    passwordAt
    disabledAt
    sessions
    seenAt
    identities {
      id
      provider
      label
      subject
      keepsRoles
      isDisabled
      createdAt
      usedAt
    }
  }
}
    `) as unknown as TypedDocumentString<UserQuery, UserQueryVariables>;
export const UnlinkIdentityDocument = new TypedDocumentString(`
    mutation UnlinkIdentity($user: ID!, $identity: ID!) {
  unlinkIdentity(user: $user, identity: $identity) {
    id
  }
}
    `) as unknown as TypedDocumentString<UnlinkIdentityMutation, UnlinkIdentityMutationVariables>;
export const InvitationsDocument = new TypedDocumentString(`
    query Invitations($first: Int, $withClosed: Boolean) {
  invitations(first: $first, withClosed: $withClosed) {
    edges {
      node {
        id
        name
        email
        roles
        createdAt
        createdBy
        expiresAt
        acceptedAt
        revokedAt
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<InvitationsQuery, InvitationsQueryVariables>;
export const InviteUserDocument = new TypedDocumentString(`
    mutation InviteUser($input: InvitationInput!) {
  inviteUser(input: $input) {
    invitation {
      id
      name
      expiresAt
    }
    link
  }
}
    `) as unknown as TypedDocumentString<InviteUserMutation, InviteUserMutationVariables>;
export const RevokeInvitationDocument = new TypedDocumentString(`
    mutation RevokeInvitation($id: ID!) {
  revokeInvitation(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<RevokeInvitationMutation, RevokeInvitationMutationVariables>;
export const ChangeUserDocument = new TypedDocumentString(`
    mutation ChangeUser($id: ID!, $change: UserChange!) {
  changeUser(id: $id, change: $change) {
    id
  }
}
    `) as unknown as TypedDocumentString<ChangeUserMutation, ChangeUserMutationVariables>;
export const EndUserSessionsDocument = new TypedDocumentString(`
    mutation EndUserSessions($id: ID!) {
  endUserSessions(id: $id)
}
    `) as unknown as TypedDocumentString<EndUserSessionsMutation, EndUserSessionsMutationVariables>;
export const RolesDocument = new TypedDocumentString(`
    query Roles {
  roles {
    name
    isBuiltIn
    description
    permissions
    changedAt
    changedBy
    users
    serviceAccounts
  }
  permissions {
    name
    text
    isOwnable
  }
}
    `) as unknown as TypedDocumentString<RolesQuery, RolesQueryVariables>;
export const AddRoleDocument = new TypedDocumentString(`
    mutation AddRole($input: RoleInput!) {
  addRole(input: $input) {
    name
  }
}
    `) as unknown as TypedDocumentString<AddRoleMutation, AddRoleMutationVariables>;
export const ChangeRoleDocument = new TypedDocumentString(`
    mutation ChangeRole($name: String!, $change: RoleChange!) {
  changeRole(name: $name, change: $change) {
    name
  }
}
    `) as unknown as TypedDocumentString<ChangeRoleMutation, ChangeRoleMutationVariables>;
export const RemoveRoleDocument = new TypedDocumentString(`
    mutation RemoveRole($name: String!) {
  removeRole(name: $name) {
    name
    description
    permissions
  }
}
    `) as unknown as TypedDocumentString<RemoveRoleMutation, RemoveRoleMutationVariables>;
export const ServiceAccountsDocument = new TypedDocumentString(`
    query ServiceAccounts($first: Int, $withRemoved: Boolean) {
  serviceAccounts(first: $first, withRemoved: $withRemoved) {
    edges {
      node {
        id
        name
        description
        roles
        createdAt
        createdBy
        disabledAt
        removedAt
        keys {
          id
          hint
          permissions
          networks
          createdAt
          createdBy
          expiresAt
          lastUsedAt
          lastUsedFrom
        }
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<ServiceAccountsQuery, ServiceAccountsQueryVariables>;
export const AddServiceAccountDocument = new TypedDocumentString(`
    mutation AddServiceAccount($input: ServiceAccountInput!) {
  addServiceAccount(input: $input) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<AddServiceAccountMutation, AddServiceAccountMutationVariables>;
export const ChangeServiceAccountDocument = new TypedDocumentString(`
    mutation ChangeServiceAccount($id: ID!, $change: ServiceAccountChange!) {
  changeServiceAccount(id: $id, change: $change) {
    id
  }
}
    `) as unknown as TypedDocumentString<ChangeServiceAccountMutation, ChangeServiceAccountMutationVariables>;
export const RemoveServiceAccountDocument = new TypedDocumentString(`
    mutation RemoveServiceAccount($id: ID!) {
  removeServiceAccount(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<RemoveServiceAccountMutation, RemoveServiceAccountMutationVariables>;
export const AddApiKeyDocument = new TypedDocumentString(`
    mutation AddApiKey($accountId: ID!, $input: ApiKeyInput!) {
  addApiKey(accountId: $accountId, input: $input) {
    secret
  }
}
    `) as unknown as TypedDocumentString<AddApiKeyMutation, AddApiKeyMutationVariables>;
export const RotateApiKeyDocument = new TypedDocumentString(`
    mutation RotateApiKey($accountId: ID!, $keyId: ID!, $days: Int, $overlapSeconds: Int) {
  rotateApiKey(
    accountId: $accountId
    keyId: $keyId
    days: $days
    overlapSeconds: $overlapSeconds
  ) {
    secret
  }
}
    `) as unknown as TypedDocumentString<RotateApiKeyMutation, RotateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = new TypedDocumentString(`
    mutation RevokeApiKey($accountId: ID!, $keyId: ID!) {
  revokeApiKey(accountId: $accountId, keyId: $keyId) {
    id
  }
}
    `) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const AuditEntriesDocument = new TypedDocumentString(`
    query AuditEntries($first: Int, $after: String, $filter: AuditFilter) {
  auditEntries(first: $first, after: $after, filter: $filter) {
    edges {
      node {
        seq
        at
        actor
        action
        object
        detail
        hash
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditEntriesQuery, AuditEntriesQueryVariables>;
export const AuditStateDocument = new TypedDocumentString(`
    query AuditState {
  auditState {
    seq
    publishedAt
    publishedSeq
  }
}
    `) as unknown as TypedDocumentString<AuditStateQuery, AuditStateQueryVariables>;
export const OrganizationSettingsDocument = new TypedDocumentString(`
    query OrganizationSettings {
  organization {
    id
    name
    createdAt
    mfaRoles
    sessionHours
    outboundHosts
    openableNetworks
    changedAt
    retention {
      eventDays
      findingDays
      featureDays
    }
  }
}
    `) as unknown as TypedDocumentString<OrganizationSettingsQuery, OrganizationSettingsQueryVariables>;
export const ChangeOrganizationSettingsDocument = new TypedDocumentString(`
    mutation ChangeOrganizationSettings($change: OrganizationSettingsChange!, $replaces: Time) {
  changeOrganizationSettings(change: $change, replaces: $replaces) {
    changedAt
  }
}
    `) as unknown as TypedDocumentString<ChangeOrganizationSettingsMutation, ChangeOrganizationSettingsMutationVariables>;
export const OrganizationsDocument = new TypedDocumentString(`
    query Organizations {
  organizations {
    id
    name
    createdAt
    suspendedAt
    users
  }
}
    `) as unknown as TypedDocumentString<OrganizationsQuery, OrganizationsQueryVariables>;
export const AddOrganizationDocument = new TypedDocumentString(`
    mutation AddOrganization($input: OrganizationInput!) {
  addOrganization(input: $input) {
    organization {
      id
    }
    invitation {
      link
      invitation {
        name
        expiresAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AddOrganizationMutation, AddOrganizationMutationVariables>;
export const ChangeOrganizationDocument = new TypedDocumentString(`
    mutation ChangeOrganization($id: ID!, $change: OrganizationChange!) {
  changeOrganization(id: $id, change: $change) {
    id
  }
}
    `) as unknown as TypedDocumentString<ChangeOrganizationMutation, ChangeOrganizationMutationVariables>;
export const IdentityProvidersDocument = new TypedDocumentString(`
    query IdentityProviders {
  identityProviders {
    name
    label
    issuer
    groupRoles {
      group
    }
    defaultRoles
    disabledAt
    changedAt
    changedBy
  }
}
    `) as unknown as TypedDocumentString<IdentityProvidersQuery, IdentityProvidersQueryVariables>;
export const IdentityProviderDocument = new TypedDocumentString(`
    query IdentityProvider($name: ID!) {
  identityProvider(name: $name) {
    name
    label
    issuer
    clientId
    hasSecret
    scopes
    nameClaim
    groupsClaim
    groupRoles {
      group
      roles
    }
    defaultRoles
    emailDomains
    provisions
    audience
    endsSession
    disabledAt
    createdAt
    createdBy
    changedAt
    changedBy
    addresses {
      callbackUrl
      backchannelLogoutUrl
      postLogoutUrl
      ownAudience
    }
  }
}
    `) as unknown as TypedDocumentString<IdentityProviderQuery, IdentityProviderQueryVariables>;
export const IdentityProviderAddressesDocument = new TypedDocumentString(`
    query IdentityProviderAddresses($name: ID!) {
  identityProviderAddresses(name: $name) {
    callbackUrl
  }
}
    `) as unknown as TypedDocumentString<IdentityProviderAddressesQuery, IdentityProviderAddressesQueryVariables>;
export const SaveIdentityProviderDocument = new TypedDocumentString(`
    mutation SaveIdentityProvider($name: ID!, $input: IdentityProviderInput!, $replaces: Time) {
  saveIdentityProvider(name: $name, input: $input, replaces: $replaces) {
    name
    changedAt
  }
}
    `) as unknown as TypedDocumentString<SaveIdentityProviderMutation, SaveIdentityProviderMutationVariables>;
export const RemoveIdentityProviderDocument = new TypedDocumentString(`
    mutation RemoveIdentityProvider($name: ID!) {
  removeIdentityProvider(name: $name)
}
    `) as unknown as TypedDocumentString<RemoveIdentityProviderMutation, RemoveIdentityProviderMutationVariables>;
export const TryIdentityProviderDocument = new TypedDocumentString(`
    mutation TryIdentityProvider($name: ID!) {
  tryIdentityProvider(name: $name) {
    issuer
    endpoints {
      name
      url
    }
    hasLogout
    hasBackchannelLogout
  }
}
    `) as unknown as TypedDocumentString<TryIdentityProviderMutation, TryIdentityProviderMutationVariables>;
export const LinkIdentityDocument = new TypedDocumentString(`
    mutation LinkIdentity($provider: ID!, $subject: String!, $user: String!) {
  linkIdentity(provider: $provider, subject: $subject, user: $user)
}
    `) as unknown as TypedDocumentString<LinkIdentityMutation, LinkIdentityMutationVariables>;
export const TrustDomainsDocument = new TypedDocumentString(`
    query TrustDomains {
  trustDomains {
    name
    endpoint
    keys
    workloads {
      id
    }
    fetchedAt
    changedAt
    changedBy
  }
}
    `) as unknown as TypedDocumentString<TrustDomainsQuery, TrustDomainsQueryVariables>;
export const TrustDomainDocument = new TypedDocumentString(`
    query TrustDomain($name: ID!) {
  trustDomain(name: $name) {
    name
    endpoint
    bundle
    keys
    workloads {
      id
      roles
    }
    audience
    fetchedAt
    changedAt
    changedBy
  }
}
    `) as unknown as TypedDocumentString<TrustDomainQuery, TrustDomainQueryVariables>;
export const SaveTrustDomainDocument = new TypedDocumentString(`
    mutation SaveTrustDomain($name: ID!, $input: TrustDomainInput!, $replaces: Time) {
  saveTrustDomain(name: $name, input: $input, replaces: $replaces) {
    name
    changedAt
  }
}
    `) as unknown as TypedDocumentString<SaveTrustDomainMutation, SaveTrustDomainMutationVariables>;
export const RemoveTrustDomainDocument = new TypedDocumentString(`
    mutation RemoveTrustDomain($name: ID!) {
  removeTrustDomain(name: $name)
}
    `) as unknown as TypedDocumentString<RemoveTrustDomainMutation, RemoveTrustDomainMutationVariables>;
export const AlertsDocument = new TypedDocumentString(`
    query Alerts($first: Int, $after: String, $filter: AlertFilter) {
  alerts(first: $first, after: $after, filter: $filter) {
    edges {
      cursor
      node {
        ...AlertRow
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}`) as unknown as TypedDocumentString<AlertsQuery, AlertsQueryVariables>;
export const AlertDetailDocument = new TypedDocumentString(`
    query AlertDetail($id: ID!) {
  alert(id: $id) {
    ...AlertRow
    changes {
      revision
      findingId
      ruleId
      change {
        code
        event {
          id
          time
          dataset
          topic
          partition
          offset
        }
        before {
          time
          lastTime
          eventCount
        }
        after {
          time
          lastTime
          eventCount
        }
      }
    }
    notes {
      ...Note
    }
    history {
      at
      by
      action
      undoes
      note
      fields {
        name
        before
        after
      }
    }
    rules {
      id
      version
      title
      description
      author
      license
      reference
      tags
    }
    findings {
      id
      time
      lastTime
      kind
      severity
      status
      eventCount
      supersedes
      reason
      revision
      isWithdrawn
      rule {
        id
        title
        version
      }
      entities {
        type
        value
      }
      matchedFields {
        name
        value
      }
    }
    events {
      id
      time
      dataset
      topic
      partition
      offset
      event {
        ...EventRow
      }
    }
  }
}
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}
fragment Note on AlertNote {
  id
  at
  by
  text
  revision
  editedAt
  before {
    at
    text
  }
}
fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`) as unknown as TypedDocumentString<AlertDetailQuery, AlertDetailQueryVariables>;
export const AlertEvidenceDocument = new TypedDocumentString(`
    query AlertEvidence($id: ID!) {
  alert(id: $id) {
    id
    events {
      id
      topic
      partition
      offset
      event {
        id
        native
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AlertEvidenceQuery, AlertEvidenceQueryVariables>;
export const UpdateAlertsDocument = new TypedDocumentString(`
    mutation UpdateAlerts($ids: [ID!]!, $change: AlertChange!, $expected: [ExpectedAlert!]) {
  updateAlerts(ids: $ids, change: $change, expected: $expected) {
    ...AlertRow
  }
}
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}`) as unknown as TypedDocumentString<UpdateAlertsMutation, UpdateAlertsMutationVariables>;
export const UndoAlertChangeDocument = new TypedDocumentString(`
    mutation UndoAlertChange($changeId: ID!) {
  undoAlertChange(changeId: $changeId) {
    ...AlertRow
  }
}
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}`) as unknown as TypedDocumentString<UndoAlertChangeMutation, UndoAlertChangeMutationVariables>;
export const AlertChangePreviewDocument = new TypedDocumentString(`
    query AlertChangePreview($filter: AlertFilter!, $change: AlertChange!) {
  alertChangePreview(filter: $filter, change: $change) {
    matching
    changing
    unchanged
    refused
    most
  }
}
    `) as unknown as TypedDocumentString<AlertChangePreviewQuery, AlertChangePreviewQueryVariables>;
export const UpdateAlertsByFilterDocument = new TypedDocumentString(`
    mutation UpdateAlertsByFilter($filter: AlertFilter!, $change: AlertChange!, $count: Int!) {
  updateAlertsByFilter(filter: $filter, change: $change, count: $count) {
    changeId
    changed
  }
}
    `) as unknown as TypedDocumentString<UpdateAlertsByFilterMutation, UpdateAlertsByFilterMutationVariables>;
export const EditAlertNoteDocument = new TypedDocumentString(`
    mutation EditAlertNote($noteId: ID!, $text: String!, $revision: Int) {
  editAlertNote(noteId: $noteId, text: $text, revision: $revision) {
    id
    notes {
      ...Note
    }
  }
}
    fragment Note on AlertNote {
  id
  at
  by
  text
  revision
  editedAt
  before {
    at
    text
  }
}`) as unknown as TypedDocumentString<EditAlertNoteMutation, EditAlertNoteMutationVariables>;
export const RemoveAlertNoteDocument = new TypedDocumentString(`
    mutation RemoveAlertNote($noteId: ID!) {
  removeAlertNote(noteId: $noteId) {
    id
    notes {
      ...Note
    }
  }
}
    fragment Note on AlertNote {
  id
  at
  by
  text
  revision
  editedAt
  before {
    at
    text
  }
}`) as unknown as TypedDocumentString<RemoveAlertNoteMutation, RemoveAlertNoteMutationVariables>;
export const SavedViewsDocument = new TypedDocumentString(`
    query SavedViews {
  savedSearches(kind: alerts) {
    ...SavedView
  }
}
    fragment SavedView on SavedSearch {
  id
  name
  query
  from
  to
  filter {
    statuses
    minSeverity
    sort
  }
  isShared
  isMine
  owner
  revision
}`) as unknown as TypedDocumentString<SavedViewsQuery, SavedViewsQueryVariables>;
export const AddSavedViewDocument = new TypedDocumentString(`
    mutation AddSavedView($input: NewSavedSearch!) {
  addSavedSearch(input: $input) {
    ...SavedView
  }
}
    fragment SavedView on SavedSearch {
  id
  name
  query
  from
  to
  filter {
    statuses
    minSeverity
    sort
  }
  isShared
  isMine
  owner
  revision
}`) as unknown as TypedDocumentString<AddSavedViewMutation, AddSavedViewMutationVariables>;
export const DeleteSavedViewDocument = new TypedDocumentString(`
    mutation DeleteSavedView($id: ID!) {
  deleteSavedSearch(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteSavedViewMutation, DeleteSavedViewMutationVariables>;
export const AlertViewersDocument = new TypedDocumentString(`
    subscription AlertViewers($id: ID!) {
  alertViewers(alertId: $id) {
    user
    since
  }
}
    `) as unknown as TypedDocumentString<AlertViewersSubscription, AlertViewersSubscriptionVariables>;
export const ConnectorsDocument = new TypedDocumentString(`
    query Connectors {
  connectors {
    ...ConnectorState
  }
}
    fragment ConnectorState on Connector {
  name
  plugin
  type
  state
  trace
  tasks {
    id
    state
    worker
    trace
  }
  config {
    name
    value
  }
  delivery {
    delivered
    present
    rejected
    filtered
    owed
    owedBytes
    lag
    possibleDuplicates
    lastError
    lastErrorAt
    lastProgressAt
    oldestOwedAt
  }
}`) as unknown as TypedDocumentString<ConnectorsQuery, ConnectorsQueryVariables>;
export const ConnectorDocument = new TypedDocumentString(`
    query Connector($name: String!) {
  connector(name: $name) {
    ...ConnectorState
  }
}
    fragment ConnectorState on Connector {
  name
  plugin
  type
  state
  trace
  tasks {
    id
    state
    worker
    trace
  }
  config {
    name
    value
  }
  delivery {
    delivered
    present
    rejected
    filtered
    owed
    owedBytes
    lag
    possibleDuplicates
    lastError
    lastErrorAt
    lastProgressAt
    oldestOwedAt
  }
}`) as unknown as TypedDocumentString<ConnectorQuery, ConnectorQueryVariables>;
export const ConnectorPluginsDocument = new TypedDocumentString(`
    query ConnectorPlugins {
  connectorPlugins {
    name
    type
    version
  }
}
    `) as unknown as TypedDocumentString<ConnectorPluginsQuery, ConnectorPluginsQueryVariables>;
export const ConnectorFormDocument = new TypedDocumentString(`
    query ConnectorForm($plugin: String!, $config: [ConnectorSettingInput!]!) {
  connectorForm(plugin: $plugin, config: $config) {
    isValid
    options {
      name
      displayName
      type
      isRequired
      defaultValue
      documentation
      importance
      group
      order
      choices
      isVisible
      problems
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectorFormQuery, ConnectorFormQueryVariables>;
export const AddConnectorDocument = new TypedDocumentString(`
    mutation AddConnector($name: String!, $config: [ConnectorSettingInput!]!) {
  addConnector(name: $name, config: $config) {
    name
  }
}
    `) as unknown as TypedDocumentString<AddConnectorMutation, AddConnectorMutationVariables>;
export const ConfigureConnectorDocument = new TypedDocumentString(`
    mutation ConfigureConnector($name: String!, $config: [ConnectorSettingInput!]!) {
  configureConnector(name: $name, config: $config) {
    name
  }
}
    `) as unknown as TypedDocumentString<ConfigureConnectorMutation, ConfigureConnectorMutationVariables>;
export const RemoveConnectorDocument = new TypedDocumentString(`
    mutation RemoveConnector($name: String!) {
  removeConnector(name: $name)
}
    `) as unknown as TypedDocumentString<RemoveConnectorMutation, RemoveConnectorMutationVariables>;
export const PauseConnectorDocument = new TypedDocumentString(`
    mutation PauseConnector($name: String!) {
  pauseConnector(name: $name) {
    state
  }
}
    `) as unknown as TypedDocumentString<PauseConnectorMutation, PauseConnectorMutationVariables>;
export const ResumeConnectorDocument = new TypedDocumentString(`
    mutation ResumeConnector($name: String!) {
  resumeConnector(name: $name) {
    state
  }
}
    `) as unknown as TypedDocumentString<ResumeConnectorMutation, ResumeConnectorMutationVariables>;
export const StopConnectorDocument = new TypedDocumentString(`
    mutation StopConnector($name: String!) {
  stopConnector(name: $name) {
    state
  }
}
    `) as unknown as TypedDocumentString<StopConnectorMutation, StopConnectorMutationVariables>;
export const RestartConnectorDocument = new TypedDocumentString(`
    mutation RestartConnector($name: String!) {
  restartConnector(name: $name) {
    state
  }
}
    `) as unknown as TypedDocumentString<RestartConnectorMutation, RestartConnectorMutationVariables>;
export const PublishSubscriptionsDocument = new TypedDocumentString(`
    query PublishSubscriptions {
  publishSubscriptions {
    ...PublishSubscriptionRow
  }
}
    fragment PublishSubscriptionRow on PublishSubscription {
  id
  name
  description
  format
  kinds
  minSeverity
  datasets
  query
  enabled
  revision
  effectiveFrom
  problem
  createdAt
  createdBy
  changedAt
  changedBy
}`) as unknown as TypedDocumentString<PublishSubscriptionsQuery, PublishSubscriptionsQueryVariables>;
export const PublishSubscriptionDocument = new TypedDocumentString(`
    query PublishSubscription($id: ID!) {
  publishSubscription(id: $id) {
    ...PublishSubscriptionRow
  }
}
    fragment PublishSubscriptionRow on PublishSubscription {
  id
  name
  description
  format
  kinds
  minSeverity
  datasets
  query
  enabled
  revision
  effectiveFrom
  problem
  createdAt
  createdBy
  changedAt
  changedBy
}`) as unknown as TypedDocumentString<PublishSubscriptionQuery, PublishSubscriptionQueryVariables>;
export const PublishSubscriptionPreviewDocument = new TypedDocumentString(`
    query PublishSubscriptionPreview($input: PublishedRecords!) {
  publishSubscriptionPreview(input: $input) {
    from
    to
    kinds {
      kind
      count
      problem
      datasets {
        dataset
        count
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PublishSubscriptionPreviewQuery, PublishSubscriptionPreviewQueryVariables>;
export const AddPublishSubscriptionDocument = new TypedDocumentString(`
    mutation AddPublishSubscription($input: NewPublishSubscription!) {
  addPublishSubscription(input: $input) {
    ...PublishSubscriptionRow
  }
}
    fragment PublishSubscriptionRow on PublishSubscription {
  id
  name
  description
  format
  kinds
  minSeverity
  datasets
  query
  enabled
  revision
  effectiveFrom
  problem
  createdAt
  createdBy
  changedAt
  changedBy
}`) as unknown as TypedDocumentString<AddPublishSubscriptionMutation, AddPublishSubscriptionMutationVariables>;
export const UpdatePublishSubscriptionDocument = new TypedDocumentString(`
    mutation UpdatePublishSubscription($id: ID!, $change: PublishSubscriptionChange!) {
  updatePublishSubscription(id: $id, change: $change) {
    ...PublishSubscriptionRow
  }
}
    fragment PublishSubscriptionRow on PublishSubscription {
  id
  name
  description
  format
  kinds
  minSeverity
  datasets
  query
  enabled
  revision
  effectiveFrom
  problem
  createdAt
  createdBy
  changedAt
  changedBy
}`) as unknown as TypedDocumentString<UpdatePublishSubscriptionMutation, UpdatePublishSubscriptionMutationVariables>;
export const DeletePublishSubscriptionDocument = new TypedDocumentString(`
    mutation DeletePublishSubscription($id: ID!) {
  deletePublishSubscription(id: $id)
}
    `) as unknown as TypedDocumentString<DeletePublishSubscriptionMutation, DeletePublishSubscriptionMutationVariables>;
export const AlertNewsDocument = new TypedDocumentString(`
    subscription AlertNews($after: String) {
  alertNews(after: $after) {
    alert {
      ...AlertRow
    }
    isReset
    cursor
  }
}
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}`) as unknown as TypedDocumentString<AlertNewsSubscription, AlertNewsSubscriptionVariables>;
export const DeadLettersDocument = new TypedDocumentString(`
    query DeadLetters($first: Int, $filter: DeadLetterFilter) {
  deadLetters(first: $first, filter: $filter) {
    edges {
      cursor
      node {
        id
        at
        stage
        code
        message
        meaning
        version
        topic
        partition
        offset
        attempt
        bytes
        without
        redrivenAt
        redrivenBy
      }
    }
    pageInfo {
      hasNextPage
    }
  }
  deadLetterReasons(filter: $filter) {
    stage
    code
    version
    topic
    count
    redriven
    newest
  }
}
    `) as unknown as TypedDocumentString<DeadLettersQuery, DeadLettersQueryVariables>;
export const DeadLetterContentDocument = new TypedDocumentString(`
    query DeadLetterContent($id: ID!) {
  deadLetter(id: $id) {
    id
    content {
      key
      text
      base64
      isCut
      stacktrace
      headers {
        name
        text
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DeadLetterContentQuery, DeadLetterContentQueryVariables>;
export const PreviewDeadLettersDocument = new TypedDocumentString(`
    mutation PreviewDeadLetters($filter: DeadLetterFilter!, $first: Int) {
  previewDeadLetters(filter: $filter, first: $first) {
    hasMore
    summary {
      stage
      was
      outcome
      code
      isSame
      count
    }
    verdicts {
      id
      outcome
      code
      message
      outputs {
        topic
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PreviewDeadLettersMutation, PreviewDeadLettersMutationVariables>;
export const RedriveDeadLettersDocument = new TypedDocumentString(`
    mutation RedriveDeadLetters($filter: DeadLetterFilter!, $execute: Boolean) {
  redriveDeadLetters(filter: $filter, execute: $execute) {
    matched
    already
    redrive {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RedriveDeadLettersMutation, RedriveDeadLettersMutationVariables>;
export const RedrivesDocument = new TypedDocumentString(`
    query Redrives {
  redrives(first: 5) {
    id
    requestedBy
    requestedAt
    state
    matched
    redriven
    already
    obstacles {
      name
      count
    }
    failure
  }
}
    `) as unknown as TypedDocumentString<RedrivesQuery, RedrivesQueryVariables>;
export const EntityAboutDocument = new TypedDocumentString(`
    query EntityAbout($type: EntityType!, $value: String!, $from: Time!, $to: Time!) {
  entity(type: $type, value: $value, from: $from, to: $to) {
    firstSeen
    lastSeen
    asset {
      id
      name
      kind
      hostnames
      addresses
      owner
      criticality
      validFrom
      validTo
    }
    zones {
      id
      name
      cidr
      kind
    }
    activity {
      eventsLookedAt
      isWhole
      since
      datasets {
        ...Relation
      }
      sensors {
        ...Relation
      }
      hosts {
        ...Relation
      }
      users {
        ...Relation
      }
      addresses {
        ...Relation
      }
      ownAddresses {
        ...Relation
      }
      ownHosts {
        ...Relation
      }
      domains {
        ...Relation
      }
      processes {
        ...Relation
      }
    }
  }
}
    fragment Relation on RelatedEntity {
  name
  count
  lastSeen
}`) as unknown as TypedDocumentString<EntityAboutQuery, EntityAboutQueryVariables>;
export const EntityOverTimeDocument = new TypedDocumentString(`
    query EntityOverTime($type: EntityType!, $value: String!, $from: Time!, $to: Time!, $spanSeconds: Int!) {
  entity(type: $type, value: $value, from: $from, to: $to) {
    counts(spanSeconds: $spanSeconds) {
      spanSeconds
      source
      buckets {
        start
        series
        count
      }
    }
    features(first: 24) {
      start
      spanSeconds
      events
      failures
      bytesOut
      bytesIn
      distinctDestinations
      distinctPorts
      distinctUsers
    }
  }
}
    `) as unknown as TypedDocumentString<EntityOverTimeQuery, EntityOverTimeQueryVariables>;
export const EntityRecordsDocument = new TypedDocumentString(`
    query EntityRecords($type: EntityType!, $value: String!, $from: Time!, $to: Time!) {
  entity(type: $type, value: $value, from: $from, to: $to) {
    alerts(first: 20) {
      edges {
        node {
          id
          title
          severity
          status
          verdict
          score
          lastTime
        }
      }
      pageInfo {
        hasNextPage
      }
    }
    rules {
      ruleId
      title
      severity
      count
      lastTime
    }
    findings(first: 20) {
      edges {
        node {
          id
          time
          severity
          rule {
            id
            title
          }
          events {
            id
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<EntityRecordsQuery, EntityRecordsQueryVariables>;
export const EntitiesDocument = new TypedDocumentString(`
    query Entities($type: FollowedEntityType!, $search: String, $from: Time!, $to: Time!, $after: String) {
  entities(
    type: $type
    search: $search
    from: $from
    to: $to
    first: 100
    after: $after
  ) {
    edges {
      node {
        value
        events
        failures
        lastSeen
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<EntitiesQuery, EntitiesQueryVariables>;
export const EventsDocument = new TypedDocumentString(`
    query Events($first: Int, $after: String, $filter: EventFilter, $hasFields: Boolean = false) {
  events(first: $first, after: $after, filter: $filter) {
    edges {
      cursor
      node {
        ...EventRow
        fields @include(if: $hasFields)
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`) as unknown as TypedDocumentString<EventsQuery, EventsQueryVariables>;
export const EventDetailDocument = new TypedDocumentString(`
    query EventDetail($id: ID!) {
  event(id: $id) {
    ...EventRow
    type
    fields
    native
    labels
    storedAt
    findings {
      id
      revision
      kind
      severity
      rule {
        id
        title
      }
    }
    provenance {
      topic
      partition
      offset
      appendedAt
      parser
      parserVersion
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`) as unknown as TypedDocumentString<EventDetailQuery, EventDetailQueryVariables>;
export const EventHistogramDocument = new TypedDocumentString(`
    query EventHistogram($from: Time!, $to: Time!, $spanSeconds: Int!, $filter: EventFilter) {
  eventCounts(
    from: $from
    to: $to
    spanSeconds: $spanSeconds
    by: dataset
    filter: $filter
  ) {
    start
    count
    series
  }
}
    `) as unknown as TypedDocumentString<EventHistogramQuery, EventHistogramQueryVariables>;
export const EventFacetDocument = new TypedDocumentString(`
    query EventFacet($field: String!, $from: Time!, $to: Time!, $first: Int, $filter: EventFilter) {
  eventTop(field: $field, from: $from, to: $to, first: $first, filter: $filter) {
    name
    count
  }
}
    `) as unknown as TypedDocumentString<EventFacetQuery, EventFacetQueryVariables>;
export const SearchCompletionDocument = new TypedDocumentString(`
    query SearchCompletion($search: String!, $caret: Int!) {
  searchCompletion(search: $search, caret: $caret) {
    kind
    text
    insert
    from
    to
    about
    type
    count
  }
}
    `) as unknown as TypedDocumentString<SearchCompletionQuery, SearchCompletionQueryVariables>;
export const SearchExplanationDocument = new TypedDocumentString(`
    query SearchExplanation($filter: EventFilter!, $from: Time, $to: Time, $spanSeconds: Int) {
  searchExplanation(
    filter: $filter
    from: $from
    to: $to
    spanSeconds: $spanSeconds
  ) {
    meaning
    canonical
    eventsInRange
    page {
      ...SearchCost
    }
    count {
      ...SearchCost
    }
    countSource
    isCountRefused
    advice
  }
}
    fragment SearchCost on SearchCost {
  servedBy
  values
  events
  cost
  costLimit
}`) as unknown as TypedDocumentString<SearchExplanationQuery, SearchExplanationQueryVariables>;
export const SavedSearchesDocument = new TypedDocumentString(`
    query SavedSearches {
  savedSearches(kind: events) {
    ...SavedSearch
  }
}
    fragment SavedSearch on SavedSearch {
  id
  name
  query
  columns
  from
  to
  isShared
  isMine
  owner
  revision
}`) as unknown as TypedDocumentString<SavedSearchesQuery, SavedSearchesQueryVariables>;
export const AddSavedSearchDocument = new TypedDocumentString(`
    mutation AddSavedSearch($input: NewSavedSearch!) {
  addSavedSearch(input: $input) {
    ...SavedSearch
  }
}
    fragment SavedSearch on SavedSearch {
  id
  name
  query
  columns
  from
  to
  isShared
  isMine
  owner
  revision
}`) as unknown as TypedDocumentString<AddSavedSearchMutation, AddSavedSearchMutationVariables>;
export const UpdateSavedSearchDocument = new TypedDocumentString(`
    mutation UpdateSavedSearch($id: ID!, $change: SavedSearchChange!) {
  updateSavedSearch(id: $id, change: $change) {
    ...SavedSearch
  }
}
    fragment SavedSearch on SavedSearch {
  id
  name
  query
  columns
  from
  to
  isShared
  isMine
  owner
  revision
}`) as unknown as TypedDocumentString<UpdateSavedSearchMutation, UpdateSavedSearchMutationVariables>;
export const DeleteSavedSearchDocument = new TypedDocumentString(`
    mutation DeleteSavedSearch($id: ID!) {
  deleteSavedSearch(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteSavedSearchMutation, DeleteSavedSearchMutationVariables>;
export const EventTailDocument = new TypedDocumentString(`
    subscription EventTail($filter: EventFilter, $hasFields: Boolean = false) {
  eventTail(filter: $filter) {
    leftOut
    events {
      ...EventRow
      fields @include(if: $hasFields)
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`) as unknown as TypedDocumentString<EventTailSubscription, EventTailSubscriptionVariables>;
export const FindingExplanationDocument = new TypedDocumentString(`
    query FindingExplanation($id: ID!) {
  finding(id: $id) {
    id
    time
    eventCount
    isWithdrawn
    explanation {
      missing
      rule {
        ...ExplainedRule
      }
      correlation {
        ...ExplainedCorrelation
      }
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}
fragment ExplainedRule on RuleExplanation {
  matches
  parts {
    depth
    kind
    text
    holds
    use
    has
    foundAs
    seen
    values {
      value
      holds
      met {
        path
        before
        part
        after
      }
    }
    valueCount
  }
}
fragment ExplainedCorrelation on CorrelationExplanation {
  type
  timespanSeconds
  groups {
    name
    value
  }
  counted
  percentile
  bounds {
    operator
    number
  }
  condition
  measured
  isExact
  lookedAt
  steps {
    ruleId
    title
    isAwaited
    matches {
      value
      event {
        id
        time
        dataset
        event {
          ...EventRow
        }
      }
    }
  }
}`) as unknown as TypedDocumentString<FindingExplanationQuery, FindingExplanationQueryVariables>;
export const FieldDatasetsDocument = new TypedDocumentString(`
    query FieldDatasets {
  fieldDatasets {
    dataset
    events
    fields
    newFields
    vanishedFields
    leftOut
    lastSeen
  }
}
    `) as unknown as TypedDocumentString<FieldDatasetsQuery, FieldDatasetsQueryVariables>;
export const FieldsDocument = new TypedDocumentString(`
    query Fields($first: Int, $filter: FieldFilter) {
  fields(first: $first, filter: $filter) {
    edges {
      cursor
      node {
        dataset
        kind
        name
        types
        examples
        share
        keys
        firstSeen
        lastSeen
        state
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<FieldsQuery, FieldsQueryVariables>;
export const HuntsDocument = new TypedDocumentString(`
    query Hunts($first: Int, $after: String) {
  hunts(first: $first, after: $after) {
    edges {
      node {
        ...HuntRow
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment HuntRow on Hunt {
  id
  name
  query
  indicatorCount
  datasets
  from
  to
  severity
  makesAlerts
  state
  reason
  progress
  eventsTotal
  servedBy
  readsTotal
  eventsRead
  matches
  newFindings
  createdAt
  createdBy
  finishedAt
}`) as unknown as TypedDocumentString<HuntsQuery, HuntsQueryVariables>;
export const HuntDocument = new TypedDocumentString(`
    query Hunt($id: ID!) {
  hunt(id: $id) {
    ...HuntRow
    indicators(first: 20) {
      type
      value
    }
  }
}
    fragment HuntRow on Hunt {
  id
  name
  query
  indicatorCount
  datasets
  from
  to
  severity
  makesAlerts
  state
  reason
  progress
  eventsTotal
  servedBy
  readsTotal
  eventsRead
  matches
  newFindings
  createdAt
  createdBy
  finishedAt
}`) as unknown as TypedDocumentString<HuntQuery, HuntQueryVariables>;
export const HuntFindingsDocument = new TypedDocumentString(`
    query HuntFindings($id: ID!, $first: Int, $after: String) {
  hunt(id: $id) {
    id
    findings(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          time
          rule {
            title
          }
          entities {
            type
            value
          }
          matchedFields {
            name
            value
          }
          events {
            dataset
            event {
              id
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<HuntFindingsQuery, HuntFindingsQueryVariables>;
export const HuntEstimateDocument = new TypedDocumentString(`
    query HuntEstimate($input: HuntQuestion!) {
  huntEstimate(input: $input) {
    events
    servedBy
    reads
    why
    seconds
    isAllowed
    advice
    narrowedFrom
  }
}
    `) as unknown as TypedDocumentString<HuntEstimateQuery, HuntEstimateQueryVariables>;
export const StartHuntDocument = new TypedDocumentString(`
    mutation StartHunt($input: NewHunt!) {
  startHunt(input: $input) {
    ...HuntRow
  }
}
    fragment HuntRow on Hunt {
  id
  name
  query
  indicatorCount
  datasets
  from
  to
  severity
  makesAlerts
  state
  reason
  progress
  eventsTotal
  servedBy
  readsTotal
  eventsRead
  matches
  newFindings
  createdAt
  createdBy
  finishedAt
}`) as unknown as TypedDocumentString<StartHuntMutation, StartHuntMutationVariables>;
export const PauseHuntDocument = new TypedDocumentString(`
    mutation PauseHunt($id: ID!) {
  pauseHunt(id: $id) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<PauseHuntMutation, PauseHuntMutationVariables>;
export const ResumeHuntDocument = new TypedDocumentString(`
    mutation ResumeHunt($id: ID!) {
  resumeHunt(id: $id) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<ResumeHuntMutation, ResumeHuntMutationVariables>;
export const CancelHuntDocument = new TypedDocumentString(`
    mutation CancelHunt($id: ID!) {
  cancelHunt(id: $id) {
    id
    state
  }
}
    `) as unknown as TypedDocumentString<CancelHuntMutation, CancelHuntMutationVariables>;
export const EventRateDocument = new TypedDocumentString(`
    query EventRate($from: Time!, $to: Time!, $spanSeconds: Int!) {
  eventCounts(from: $from, to: $to, spanSeconds: $spanSeconds, by: sensor) {
    start
    count
    series
  }
}
    `) as unknown as TypedDocumentString<EventRateQuery, EventRateQueryVariables>;
export const OverviewDocument = new TypedDocumentString(`
    query Overview($before: Time!, $from: Time!, $to: Time!, $spanSeconds: Int!, $wholeSeconds: Int!) {
  alertCounts(from: $from, to: $to, spanSeconds: $spanSeconds) {
    start
    count
    series
  }
  alertsBefore: alertCounts(from: $before, to: $from, spanSeconds: $wholeSeconds) {
    start
    count
    series
  }
  eventsBefore: eventCounts(
    from: $before
    to: $from
    spanSeconds: $wholeSeconds
    by: sensor
  ) {
    start
    count
    series
  }
  findingsByRule(from: $from, to: $to, first: 50) {
    ruleId
    title
    severity
    count
    lastTime
  }
  findingsBefore: findingsByRule(from: $before, to: $from, first: 50) {
    ruleId
    count
  }
}
    `) as unknown as TypedDocumentString<OverviewQuery, OverviewQueryVariables>;
export const OpenAlertsDocument = new TypedDocumentString(`
    query OpenAlerts($first: Int) {
  critical: alerts(
    first: $first
    filter: {status: [open, acknowledged], minSeverity: critical}
  ) {
    edges {
      node {
        ...AlertRow
      }
    }
    pageInfo {
      hasNextPage
    }
  }
  high: alerts(
    first: $first
    filter: {status: [open, acknowledged], minSeverity: high}
  ) {
    edges {
      node {
        ...AlertRow
      }
    }
    pageInfo {
      hasNextPage
    }
  }
  all: alerts(first: $first, filter: {status: [open, acknowledged]}) {
    edges {
      node {
        ...AlertRow
      }
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment AlertRow on Alert {
  id
  revision
  time
  lastTime
  title
  severity
  score
  status
  verdict
  verdictReason
  assignee
  labels
  workRevision
  changeId
  tags
  entities {
    type
    value
  }
  rules {
    id
    title
  }
  findingCount
  eventCount
  storedAt
  reason
}`) as unknown as TypedDocumentString<OpenAlertsQuery, OpenAlertsQueryVariables>;
export const NewestEventsDocument = new TypedDocumentString(`
    query NewestEvents($first: Int) {
  events(first: $first) {
    edges {
      node {
        ...EventRow
      }
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`) as unknown as TypedDocumentString<NewestEventsQuery, NewestEventsQueryVariables>;
export const LedgerDocument = new TypedDocumentString(`
    query Ledger {
  ledger {
    closedAt
    breaks {
      at
      kind
      stage
      topic
      partition
      from
      to
      count
      detail
    }
    reports {
      day
      hash
    }
  }
}
    `) as unknown as TypedDocumentString<LedgerQuery, LedgerQueryVariables>;
export const PipelineHealthDocument = new TypedDocumentString(`
    query PipelineHealth {
  pipeline {
    state
    parts {
      name
      kind
      state
      version
      detail
      downSince
    }
    stages {
      name
      inputTopic
      outputTopics
      lag
      watermark
      watermarks {
        dataset
        watermark
      }
      inPerSecond
      in
      passed
      out
      dropped {
        name
        count
      }
      rejected {
        name
        count
      }
    }
    topics {
      name
      partitions
      records
      schema
      key
    }
    deadLetterCounts {
      name
      count
    }
    refusedSources {
      topic
      count
      code
      isThrottled
    }
  }
}
    `) as unknown as TypedDocumentString<PipelineHealthQuery, PipelineHealthQueryVariables>;
export const RulesDocument = new TypedDocumentString(`
    query Rules($first: Int, $after: String, $filter: RuleFilter) {
  rules(first: $first, after: $after, filter: $filter) {
    edges {
      cursor
      node {
        ...RuleRow
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment RuleRow on Rule {
  id
  title
  kind
  level
  state
  shadowedBecause
  origin
  file
  author
  hits(hours: 24)
  hitsTwoDays: hits(hours: 48)
  suppressed(hours: 24)
  noise(hours: 24)
  verdicts {
    truePositive
    falsePositive
    benign
    none
  }
}`) as unknown as TypedDocumentString<RulesQuery, RulesQueryVariables>;
export const RuleRefusalsDocument = new TypedDocumentString(`
    query RuleRefusals {
  ruleRefusals {
    file
    document
    line
    title
    reason
  }
}
    `) as unknown as TypedDocumentString<RuleRefusalsQuery, RuleRefusalsQueryVariables>;
export const RuleDocument = new TypedDocumentString(`
    query Rule($id: ID!) {
  rule(id: $id) {
    ...RuleRow
    version
    set
    text
    description
    license
    references
    falsepositives
    tags
    logsource {
      product
      category
      service
    }
    lastHitAt
    writtenAt
    writtenBy
    versions {
      version
      set
      state
      text
      writtenAt
      writtenBy
    }
  }
}
    fragment RuleRow on Rule {
  id
  title
  kind
  level
  state
  shadowedBecause
  origin
  file
  author
  hits(hours: 24)
  hitsTwoDays: hits(hours: 48)
  suppressed(hours: 24)
  noise(hours: 24)
  verdicts {
    truePositive
    falsePositive
    benign
    none
  }
}`) as unknown as TypedDocumentString<RuleQuery, RuleQueryVariables>;
export const AddRuleDocument = new TypedDocumentString(`
    mutation AddRule($input: RuleInput!) {
  addRule(input: $input) {
    id
    title
    state
    version
    set
    writtenAt
  }
}
    `) as unknown as TypedDocumentString<AddRuleMutation, AddRuleMutationVariables>;
export const UpdateRuleDocument = new TypedDocumentString(`
    mutation UpdateRule($id: ID!, $change: RuleChange!) {
  updateRule(id: $id, change: $change) {
    id
    title
    state
    version
    set
    writtenAt
  }
}
    `) as unknown as TypedDocumentString<UpdateRuleMutation, UpdateRuleMutationVariables>;
export const RetireRuleDocument = new TypedDocumentString(`
    mutation RetireRule($id: ID!, $version: Int) {
  retireRule(id: $id, version: $version) {
    id
    title
    state
    version
    set
    writtenAt
  }
}
    `) as unknown as TypedDocumentString<RetireRuleMutation, RetireRuleMutationVariables>;
export const RuleProblemsDocument = new TypedDocumentString(`
    query RuleProblems($text: String!, $id: ID) {
  ruleProblems(text: $text, id: $id) {
    line
    isRefusal
    reason
  }
}
    `) as unknown as TypedDocumentString<RuleProblemsQuery, RuleProblemsQueryVariables>;
export const RuleTrialDocument = new TypedDocumentString(`
    query RuleTrial($text: String!, $hours: Int) {
  ruleTrial(text: $text, hours: $hours) {
    looked
    matched
    isWhole
    from
    to
    samples {
      event {
        ...EventRow
      }
      why {
        name
        value
      }
    }
  }
}
    fragment EventRow on Event {
  id
  time
  dataset
  sensor
  kind
  category
  action
  code
  severity
  outcome
  message
  host
  user
  sourceIp
  sourcePort
  destinationIp
  destinationPort
  process
}`) as unknown as TypedDocumentString<RuleTrialQuery, RuleTrialQueryVariables>;
export const RuleExplanationDocument = new TypedDocumentString(`
    query RuleExplanation($text: String!, $eventId: ID!) {
  ruleExplanation(text: $text, eventId: $eventId) {
    ...ExplainedRule
  }
}
    fragment ExplainedRule on RuleExplanation {
  matches
  parts {
    depth
    kind
    text
    holds
    use
    has
    foundAs
    seen
    values {
      value
      holds
      met {
        path
        before
        part
        after
      }
    }
    valueCount
  }
}`) as unknown as TypedDocumentString<RuleExplanationQuery, RuleExplanationQueryVariables>;
export const CoverageDocument = new TypedDocumentString(`
    query Coverage($hours: Int) {
  coverage(hours: $hours) {
    technique
    name
    family
    tactics
    hits
    rules {
      id
      title
      level
      state
      hits
    }
  }
}
    `) as unknown as TypedDocumentString<CoverageQuery, CoverageQueryVariables>;
export const CoverageLayerDocument = new TypedDocumentString(`
    query CoverageLayer($hours: Int) {
  coverageLayer(hours: $hours)
}
    `) as unknown as TypedDocumentString<CoverageLayerQuery, CoverageLayerQueryVariables>;
export const ExceptionsDocument = new TypedDocumentString(`
    query Exceptions($first: Int, $after: String, $filter: ExceptionFilter) {
  exceptions(first: $first, after: $after, filter: $filter) {
    edges {
      node {
        ...ExceptionRow
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ExceptionRow on Exception {
  id
  ruleIds
  conditions
  owner
  reason
  createdAt
  createdBy
  expiresAt
  endedAt
  endedBy
  isActive
  suppressed
}`) as unknown as TypedDocumentString<ExceptionsQuery, ExceptionsQueryVariables>;
export const ExceptionDraftDocument = new TypedDocumentString(`
    query ExceptionDraft($alertId: ID!, $fields: [String!]) {
  exceptionDraft(alertId: $alertId, fields: $fields) {
    ruleIds
    conditions
    fields {
      name
      value
    }
  }
}
    `) as unknown as TypedDocumentString<ExceptionDraftQuery, ExceptionDraftQueryVariables>;
export const ExceptionEffectDocument = new TypedDocumentString(`
    query ExceptionEffect($conditions: JSON!, $ruleIds: [String!]!) {
  exceptionEffect(conditions: $conditions, ruleIds: $ruleIds, days: 7) {
    looked
    suppressed
    isWhole
    alerts
    examples {
      id
      time
      ruleId
      matchedFields {
        name
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ExceptionEffectQuery, ExceptionEffectQueryVariables>;
export const AddExceptionDocument = new TypedDocumentString(`
    mutation AddException($input: ExceptionInput!) {
  addException(input: $input) {
    ...ExceptionRow
  }
}
    fragment ExceptionRow on Exception {
  id
  ruleIds
  conditions
  owner
  reason
  createdAt
  createdBy
  expiresAt
  endedAt
  endedBy
  isActive
  suppressed
}`) as unknown as TypedDocumentString<AddExceptionMutation, AddExceptionMutationVariables>;
export const EndExceptionDocument = new TypedDocumentString(`
    mutation EndException($id: ID!) {
  endException(id: $id) {
    ...ExceptionRow
  }
}
    fragment ExceptionRow on Exception {
  id
  ruleIds
  conditions
  owner
  reason
  createdAt
  createdBy
  expiresAt
  endedAt
  endedBy
  isActive
  suppressed
}`) as unknown as TypedDocumentString<EndExceptionMutation, EndExceptionMutationVariables>;
export const SensorsDocument = new TypedDocumentString(`
    query Sensors($first: Int, $after: String, $filter: SensorFilter) {
  sensors(first: $first, after: $after, filter: $filter) {
    edges {
      cursor
      node {
        id
        name
        access
        format
        source
        topic
        state
        silenceSeconds
        silentSince
        lastSeenAt
        eventsPerMinute
        eventsPerMinuteBefore
        lagSeconds
        refused
        unparsed
        events
        skew {
          aheadMinute
          ahead
          near
          lateMinute
          lateHour
          lateDay
          lateMore
        }
        credentials {
          id
          kind
          createdAt
          expiresAt
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<SensorsQuery, SensorsQueryVariables>;
export const SensorDocument = new TypedDocumentString(`
    query Sensor($id: ID!) {
  sensor(id: $id) {
    id
    name
    access
    format
    source
    topic
    state
    silenceSeconds
    silentSince
    lastSeenAt
    createdAt
    createdBy
    revokedAt
    revokedBy
    eventsPerMinute
    eventsPerMinuteBefore
    lagSeconds
    events
    unparsed
    keyless
    refused
    skew {
      aheadMinute
      ahead
      near
      lateMinute
      lateHour
      lateDay
      lateMore
    }
    refusals {
      stage
      code
      count
      newest
      message
      id
    }
    silences {
      since
      noticedAt
      endedAt
    }
    credentials {
      id
      kind
      createdAt
      expiresAt
      lastUsedAt
    }
    snippets {
      shipper
      title
      file
      text
    }
  }
}
    `) as unknown as TypedDocumentString<SensorQuery, SensorQueryVariables>;
export const SensorHistoryDocument = new TypedDocumentString(`
    query SensorHistory($id: ID!, $from: Time!, $to: Time!, $spanSeconds: Int!) {
  sensor(id: $id) {
    history(from: $from, to: $to, spanSeconds: $spanSeconds) {
      start
      events
      unparsed
      refused
      lagSeconds
    }
  }
}
    `) as unknown as TypedDocumentString<SensorHistoryQuery, SensorHistoryQueryVariables>;
export const SensorFormatsDocument = new TypedDocumentString(`
    query SensorFormats {
  sensorFormats
}
    `) as unknown as TypedDocumentString<SensorFormatsQuery, SensorFormatsQueryVariables>;
export const EnrolSensorDocument = new TypedDocumentString(`
    mutation EnrolSensor($input: SensorInput!) {
  enrolSensor(input: $input) {
    ...Enrolled
  }
}
    fragment Enrolled on EnrolledSensor {
  sensor {
    id
    name
    topic
    access
    credentials {
      id
      kind
      expiresAt
    }
  }
  credential {
    token
    certificate
    key
    spiffeId
    user
    password
    expiresAt
  }
  snippets {
    shipper
    title
    file
    text
  }
  notes
}`) as unknown as TypedDocumentString<EnrolSensorMutation, EnrolSensorMutationVariables>;
export const RotateSensorDocument = new TypedDocumentString(`
    mutation RotateSensor($id: ID!, $overlapSeconds: Int, $csr: String) {
  rotateSensor(id: $id, overlapSeconds: $overlapSeconds, csr: $csr) {
    ...Enrolled
  }
}
    fragment Enrolled on EnrolledSensor {
  sensor {
    id
    name
    topic
    access
    credentials {
      id
      kind
      expiresAt
    }
  }
  credential {
    token
    certificate
    key
    spiffeId
    user
    password
    expiresAt
  }
  snippets {
    shipper
    title
    file
    text
  }
  notes
}`) as unknown as TypedDocumentString<RotateSensorMutation, RotateSensorMutationVariables>;
export const RevokeSensorDocument = new TypedDocumentString(`
    mutation RevokeSensor($id: ID!) {
  revokeSensor(id: $id) {
    id
    revokedAt
  }
}
    `) as unknown as TypedDocumentString<RevokeSensorMutation, RevokeSensorMutationVariables>;
export const TrySensorDocument = new TypedDocumentString(`
    mutation TrySensor($input: TrialInput!) {
  trySensor(input: $input) {
    records
    isCut
    results {
      record
      format
      confidence
      dataset
      refused {
        code
        reason
      }
      unparsed
      isDuplicate
      fields {
        name
        value
      }
      rules {
        id
        title
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TrySensorMutation, TrySensorMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    user
    organization
    roles
    permissions
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;