// Model providers: who changed what, and what was asked of a model.
import type { Draft } from '../kit.ts';
import type { JsonLog } from '../kit.ts';
import { isObject, lastPart, mapping, via } from '../kit.ts';

/** What went in and out of a model is content: nothing of it is in a field, all of it in the native document. */
function invocation(event: Draft): void {
  event.category = ['api'];
  event.type = ['access'];
}

export const AI: readonly JsonLog[] = [
  {
    // https://docs.claude.com/en/api/compliance
    dataset: 'anthropic.activity',
    product: 'anthropic',
    service: 'activity',
    has: ['organization_id', 'actor', 'created_at', 'type', 'id'],
    when: ({ actor }) => isObject(actor) && typeof actor.type === 'string' && actor.type.endsWith('_actor'),
    exportedAs: 'Anthropic.Activity',
    id: 'id',
    set: mapping({
      '@timestamp': 'created_at',
      'event.action': 'type',
      'user.name': ['actor.email_address', 'actor.unauthenticated_email_address'],
      'user.id': ['actor.user_id', 'actor.api_key_id', 'actor.admin_api_key_id'],
      'user.target.id': 'deleted_user_id',
      'user.target.name': 'deleted_user_email',
      'source.ip': 'actor.ip_address',
      'user_agent.original': 'actor.user_agent',
    }),
  },
  {
    // https://platform.openai.com/docs/api-reference/audit-logs/object
    dataset: 'openai.audit',
    product: 'openai',
    service: 'audit',
    has: ['effective_at', 'actor', 'type', 'id'],
    exportedAs: 'OpenAI.Audit',
    id: 'id',
    set: mapping({
      '@timestamp': 'effective_at',
      'event.action': 'type',
      'user.name': ['actor.session.user.email', 'actor.api_key.user.email', 'actor.api_key.service_account.id'],
      'user.id': ['actor.session.user.id', 'actor.api_key.user.id', 'actor.api_key.id'],
      'user.target.id': ['role_assignment_created.principal_id', 'role_assignment_deleted.principal_id', 'user_added.id', 'user_deleted.id'],
      'source.ip': 'actor.session.ip_address',
      'source.geo.country_iso_code': 'actor.session.ip_address_details.country',
      'user_agent.original': 'actor.session.user_agent',
    }),
  },
  {
    // https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
    dataset: 'aws.bedrock',
    product: 'aws',
    service: 'bedrock',
    has: ['schemaType', 'modelId', 'operation', 'requestId'],
    exportedAs: 'AWS.BedrockModelInvocation',
    id: 'requestId',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': 'operation',
      'event.outcome': via('errorCode', () => 'failure'),
      'error.code': 'errorCode',
      'user.id': 'identity.arn',
      'user.name': via('identity.arn', (arn) => lastPart(String(arn))),
      'cloud.provider': via('modelId', () => 'aws'),
      'cloud.account.id': 'accountId',
      'cloud.region': 'region',
      'cloud.service.name': via('modelId', () => 'bedrock'),
    }),
    mean: invocation,
  },
];
