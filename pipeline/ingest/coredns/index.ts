// Queries as the log plugin of CoreDNS writes them: https://coredns.io/plugins/log/
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { canonicalIp, completeFlow, draft, newFields, setField, setRegisteredDomain, stamp, readIso, textNative } from '../kit.ts';

const QUERY =
  /^(?:(?<time>\d{4}-\d\d-\d\dT[\d:.]{8,18}Z) )?\[(?<level>[A-Z]{4,7})\] \[?(?<client__ip>[0-9a-fA-F.:]{2,45})\]?:(?<client__port>\d{1,5}) - (?<id>\d{1,5}) "(?<type>[A-Z0-9-]{1,16}) (?<class>[A-Z0-9]{1,12}) (?<name>\S{1,255}) (?<protocol>udp|tcp|tls|https|grpc|quic) (?<size>\d{1,9}) (?<dnssec>true|false) (?<buffer>\d{1,9})" (?<rcode>[A-Z0-9]{1,16}|-) (?<flags>[a-z,]{2,32}|-) (?<answer__size>\d{1,9}) (?<duration>\d{1,9}\.\d{1,12})s/;

const decoder: Decoder = {
  name: 'coredns',
  version: 1,
  reads: 'CoreDNS: queries and what they were answered with',
  recognisedBy: 'a level and client:port, then a number and the query in quotes',
  datasets: ['coredns.query'],
  clues: { holds: [' IN ', ' CH ', ' HS ', ' ANY '] },
  isObserver: true,
  recognise: ({ json, text }) => (json === undefined && QUERY.test(text.slice(0, 640)) ? 0.95 : 0),
  decode(document) {
    const query = QUERY.exec(document.text.slice(0, 640))?.groups;
    return query === undefined ? 'no query' : [eventOf(document, query)];
  },
};
export default decoder;

function eventOf(document: RawDocument, query: Readonly<Record<string, string | undefined>>): Draft {
  const { time, level, client__ip: ip, client__port: port, id, type, class: kind, name = '', protocol, size, dnssec, buffer, rcode, flags, duration } = query;
  const list = flags === '-' ? [] : flags!.split(',');
  const fields = Object.assign(newFields(), {
    timestamp: time,
    level,
    client: { ip, port },
    id,
    question: { type, class: kind, name, size },
    protocol,
    dnssec,
    buffer,
    flags: { rcode, list },
    answer: { size: query.answer__size },
    duration,
  });
  const event = draft('coredns.query', 'coredns', textNative(document, fields));
  event.logsource = { category: ['dns'], service: ['coredns'] };
  event.category = ['network'];
  event.type = ['protocol'];
  event.action = 'dns-query';
  if (rcode !== '-') event.outcome = rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? 'success' : 'failure';
  if (time !== undefined) stamp(event, readIso(time), document.zone);
  const isDatagram = protocol === 'udp' || protocol === 'quic';
  const values = {
    'log.level': level!.toLowerCase(),
    'source.ip': canonicalIp(ip),
    'source.port': port,
    'source.bytes': size,
    'destination.bytes': query.answer__size,
    'network.transport': isDatagram ? 'udp' : 'tcp',
    'network.protocol': 'dns',
    'dns.id': id,
    'dns.type': 'answer',
    'dns.question.type': type,
    'dns.question.class': kind,
    'dns.question.name': name.length > 1 ? name.replace(/\.$/, '') : name,
    'dns.response_code': rcode === '-' ? null : rcode,
    'event.duration': Math.round(Number(duration) * 1e9),
  };
  for (const [field, value] of Object.entries(values)) setField(event, field, value);
  setRegisteredDomain(event, 'dns.question', name);
  const names = list.map((flag) => FLAGS[flag]).filter((flag) => flag !== undefined);
  if (names.length > 0) setField(event, 'dns.header_flags', names);
  event.message = `${type} ${name} ${rcode}`;
  completeFlow(event);
  return event;
}
/** Those that ECS has. */
const FLAGS: Readonly<Record<string, string>> = { aa: 'AA', tc: 'TC', rd: 'RD', ra: 'RA', ad: 'AD', cd: 'CD', do: 'DO' };
