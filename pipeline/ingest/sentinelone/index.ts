// SentinelOne: activities and threats of the management API, and what agents see (Cloud Funnel, Deep Visibility).
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { account, CERTAIN, draft, exactJson, isObject, LIKELY, mapping, objectOf, setField, table, text, texts, via } from '../kit.ts';
import { sensorEvent } from './funnel.ts';

const LEVELS = table({ e_critical: 95, critical: 95, e_high: 75, high: 75, e_medium: 50, medium: 50, e_low: 25, low: 25, e_info: 10, info: 10 });
const levelOf = (value: unknown): number | undefined => LEVELS.get(String(value).toLowerCase());

/** Names as the API writes them, and in lower case as data lakes do. */
const setActivity = mapping({
  '@timestamp': ['createdAt', 'createdat', 'data.detectedat'],
  'event.code': ['activityType', 'activitytype'],
  message: ['primaryDescription', 'primarydescription', 'description'],
  'event.reason': ['secondaryDescription', 'secondarydescription'],
  'organization.name': ['accountName', 'accountname'],
  'agent.id': ['agentId', 'agentid'],
  'host.id': ['agentId', 'agentid'],
  'host.name': ['data.computerName', 'data.computername', 'data.endpointName', 'data.agentdetectioninfo.name'],
  'host.ip': ['data.agentIpV4', 'data.agentipv4'],
  'user.id': ['userId', 'userid'],
  'user.name': ['data.username', 'data.userName', 'data.byUser', 'data.byuser'],
  'user.email': ['data.email', 'data.userEmail'],
  'source.ip': ['data.ipAddress', 'data.ipaddress', 'data.srcIp', 'data.srcip'],
  'destination.ip': ['data.dstIp', 'data.dstip'],
  'destination.port': via(['data.dstPort', 'data.dstport'], (value) => (Number(value) === 0 ? null : value)),
  'rule.id': ['data.ruleId', 'data.ruleid'],
  'rule.name': ['data.ruleName', 'data.rulename'],
  'rule.description': ['data.ruleDescription', 'data.ruledescription'],
  'file.path': ['data.filePath', 'data.filepath'],
  'file.name': ['data.fileDisplayName', 'data.filedisplayname', 'data.filename'],
  'file.hash.sha1': ['data.fileContentHash', 'data.filecontenthash', 'threatId.sha1'],
  'event.severity': via(['data.severity'], levelOf),
});

const setThreat = mapping({
  '@timestamp': ['threatInfo.identifiedAt', 'threatInfo.createdAt', 'createdAt'],
  'event.created': 'threatInfo.createdAt',
  'event.action': 'threatInfo.mitigationStatus',
  'event.reason': 'threatInfo.analystVerdictDescription',
  'agent.id': 'agentRealtimeInfo.agentId',
  'agent.version': ['agentRealtimeInfo.agentVersion', 'agentDetectionInfo.agentVersion'],
  'organization.name': ['agentRealtimeInfo.accountName', 'agentDetectionInfo.accountName'],
  'host.name': 'agentRealtimeInfo.agentComputerName',
  'host.id': ['agentRealtimeInfo.agentUuid', 'agentDetectionInfo.agentUuid'],
  'host.ip': via('agentDetectionInfo.agentIpV4', (value) => String(value).split(/[, ]+/)),
  'host.os.type': via('agentRealtimeInfo.agentOsType', (value) => String(value).toLowerCase()),
  'file.path': 'threatInfo.filePath',
  'file.size': 'threatInfo.fileSize',
  'file.hash.sha1': 'threatInfo.sha1',
  'file.hash.sha256': 'threatInfo.sha256',
  'file.hash.md5': 'threatInfo.md5',
  'process.command_line': 'threatInfo.maliciousProcessArguments',
  'process.parent.name': 'threatInfo.originatorProcess',
  'rule.name': 'threatInfo.threatName',
  'rule.category': 'threatInfo.classification',
  'threat.tactic.name': via('indicators', (value) => tactics(value).map(({ name }) => name)),
  'threat.technique.id': via('indicators', (value) => tactics(value).flatMap(({ techniques }) => techniques)),
});
function tactics(indicators: unknown): readonly { readonly name: string; readonly techniques: readonly string[] }[] {
  if (!Array.isArray(indicators)) return [];
  return (indicators as readonly unknown[])
    .flatMap((indicator): readonly unknown[] => {
      const list: unknown = objectOf(indicator).tactics;
      return Array.isArray(list) ? list : [];
    })
    .map((tactic) => {
      const { name, techniques } = objectOf(tactic);
      return { name: text(name) ?? '', techniques: (Array.isArray(techniques) ? techniques : []).flatMap((one: unknown) => texts(objectOf(one).name)) };
    })
    .filter(({ name }) => name !== '');
}

