// Azure and Entra ID: platform logs as Event Hubs and storage have them, and answers of Monitor and Graph.
// https://learn.microsoft.com/en-us/azure/azure-monitor/reference/, https://learn.microsoft.com/en-us/graph/api/resources/
import type { JsonObject } from '../kit.ts';
import { isObject, jsonLogs, text } from '../kit.ts';
import {
  activity,
  audit,
  platform,
  risk,
  setActivity,
  setAudit,
  setGraphAudit,
  setPlatform,
  setRest,
  setRisk,
  setSignIn,
  setSnakeCase,
  signIn,
} from './kinds.ts';

const AZURE = { product: 'azure' } as const;
const categoryOf = (json: JsonObject): string => text(json.category) ?? '';
const isPlatform = (json: JsonObject): boolean =>
  typeof json.category === 'string' &&
  !json.category.startsWith('AdvancedHunting-') && // Defender's tables come the same way
  (json.operationName ?? json.operationname ?? json.resourceId ?? json.resourceid ?? json.properties) !== undefined;
/** Resource ids ignore case. */
const isOf = (json: JsonObject, provider: string): boolean => (text(json.resourceId) ?? text(json.resourceid) ?? '').toLowerCase().includes(provider);
const isDirectory = (json: JsonObject): boolean => isOf(json, '/providers/microsoft.aadiam');

const ACTIVITY = new Set([
  'Administrative',
  'ServiceHealth',
  'ResourceHealth',
  'Alert',
  'Autoscale',
  'Security',
  'Recommendation',
  'Policy',
  'Write',
  'Delete',
  'Action',
]);
const RISKS = new Set(['UserRiskEvents', 'RiskyUsers', 'ServicePrincipalRiskEvents', 'RiskyServicePrincipals']);
const isDirectoryAudit = (json: JsonObject): boolean =>
  categoryOf(json) === 'AuditLogs' ||
  isDirectory(json) ||
  (isObject(json.properties) && json.properties.activityDisplayName !== undefined && json.properties.loggedByService !== undefined);

const isWithoutCategory = ({
  operationName: name,
  callerIpAddress: address,
  resultType: result,
  resourceId: id,
  correlationId: correlation,
}: JsonObject): boolean => typeof name === 'string' && (address ?? result ?? id ?? correlation) !== undefined;

export default jsonLogs({
  name: 'azure',
  version: 1,
  reads: 'Azure activity and resource logs, Entra ID sign-in, audit and risk logs: Event Hubs (`records`), Monitor and Graph (`value`), single',
  recognisedBy:
    'category with operationName or resourceId and time; createdDateTime with userPrincipalName; activityDateTime with initiatedBy; eventTimestamp with authorization',
  arrays: ['records', 'value'],
  logs: [
    {
      ...AZURE,
      dataset: 'azure.signinlogs',
      service: 'signinlogs',
      has: ['category'],
      when: (json) => categoryOf(json).endsWith('SignInLogs') && isPlatform(json),
      set: setSignIn,
      mean: signIn,
    },
    {
      ...AZURE,
      dataset: 'azure.riskdetection',
      service: 'riskdetection',
      has: ['category'],
      when: (json) => RISKS.has(categoryOf(json)) && isPlatform(json),
      set: setRisk,
      mean: risk,
    },
    {
      ...AZURE,
      dataset: 'azure.auditlogs',
      service: 'auditlogs',
      has: ['category'],
      when: (json) => isPlatform(json) && isDirectoryAudit(json),
      exportedAs: 'Azure.Audit',
      set: setAudit,
      mean: audit,
    },
    {
      ...AZURE,
      dataset: 'azure.activitylogs',
      service: 'activitylogs',
      has: ['category'],
      when: (json) => isPlatform(json) && ACTIVITY.has(categoryOf(json)),
      exportedAs: 'Azure.MonitorActivity',
      set: setActivity,
      mean: activity,
    },
    {
      ...AZURE,
      dataset: 'azure.platformlogs',
      service: 'platformlogs',
      has: ['category'],
      when: (json) =>
        isPlatform(json) && (json.resourceId ?? json.resourceid ?? json.tenantId) !== undefined && (json.operationName ?? json.operationname) !== undefined,
      set: setPlatform,
      mean: platform,
    },
    {
      ...AZURE,
      dataset: 'azure.activitylogs',
      service: 'activitylogs',
      has: ['operationName', 'tenantId'],
      when: (json) => isWithoutCategory(json) && String(json.operationName).includes('/'),
      set: setActivity,
      mean: activity,
    },
    {
      ...AZURE,
      dataset: 'azure.platformlogs',
      service: 'platformlogs',
      has: ['operationName', 'tenantId'],
      when: isWithoutCategory,
      set: setPlatform,
      mean: platform,
    },
    {
      ...AZURE,
      dataset: 'azure.activitylogs',
      service: 'activitylogs',
      has: ['eventDataId', 'operationName', 'eventTimestamp'],
      id: 'eventDataId',
      set: setRest,
      mean: activity,
    },
    {
      ...AZURE,
      dataset: 'azure.activitylogs',
      service: 'activitylogs',
      has: ['event_data_id', 'operation_name', 'event_timestamp'],
      id: 'event_data_id',
      set: setSnakeCase,
      mean: activity,
    },
    {
      ...AZURE,
      dataset: 'azure.riskdetection',
      service: 'riskdetection',
      has: ['riskEventType'],
      when: ({ riskLevel, riskState, detectedDateTime }) => (riskLevel ?? riskState ?? detectedDateTime) !== undefined,
      id: 'id',
      set: setRisk,
      mean: risk,
    },
    {
      ...AZURE,
      dataset: 'azure.signinlogs',
      service: 'signinlogs',
      has: ['createdDateTime', 'userPrincipalName', 'appDisplayName'],
      id: 'id',
      set: setSignIn,
      mean: signIn,
    },
    {
      ...AZURE,
      dataset: 'azure.auditlogs',
      service: 'auditlogs',
      has: ['activityDateTime', 'activityDisplayName', 'initiatedBy'],
      id: 'id',
      set: setGraphAudit,
      mean: audit,
    },
  ],
});
