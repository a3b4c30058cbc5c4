// What the events of the Security channel mean: https://learn.microsoft.com/windows/security/threat-protection/auditing/
// `whose`: the account that the event is about is the target (logons), the subject (what it does to others), or both.

export interface SecurityKind {
  readonly action: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly whose: 'target' | 'subject';
}

const entries: [number, SecurityKind][] = [];
const define = (category: readonly string[], type: readonly string[], whose: SecurityKind['whose'], actions: Readonly<Record<number, string>>): void => {
  for (const [id, action] of Object.entries(actions)) entries.push([Number(id), { action, category, type, whose }]);
};

define(['authentication'], ['start'], 'target', {
  4624: 'logged-in',
  4625: 'logon-failed',
  4768: 'kerberos-authentication-ticket-requested',
  4769: 'kerberos-service-ticket-requested',
  4770: 'kerberos-service-ticket-renewed',
  4771: 'kerberos-preauth-failed',
  4776: 'credential-validated',
  4777: 'credential-validation-failed',
});
define(['authentication'], ['end'], 'target', { 4634: 'logged-out', 4647: 'logged-out' });
define(['authentication'], ['start'], 'subject', { 4648: 'logged-in-explicit' });
define(['authentication', 'session'], ['start'], 'target', { 4778: 'session-reconnected', 4801: 'workstation-unlocked', 4803: 'screensaver-dismissed' });
define(['authentication', 'session'], ['end'], 'target', { 4779: 'session-disconnected', 4800: 'workstation-locked', 4802: 'screensaver-invoked' });
define(['iam'], ['admin'], 'subject', {
  4672: 'logged-in-special',
  4964: 'logged-in-special',
  4673: 'privileged-service-called',
  4674: 'privileged-operation',
  1104: 'logging-full',
  1105: 'auditlog-archieved',
  1108: 'logging-processing-error',
});
define(['iam'], ['admin', 'change'], 'subject', { 1102: 'audit-log-cleared' });
define(['process'], ['end'], 'subject', { 1100: 'logging-service-shutdown', 4609: 'system-shutdown', 4689: 'exited-process' });
define(['process'], ['start'], 'subject', { 4688: 'created-process', 4696: 'assigned-primary-token' });
define(['host'], ['start'], 'subject', { 4608: 'system-started' });
define(['host'], ['change'], 'subject', { 4616: 'system-time-changed' });
define(['process'], ['access'], 'subject', {
  4656: 'requested-handle-to-object',
  4658: 'closed-handle-to-object',
  4690: 'duplicated-handle-to-object',
  4663: 'accessed-object',
  4661: 'requested-handle-to-sam-object',
});
define(['process'], ['change'], 'subject', { 4660: 'deleted-object', 4703: 'adjusted-token-right' });
define(['registry'], ['change'], 'subject', { 4657: 'registry-value-modified' });
define(['iam', 'configuration'], ['admin', 'change'], 'subject', {
  4662: 'object-operation-performed',
  4670: 'permissions-changed',
  4697: 'service-installed',
  4719: 'changed-audit-config',
  4717: 'system-security-access-granted',
  4817: 'object-audit-changed',
  4906: 'crash-on-audit-changed',
  4907: 'audit-setting-changed',
  4908: 'special-group-table-changed',
  4912: 'per-user-audit-policy-changed',
  4704: 'user-right-assigned',
  4705: 'user-right-removed',
  4946: 'firewall-rule-added',
  4947: 'firewall-rule-changed',
  4948: 'firewall-rule-deleted',
  4950: 'firewall-setting-changed',
});
define(['iam', 'configuration'], ['admin', 'creation'], 'subject', {
  4698: 'scheduled-task-created',
  4902: 'user-audit-policy-created',
  4904: 'security-event-source-added',
});
define(['iam', 'configuration'], ['admin', 'deletion'], 'subject', {
  4699: 'scheduled-task-deleted',
  4718: 'system-security-access-removed',
  4905: 'security-event-source-removed',
});
define(['iam', 'configuration'], ['admin', 'change'], 'subject', {
  4700: 'scheduled-task-enabled',
  4701: 'scheduled-task-disabled',
  4702: 'scheduled-task-updated',
});
define(['configuration'], ['creation'], 'subject', { 4706: 'domain-trust-added', 5137: 'directory-service-object-created' });
define(['configuration'], ['deletion'], 'subject', { 4707: 'domain-trust-removed', 5141: 'directory-service-object-deleted' });
define(['configuration'], ['change'], 'subject', {
  4713: 'kerberos-policy-changed',
  4714: 'encrypted-data-recovery-policy-changed',
  4715: 'object-audit-policy-changed',
  4716: 'trusted-domain-information-changed',
  4739: 'domain-policy-changed',
});
define(['iam', 'configuration'], ['change'], 'subject', {
  5136: 'directory-service-object-modified',
  5138: 'directory-service-object-undeleted',
  5139: 'directory-service-object-moved',
});
define(['iam'], ['user', 'creation'], 'subject', { 4720: 'added-user-account' });
define(['iam'], ['user', 'change'], 'subject', {
  4722: 'enabled-user-account',
  4723: 'changed-password',
  4724: 'reset-password',
  4725: 'disabled-user-account',
  4738: 'modified-user-account',
  4740: 'locked-out-user-account',
  4767: 'unlocked-user-account',
  4781: 'renamed-user-account',
  4765: 'sid-history-added',
  4766: 'sid-history-failed',
  4794: 'dsrm-password-set',
});
define(['iam'], ['user', 'deletion'], 'subject', { 4726: 'deleted-user-account' });
define(['iam'], ['user', 'info'], 'subject', { 4798: 'group-membership-enumerated' });
define(['iam'], ['group', 'info'], 'subject', { 4799: 'user-member-enumerated' });
define(['iam'], ['group', 'creation'], 'subject', {
  4727: 'added-group-account',
  4731: 'added-group-account',
  4754: 'added-group-account',
  4744: 'added-distribution-group-account',
  4749: 'added-distribution-group-account',
  4759: 'added-distribution-group-account',
});
define(['iam'], ['group', 'deletion'], 'subject', {
  4730: 'deleted-group-account',
  4734: 'deleted-group-account',
  4758: 'deleted-group-account',
  4748: 'deleted-distribution-group-account',
  4753: 'deleted-distribution-group-account',
  4763: 'deleted-distribution-group-account',
});
define(['iam'], ['group', 'change'], 'subject', {
  4728: 'added-member-to-group',
  4732: 'added-member-to-group',
  4756: 'added-member-to-group',
  4729: 'removed-member-from-group',
  4733: 'removed-member-from-group',
  4757: 'removed-member-from-group',
  4735: 'modified-group-account',
  4737: 'modified-group-account',
  4755: 'modified-group-account',
  4764: 'type-changed-group-account',
  4745: 'changed-distribution-group-account',
  4750: 'changed-distribution-group-account',
  4760: 'changed-distribution-group-account',
  4746: 'added-member-to-distribution-group',
  4751: 'added-member-to-distribution-group',
  4761: 'added-member-to-distribution-group',
  4747: 'removed-member-from-distribution-group',
  4752: 'removed-member-from-distribution-group',
  4762: 'removed-member-from-distribution-group',
});
define(['iam'], ['creation', 'admin'], 'subject', { 4741: 'added-computer-account' });
define(['iam'], ['change', 'admin'], 'subject', { 4742: 'changed-computer-account' });
define(['iam'], ['deletion', 'admin'], 'subject', { 4743: 'deleted-computer-account' });
define(['network', 'file'], ['info', 'access'], 'subject', { 5140: 'network-share-object-accessed', 5145: 'network-share-object-access-checked' });
define(['network', 'file'], ['change'], 'subject', {
  5142: 'network-share-object-added',
  5143: 'network-share-object-modified',
  5144: 'network-share-object-deleted',
});
define(['network'], ['connection', 'allowed'], 'subject', {
  5154: 'windows-firewall-listen-allowed',
  5156: 'windows-firewall-connection',
  5158: 'windows-firewall-bind-allowed',
});
define(['network'], ['connection', 'denied'], 'subject', {
  5152: 'windows-firewall-packet-block',
  5155: 'windows-firewall-listen-blocked',
  5157: 'windows-firewall-connection-block',
  5159: 'windows-firewall-bind-blocked',
});

/** By event id in decimal text. */
export const SECURITY_KINDS: ReadonlyMap<string, SecurityKind> = new Map(entries.map(([id, kind]) => [String(id), kind]));