type Kind = 'activity' | 'threat' | 'sensor';
function kindOf(json: JsonObject): Kind | undefined {
  if ((json.activityType !== undefined || json.activitytype !== undefined) && (json.primaryDescription !== undefined || json.primarydescription !== undefined))
    return 'activity';
  if (isObject(json.threatInfo) && (isObject(json.agentRealtimeInfo) || isObject(json.agentDetectionInfo))) return 'threat';
  return typeof json['event.type'] === 'string' && (json['dataSource.name'] === 'SentinelOne' || json['agent.uuid'] !== undefined) ? 'sensor' : undefined;
}

const decoder: Decoder = {
  name: 'sentinelone',
  version: 1,
  reads: 'SentinelOne: activities, threats, and what agents see (Cloud Funnel 2)',
  recognisedBy: 'activityType with primaryDescription; threatInfo with agentRealtimeInfo; event.type with agent.uuid or dataSource.name SentinelOne',
  datasets: ['sentinelone.activity', 'sentinelone.threat', 'sentinelone.sensor'],
  clues: { members: ['activityType', 'activitytype', 'threatInfo', 'event.type'] },
  recognise({ json }) {
    const kind = json === undefined ? undefined : kindOf(json);
    if (kind === undefined) return 0;
    return kind !== 'sensor' || json!['dataSource.name'] === 'SentinelOne' ? CERTAIN : LIKELY + 0.1;
  },
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    switch (kindOf(json)) {
      case 'activity':
        return [activity(document, json)];
      case 'threat':
        return [threat(document, json)];
      case 'sensor':
        return [sensorEvent(document, json)];
      default:
        return 'neither an activity nor a threat nor an event of an agent';
    }
  },
};
export default decoder;

function activity(document: RawDocument, json: JsonObject): Draft {
  const event = draft('sentinelone.activity', 'sentinelone', document.bytes);
  event.provider = 'activity';
  event.id = text(json.id) ?? '';
  setActivity(event, json, document);
  const said = event.message ?? '';
  const data = objectOf(json.data);
  if (event.rule !== null || /threat|alert|malicious/i.test(said)) {
    event.kind = 'alert';
    event.category = ['intrusion_detection'];
    event.type = ['info'];
  } else if (/logged (?:in|out)|login|2fa|two factor/i.test(said)) {
    event.category = ['authentication'];
    event.type = [/logged out/i.test(said) ? 'end' : 'start'];
    event.outcome = /fail|unsuccessful/i.test(said) ? 'failure' : 'success';
  } else if (/ user .*(?:added|deleted|modified)|user (?:added|deleted|modified)/i.test(said)) {
    event.category = ['iam'];
    event.type = ['user', /deleted/i.test(said) ? 'deletion' : /added/i.test(said) ? 'creation' : 'change'];
  } else {
    event.category = event.host === null ? ['configuration'] : ['host'];
    event.type = ['info'];
  }
  setField(event, 'event.action', text(data.status));
  return event;
}

function threat(document: RawDocument, json: JsonObject): Draft {
  const event = draft('sentinelone.threat', 'sentinelone', document.bytes);
  const info = objectOf(json.threatInfo);
  event.provider = 'threat';
  event.kind = 'alert';
  event.category = ['malware'];
  event.type = ['info'];
  event.severity = { malicious: 90, suspicious: 60 }[String(info.confidenceLevel).toLowerCase()] ?? null;
  setThreat(event, json, document);
  const { name, domain } = account(text(info.processUser));
  if (name !== null) event.user = { name, domain, id: null, email: null };
  event.message = `${text(info.threatName) ?? 'Threat'}: ${text(info.classification) ?? 'not classified'}, ${text(info.mitigationStatus) ?? 'mitigation unknown'}`;
  return event;
}
