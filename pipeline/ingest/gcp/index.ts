// Google Cloud log entries: audit, HTTP load balancer, VPC flows, DNS. https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
import type { JsonObject } from '../kit.ts';
import { isObject, jsonLogs, LIKELY, objectOf, text } from '../kit.ts';
import { audit, balancer, dns, flow, setAudit, setBalancer, setDns, setEntry, setFlow } from './kinds.ts';

const GCP = { product: 'gcp', id: ['insertId', 'timestamp'] } as const;
const logName = (json: JsonObject): string => text(json.logName) ?? text(json.logname) ?? '';
const isAuditPayload = (payload: unknown): boolean =>
  isObject(payload) &&
  (payload.methodName !== undefined ||
    payload.authorizationInfo !== undefined ||
    payload.authenticationInfo !== undefined ||
    payload.serviceName !== undefined ||
    String(payload['@type']).endsWith('AuditLog'));

export default jsonLogs({
  name: 'gcp',
  version: 1,
  reads: 'Google Cloud log entries: audit logs, HTTP load balancers, VPC flows, DNS, others; answers of the interface (`entries`)',
  recognisedBy: 'protoPayload with methodName or authenticationInfo; httpRequest of an http_load_balancer; logName with insertId and resource',
  arrays: ['entries'],
  logs: [
    {
      ...GCP,
      dataset: 'gcp.audit',
      service: 'gcp.audit',
      has: ['protoPayload'],
      when: ({ protoPayload: payload }) => isAuditPayload(payload),
      exportedAs: 'GCP.AuditLog',
      set: setAudit,
      mean: audit,
    },
    {
      ...GCP,
      dataset: 'gcp.audit',
      service: 'gcp.audit',
      has: ['protopayload'],
      when: ({ protopayload: payload }) => isAuditPayload(payload),
      set: setAudit,
      mean: audit,
    },
    {
      ...GCP,
      dataset: 'gcp.loadbalancer',
      service: 'gcp.loadbalancer',
      category: ['webserver'],
      has: ['httpRequest'],
      when: ({ resource, jsonPayload: payload }) =>
        (isObject(resource) && String(resource.type).includes('load_balancer')) || (isObject(payload) && payload.statusDetails !== undefined),
      exportedAs: 'GCP.HTTPLoadBalancer',
      set: setBalancer,
      mean: balancer,
    },
    {
      ...GCP,
      dataset: 'gcp.vpcflow',
      service: 'gcp.vpcflow',
      category: ['network_connection'],
      has: ['jsonPayload', 'logName'],
      when: ({ jsonPayload: payload }) => isObject(payload) && isObject(payload.connection) && payload.connection.src_ip !== undefined,
      set: setFlow,
      mean: flow,
    },
    {
      ...GCP,
      dataset: 'gcp.dns',
      service: 'gcp.dns',
      category: ['dns'],
      has: ['jsonPayload', 'logName'],
      when: ({ jsonPayload: payload }) => isObject(payload) && payload.queryName !== undefined && payload.responseCode !== undefined,
      set: setDns,
      mean: dns,
    },
    {
      ...GCP,
      dataset: 'gcp.log',
      service: 'gcp.log',
      confidence: LIKELY,
      has: ['logName', 'insertId', 'resource'],
      when: (json) => /^(?:projects|organizations|folders|billingAccounts)\/[^/]+\/logs\//.test(logName(json)) && objectOf(json.resource).type !== undefined,
      set: setEntry,
    },
  ],
});
