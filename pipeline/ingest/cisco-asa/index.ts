// Cisco ASA, FTD, PIX and FWSM system messages: https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/asa-syslog.html
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { CERTAIN, communityId, draft, LIKELY, messageText, newFields, setEcs, setField, textNative } from '../kit.ts';
import { readMessage } from './message.ts';

const PRODUCTS = new Map([
  ['ASA', 'asa'],
  ['FTD', 'ftd'],
  ['PIX', 'pix'],
  ['FWSM', 'fwsm'],
]);
const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const SEVERITIES = [100, 90, 80, 60, 40, 20, 10, 5];

const decoder: Decoder = {
  name: 'cisco-asa',
  version: 1,
  reads: 'Cisco ASA, FTD, PIX and FWSM system messages',
  recognisedBy: '`%ASA-<level>-<number>:`, also FTD, PIX, FWSM',
  datasets: ['cisco-asa.log'],
  clues: { holds: ['%ASA-', '%FTD-', '%PIX-', '%FWSM-'] },
  isObserver: true,
  recognise({ json, text }) {
    const tag = json === undefined ? tagIn(text) : undefined;
    return tag === undefined ? 0 : tag.from === 0 ? CERTAIN : LIKELY;
  },
  decode(document) {
    const tag = tagIn(document.text);
    return tag === undefined ? 'no %ASA tag' : [eventOf(document, tag)];
  },
};
export default decoder;

interface Tag {
  readonly from: number;
  readonly to: number;
  readonly product: string;
  readonly level: number;
  readonly number: string;
}
const TAG = /%(ASA|FTD|PIX|FWSM)-(?:[a-z]+-)?([0-7])-(\d{6}) ?:? ?/;
/** Within what a header may take. */
function tagIn(text: string): Tag | undefined {
  const found = TAG.exec(text.length > 256 ? text.slice(0, 256) : text);
  if (found === null) return undefined;
  return { from: found.index, to: found.index + found[0].length, product: PRODUCTS.get(found[1]!)!, level: Number(found[2]), number: found[3]! };
}

/** What the ranges of message numbers are about, the longest beginning first. */
const KINDS: readonly (readonly [beginning: string, category: string, type: readonly string[]])[] = [
  ['106', 'network', ['connection', 'denied']],
  ['710', 'network', ['connection', 'denied']],
  ['313', 'network', ['connection', 'denied']],
  ['4000', 'intrusion_detection', ['info']],
  ['733', 'intrusion_detection', ['info']],
  ['302', 'network', ['connection']],
  ['305', 'network', ['connection']],
  ['304', 'network', ['connection', 'info']],
  ['500', 'network', ['connection', 'info']],
  ['609', 'network', ['connection']],
  ['111', 'configuration', ['change']],
  ['109', 'authentication', ['info']],
  ['113', 'authentication', ['info']],
  ['605', 'authentication', ['info']],
  ['611', 'authentication', ['info']],
  ['716', 'session', ['info']],
  ['722', 'session', ['info']],
  ['713', 'network', ['info']],
  ['752', 'network', ['info']],
];

function eventOf(document: RawDocument, { from, to, product, level, number }: Tag): Draft {
  const message = document.text.slice(to);
  const said = readMessage(message);
  const fields = newFields();
  Object.assign(fields, { message_number: number, level, message }, said);
  const event = draft('cisco-asa.log', product, textNative(document, fields));
  event.logsource = { category: ['firewall'], service: [] };
  event.provider = product;
  event.code = `${product.toUpperCase()}-${level}-${number}`;
  event.message = messageText(document.text.slice(from));
  event.action = said.action ?? null;
  event.severity = SEVERITIES[level]!;
  setEcs(event, 'log.level', LEVELS[level]!);
  setEcs(event, 'observer.vendor', 'Cisco');
  setEcs(event, 'observer.type', 'firewall');
  for (const [name, value] of [
    ['network.transport', said.transport],
    ['network.direction', said.direction],
    ['network.bytes', said.bytes],
    ['source.ip', said.source?.address],
    ['source.port', said.source?.port],
    ['source.domain', said.source?.name],
    ['destination.ip', said.destination?.address],
    ['destination.port', said.destination?.port],
    ['destination.domain', said.destination?.name],
    ['observer.ingress.interface.name', said.source?.interface ?? said.interface],
    ['observer.egress.interface.name', said.destination?.interface],
    ['user.name', said.user],
    ['group.name', said.group],
    ['rule.name', said.list],
    ['event.reason', said.reason],
  ] as const)
    setField(event, name, value);
  kind(event, number, message);
  const { source, destination, network } = event;
  if (network !== null && source !== null && destination !== null)
    event.network = { ...network, communityId: communityId(network.transport, source.ip, source.port, destination.ip, destination.port) };
  return event;
}

const FAILED = /\b(?:reject|denied|deny|fail|invalid|unsuccessful|discarded|drop)/i;
const SUCCEEDED = /\b(?:successful|succeeded|permitted|accepted|allowed)/i;
function kind(event: Draft, number: string, message: string): void {
  const found = KINDS.find(([beginning]) => number.startsWith(beginning));
  if (found === undefined) return;
  const [, category, types] = found;
  const isFailed = FAILED.test(message);
  event.category = [category];
  event.type =
    event.action === 'built' && category === 'network'
      ? ['connection', 'start', 'allowed']
      : event.action === 'teardown' && category === 'network'
        ? ['connection', 'end']
        : event.action === 'permitted' && category === 'network'
          ? ['connection', 'allowed']
          : types;
  if (category === 'authentication' || category === 'session') event.outcome = isFailed ? 'failure' : SUCCEEDED.test(message) ? 'success' : null;
}
