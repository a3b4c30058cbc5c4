// Kubernetes audit log: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { CERTAIN, draft, elementRanges, exactJson, isObject, mapping, memberRange, objectOf, setField, setUrl, text, texts, via } from '../kit.ts';
import { meaningOf } from './meaning.ts';

const LOGSOURCE: Draft['logsource'] = { category: [], service: ['audit'] };

const set = mapping({
  '@timestamp': ['stageTimestamp', 'requestReceivedTimestamp', 'timestamp', 'metadata.creationTimestamp'],
  'event.start': 'requestReceivedTimestamp',
  'event.action': 'verb',
  'event.code': 'stage',
  'user.name': 'user.username',
  'user.id': 'user.uid',
  'user.roles': via('user.groups', (value) => texts(value)),
  'user.effective.name': 'impersonatedUser.username',
  'source.ip': via('sourceIPs', (value) => texts(value)[0]),
  'user_agent.original': 'userAgent',
  'http.response.status_code': 'responseStatus.code',
  'error.message': via('responseStatus.message', (value, { responseStatus }) => (Number(objectOf(responseStatus).code) >= 400 ? value : null)),
  'error.code': via('responseStatus.reason', (value, { responseStatus }) => (Number(objectOf(responseStatus).code) >= 400 ? value : null)),
  'orchestrator.namespace': 'objectRef.namespace',
  'orchestrator.resource.name': 'objectRef.name',
  'orchestrator.resource.id': 'objectRef.uid',
  'orchestrator.api_version': via('objectRef.apiVersion', (value, { objectRef }) => {
    const group = text(objectOf(objectRef).apiGroup);
    return group === null ? value : `${group}/${String(value)}`;
  }),
  'process.args': via('requestObject.command', (value) => texts(value)),
  'container.name': via('requestObject.container', (value) => text(value)),
});

/** Shippers cut fields away: what is left must still be of one kind. */
function isAudit(value: unknown): boolean {
  if (!isObject(value) || (value.kind !== undefined && value.kind !== 'Event')) return false;
  if (typeof value.apiVersion === 'string' && value.apiVersion.startsWith('audit.k8s.io/')) return true;
  if (typeof value.auditID === 'string' && typeof value.stage === 'string') return true;
  return value.kind === 'Event' && typeof value.verb === 'string' && (isObject(value.objectRef) || typeof value.requestURI === 'string');
}

const decoder: Decoder = {
  name: 'kubernetes-audit',
  version: 1,
  reads: 'Kubernetes audit log, v1 and v1beta1, single events and EventList, of any distribution (EKS, GKE, AKS and others)',
  recognisedBy: 'kind Event of audit.k8s.io, or auditID and stage, or verb and objectRef; EventList of them',
  datasets: ['kubernetes.audit'],
  clues: { members: ['kind', 'auditID'] },
  recognise: ({ json }) => (isAudit(json) || (json?.kind === 'EventList' && Array.isArray(json.items) && isAudit(json.items[0])) ? CERTAIN : 0),
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    if (isAudit(json)) return [eventOf(document, json, document.bytes)];
    if (!Array.isArray(json.items)) return 'neither an audit event nor a list of them';
    const ranges = elementRanges(document.text, memberRange(document.text, 'items')!.from);
    return (json.items as readonly unknown[]).map((item, index) => {
      const { from, to } = ranges[index]!;
      return eventOf(document, objectOf(item), Buffer.from(isObject(item) ? document.text.slice(from, to) : `{"item":${document.text.slice(from, to)}}`));
    });
  },
};
export default decoder;

function eventOf(document: RawDocument, json: JsonObject, native: Uint8Array): Draft {
  const event = draft('kubernetes.audit', 'kubernetes', native);
  const target = objectOf(json.objectRef);
  const annotations = objectOf(json.annotations);
  event.logsource = LOGSOURCE;
  event.provider = 'kube-apiserver';
  set(event, json, document);
  // The path has the arguments of a shell in it: rules look for them in the native document, people in url.query.
  setUrl(event, text(json.requestURI));
  setField(event, 'orchestrator.type', 'kubernetes');
  const [resource, part] = [text(target.resource), text(target.subresource)];
  const kind = resource === null ? null : part === null ? resource : `${resource}/${part}`;
  setField(event, 'orchestrator.resource.type', kind);
  const decision = text(annotations['authorization.k8s.io/decision']);
  setField(event, 'event.reason', text(annotations['authorization.k8s.io/reason']));
  const { category, type } = meaningOf(text(json.verb), resource, part, decision);
  event.category = category;
  event.type = type;
  event.outcome = outcomeOf(text(json.stage), decision, Number(objectOf(json.responseStatus).code ?? Number.NaN));
  const [auditId, stage] = [text(json.auditID), text(json.stage)];
  if (auditId !== null && stage !== null) event.id = `${auditId}|${stage}`;
  const what = [text(json.verb), kind ?? event.url?.path ?? null, text(target.name)].filter((word) => word !== null).join(' ');
  const who = event.user?.name ?? null;
  event.message = `${what}${text(target.namespace) === null ? '' : ` in ${text(target.namespace)}`}${who === null ? '' : ` by ${who}`}${event.outcome === 'failure' ? ' failed' : ''}`;
  return event;
}

/** Whether it was allowed is known from the start; whether it worked, when the answer is complete. */
function outcomeOf(stage: string | null, decision: string | null, code: number): string | null {
  if (decision === 'forbid' || code >= 400 || stage === 'Panic') return 'failure';
  if (code > 0) return 'success';
  return stage === 'RequestReceived' || stage === 'ResponseStarted' ? 'unknown' : null;
}
