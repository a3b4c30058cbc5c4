// Okta System Log: https://developer.okta.com/docs/reference/api/system-log/
import type { Draft, JsonObject } from '../kit.ts';
import { actionMeaning, always, isObject, jsonLogs, mapping, table, text, user, via } from '../kit.ts';

const OUTCOMES = table({ SUCCESS: 'success', ALLOW: 'success', FAILURE: 'failure', DENY: 'failure' });

const set = mapping({
  '@timestamp': 'published',
  'event.action': ['eventType', 'eventtype'],
  'event.code': ['legacyEventType', 'legacyeventtype'],
  'event.outcome': via('outcome.result', (result) => OUTCOMES.get(String(result)) ?? 'unknown'),
  'event.reason': 'outcome.reason',
  'event.provider': always('okta'),
  'log.level': via('severity', (severity) => String(severity).toLowerCase()),
  message: ['displayMessage', 'displaymessage'],
  'user.name': 'actor.alternateId',
  'user.id': 'actor.id',
  'user.full_name': 'actor.displayName',
  'source.ip': ['client.ipAddress', 'request.ipChain.0.ip'],
  'source.as.number': ['securityContext.asNumber', 'securitycontext.asNumber'],
  'source.as.organization.name': ['securityContext.asOrg', 'securitycontext.asOrg'],
  'source.domain': ['securityContext.domain', 'securitycontext.domain'],
  'user_agent.original': 'client.userAgent.rawUserAgent',
  'url.path': ['debugContext.debugData.requestUri', 'debugcontext.debugData.requestUri'],
  'transaction.id': 'transaction.id',
});

const AUTHENTICATION: Readonly<Record<string, readonly string[]>> = {
  'user.session.start': ['start'],
  'user.session.end': ['end'],
  'user.session.clear': ['end'],
  'user.authentication': ['start'],
  'app.oauth2': ['info'],
  'policy.evaluate_sign_on': ['info'],
  'user.mfa.okta_verify': ['info'],
};

function mean(event: Draft, json: JsonObject): void {
  const action = event.action ?? '';
  const known = Object.entries(AUTHENTICATION).find(([beginning]) => action.startsWith(beginning));
  const { category, type } = known === undefined ? actionMeaning(action) : { category: ['authentication'], type: known[1] };
  event.category = category;
  event.type = type;
  const targets: readonly unknown[] = Array.isArray(json.target) ? json.target : [];
  const target = targets.find((one): one is JsonObject => isObject(one) && one.type === 'User');
  if (target === undefined) return;
  const name = text(target.alternateId);
  event.targetUser = user(name, null, text(target.id), name?.includes('@') === true ? name : null);
}

export default jsonLogs({
  name: 'okta',
  version: 1,
  reads: 'Okta System Log: single events, answers of the interface, event hooks, EventBridge',
  recognisedBy: 'an actor with alternateId, eventType and published or uuid',
  arrays: ['data.events'],
  objects: ['detail'],
  logs: [
    {
      dataset: 'okta.system',
      product: 'okta',
      service: 'okta',
      has: ['actor'],
      when: (json) =>
        isObject(json.actor) &&
        json.actor.alternateId !== undefined &&
        typeof (json.eventType ?? json.eventtype) === 'string' &&
        (json.published !== undefined || json.uuid !== undefined || json.version !== undefined),
      exportedAs: 'Okta.SystemLog',
      id: 'uuid',
      set,
      mean,
    },
  ],
});
