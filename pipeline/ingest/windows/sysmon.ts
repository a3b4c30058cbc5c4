// Sysmon: https://learn.microsoft.com/sysinternals/downloads/sysmon
import type { ProcessHash } from '../../../schemas/avro/types.gen.ts';
import type { Draft, JsonObject } from '../kit.ts';
import { canonicalIp, communityId, count, endpoint, file, network, parentProcess, port, process, registry, setEcs, table, text, user } from '../kit.ts';

interface Kind {
  readonly title: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
}
const kind = (title: string, category: readonly string[], type: readonly string[]): Kind => ({ title, category, type });
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['1', kind('Process created', ['process'], ['start'])],
  ['2', kind('File creation time changed', ['file'], ['change'])],
  ['3', kind('Network connection', ['network'], ['connection', 'start'])],
  ['4', kind('Sysmon service state changed', ['configuration'], ['change'])],
  ['5', kind('Process terminated', ['process'], ['end'])],
  ['6', kind('Driver loaded', ['driver'], ['start'])],
  ['7', kind('Image loaded', ['library'], ['start'])],
  ['8', kind('Remote thread created', ['process'], ['change'])],
  ['9', kind('Raw disk access', ['process'], ['access'])],
  ['10', kind('Process accessed', ['process'], ['access'])],
  ['11', kind('File created', ['file'], ['creation'])],
  ['12', kind('Registry object added or deleted', ['registry'], ['change'])],
  ['13', kind('Registry value set', ['registry'], ['change'])],
  ['14', kind('Registry object renamed', ['registry'], ['change'])],
  ['15', kind('File stream created', ['file'], ['creation'])],
  ['16', kind('Sysmon configuration changed', ['configuration'], ['change'])],
  ['17', kind('Pipe created', ['file'], ['creation'])],
  ['18', kind('Pipe connected', ['file'], ['access'])],
  ['19', kind('WMI filter registered', ['configuration'], ['creation'])],
  ['20', kind('WMI consumer registered', ['configuration'], ['creation'])],
  ['21', kind('WMI consumer bound to filter', ['configuration'], ['creation'])],
  ['22', kind('DNS query', ['network'], ['protocol', 'info'])],
  ['23', kind('File deleted', ['file'], ['deletion'])],
  ['24', kind('Clipboard changed', ['process'], ['change'])],
  ['25', kind('Process tampered with', ['process'], ['change'])],
  ['26', kind('File deletion seen', ['file'], ['deletion'])],
  ['27', kind('Executable file blocked', ['file'], ['creation'])],
  ['28', kind('File shredding blocked', ['file'], ['deletion'])],
  ['29', kind('Executable file seen', ['file'], ['creation'])],
  ['255', kind('Sysmon error', ['process'], ['info'])],
]);
const CREATION = ['creation'];
const DELETION = ['deletion'];

/** @param f The flat document. */
export function sysmon(event: Draft, f: JsonObject): void {
  const id = event.code ?? '';
  const known = KINDS.get(id);
  if (known === undefined) return;
  event.category = known.category;
  event.type = known.type;
  event.action = known.title;
  account(event, text(f.User) ?? text(f.SourceUser));
  const hashes = hashesOf(f.Hashes ?? f.Hash);
  const isProcess = id === '1';
  event.process = process(
    text(f.Image) ?? text(f.SourceImage),
    count(f.ProcessId ?? f.SourceProcessId),
    text(f.CommandLine),
    text(f.ProcessGuid) ?? text(f.SourceProcessGuid) ?? text(f.SourceProcessGUID),
    text(f.CurrentDirectory),
    isProcess || id === '25' ? hashes : null,
    isProcess ? parentProcess(text(f.ParentImage), count(f.ParentProcessId), text(f.ParentCommandLine), text(f.ParentProcessGuid)) : null,
  );
  details(event, f, id, hashes);
  event.message = `${known.title}${subject(event, f)}`;
}

function details(event: Draft, f: JsonObject, id: string, hashes: ProcessHash | null): void {
  switch (id) {
    case '1':
      for (const [field, name] of PE_FIELDS) setEcs(event, `process.pe.${name}`, text(f[field]));
      break;
    case '2':
    case '11':
    case '15':
    case '23':
    case '26':
    case '27':
    case '28':
    case '29':
      event.file = file(text(f.TargetFilename), hashes);
      if (id === '27' || id === '28') event.outcome = 'failure';
      break;
    case '3':
      connection(event, f);
      break;
    case '6':
    case '7':
      event.file = file(text(f.ImageLoaded), hashes);
      if (id === '7') for (const [field, name] of PE_FIELDS) setEcs(event, `file.pe.${name}`, text(f[field]));
      setEcs(event, 'file.code_signature.subject_name', text(f.Signature));
      setEcs(event, 'file.code_signature.status', text(f.SignatureStatus));
      setEcs(event, 'file.code_signature.exists', text(f.Signed)?.toLowerCase() ?? null);
      break;
    case '12':
    case '13':
    case '14': {
      const what = text(f.EventType) ?? '';
      if (what.startsWith('Create')) event.type = CREATION;
      else if (what.startsWith('Delete')) event.type = DELETION;
      event.registry = registry(text(f.TargetObject), text(f.Details));
      break;
    }
    case '17':
    case '18':
      event.file = file(text(f.PipeName));
      break;
    case '22':
      dns(event, f);
      break;
    default:
  }
}

const PE_FIELDS = [
  ['OriginalFileName', 'original_file_name'],
  ['Company', 'company'],
  ['Description', 'description'],
  ['FileVersion', 'file_version'],
  ['Product', 'product'],
] as const;

/** `DOMAIN\name`. */
export function account(event: Draft, written: string | null): void {
  if (written === null) return;
  const cut = written.indexOf('\\');
  event.user = user(cut < 0 ? written : written.slice(cut + 1), cut < 0 ? null : written.slice(0, cut));
}

/** `SHA1=..,MD5=..,SHA256=..,IMPHASH=..`, any of them, in any order. A bare hash is told by its length. */
export function hashesOf(value: unknown): ProcessHash | null {
  const written = text(value);
  if (written === null) return null;
  let md5: string | null = null,
    sha1: string | null = null,
    sha256: string | null = null,
    imphash: string | null = null;
  for (const part of written.split(',')) {
    const cut = part.indexOf('=');
    const hash = part
      .slice(cut + 1)
      .trim()
      .toLowerCase();
    const name = cut < 0 ? hash.length : part.slice(0, cut).trim().toUpperCase();
    if (name === 'MD5' || name === 32) md5 = hash;
    else if (name === 'SHA1' || name === 40) sha1 = hash;
    else if (name === 'SHA256' || name === 64) sha256 = hash;
    else if (name === 'IMPHASH' && hash !== '00000000000000000000000000000000') imphash = hash;
  }
  return md5 === null && sha1 === null && sha256 === null && imphash === null ? null : { md5, sha1, sha256, imphash };
}

function connection(event: Draft, f: JsonObject): void {
  const sourceIp = canonicalIp(f.SourceIp);
  const destinationIp = canonicalIp(f.DestinationIp);
  const sourcePort = port(f.SourcePort);
  const destinationPort = port(f.DestinationPort);
  const transport = text(f.Protocol)?.toLowerCase() ?? null;
  const initiated = text(f.Initiated)?.toLowerCase();
  event.source = endpoint(sourceIp, sourcePort, text(f.SourceHostname));
  event.destination = endpoint(destinationIp, destinationPort, text(f.DestinationHostname));
  event.network = network(
    transport,
    text(f.DestinationPortName),
    initiated === 'true' ? 'egress' : initiated === 'false' ? 'ingress' : null,
    communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort),
  );
}

const DNS_STATUS = table({ 0: 'NOERROR', 9001: 'FORMERR', 9002: 'SERVFAIL', 9003: 'NXDOMAIN', 9004: 'NOTIMP', 9005: 'REFUSED' });

function dns(event: Draft, f: JsonObject): void {
  const status = text(f.QueryStatus);
  const answers: string[] = [];
  for (const part of (text(f.QueryResults) ?? '').split(';')) {
    const trimmed = part.trim();
    const typed = trimmed.startsWith('type:') ? trimmed.slice(5).trimStart() : undefined; // `type:  5 name`
    const answer = typed === undefined ? trimmed : typed.slice(typed.indexOf(' ') + 1);
    if (answer !== '') answers.push(answer.startsWith('::ffff:') ? answer.slice(7) : answer); // Sysmon writes IPv4 answers this way
  }
  event.dns = { questionName: text(f.QueryName), questionType: null, responseCode: status === null ? null : (DNS_STATUS.get(status) ?? status), answers };
  if (status !== null) event.outcome = status === '0' ? 'success' : 'failure';
  setEcs(event, 'dns.type', 'answer');
}

function subject({ process: acting, file: touched, registry: key, destination, dns: asked }: Draft, f: JsonObject): string {
  const what =
    asked !== null
      ? asked.questionName
      : destination !== null
        ? `${acting?.name ?? ''} -> ${destination.domain ?? destination.ip}:${destination.port}`
        : key !== null
          ? key.path
          : touched !== null
            ? touched.path
            : text(f.TargetImage) !== null
              ? `${acting?.name ?? ''} -> ${text(f.TargetImage)}`
              : (acting?.commandLine ?? acting?.executable ?? text(f.State) ?? text(f.Configuration) ?? text(f.Description));
  return what === null ? '' : `: ${what.length > 480 ? `${what.slice(0, 479)}…` : what}`;
}
