// The wording of ASA messages: the same few turns of phrase in hundreds of messages.

export interface End {
  readonly interface?: string;
  readonly address?: string;
  readonly name?: string;
  readonly port?: string;
}
export interface Said {
  readonly action?: string;
  readonly transport?: string;
  readonly direction?: string;
  readonly source?: End;
  readonly destination?: End;
  readonly interface?: string;
  readonly bytes?: string;
  readonly user?: string;
  readonly group?: string;
  readonly list?: string;
  readonly reason?: string;
}

const ACTIONS = /\b(built|teardown|denied|deny|permitted|discarded|dropped|dropping|rejected|blocked|executed|disconnected|allowed|authenticated)\b/i;
const TRANSPORT = /\b(tcp|udp|icmpv6|icmp|gre|esp|sctp|igmp)\b/i;
const DIRECTION = /\b(inbound|outbound)\b/i;
const GROUP = /\bGroup (?:= )?[<']?([^,>']+)[>']?,/;
const USER = /\b(?:Username = |User (?:= )?[<']|user '|Uname: |user = |User ')([^,>';]+)/;
const BYTES = /\bbytes (\d+)/;
const LIST = /\baccess-(?:list|group) "?([^\s"]+)/;
const INTERFACE = /\bon interface (\S+)/;
const REASON = /\bReason: (.+)$/;
const PEER = /\bIP (?:= )?<?([0-9A-Fa-f.:]+)>?/;

/** What the message says; absent = nothing of the kind. One look for each turn, over a bounded text. */
export function readMessage(whole: string): Said {
  const text = whole.length > 2048 ? whole.slice(0, 2048) : whole;
  const first = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1]?.trim();
  const direction = first(DIRECTION)?.toLowerCase();
  const ends = endsOf(text);
  // An outbound connection is told from the far end, which is its destination.
  const isTurned = direction === 'outbound' && ends?.kind === 'for';
  const peer = ends === undefined ? first(PEER) : undefined;
  const said = {
    action: first(ACTIONS)?.toLowerCase(),
    transport: first(TRANSPORT)?.toLowerCase(),
    direction,
    source: isTurned ? ends.to : (ends?.from ?? (peer === undefined ? undefined : endOf(peer))),
    destination: isTurned ? ends.from : ends?.to,
    interface: first(INTERFACE),
    bytes: first(BYTES),
    user: first(USER),
    group: first(GROUP),
    list: first(LIST),
    reason: first(REASON),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== '')) as Said;
}

interface Ends {
  readonly kind: 'for' | 'from' | 'src' | 'faddr' | 'arrow';
  readonly from?: End;
  readonly to?: End;
}
/** `from A to B`, `for A (..) to B`, `src A dst B`, `faddr B gaddr .. laddr A`, `A -> B`. */
function endsOf(text: string): Ends | undefined {
  const foreign = wordAfter(text, ' faddr ');
  if (foreign !== undefined) return ends('faddr', wordAfter(text, ' laddr '), foreign);
  const arrow = text.indexOf(' -> ');
  if (arrow > 0) return ends('arrow', text.slice(text.lastIndexOf(' ', arrow - 1) + 1, arrow), text.slice(arrow + 4).split(/[\s,]/, 1)[0]);
  const source = wordAfter(text, ' src ');
  if (source !== undefined) return ends('src', source, wordAfter(text, ' dst '));
  for (const kind of ['from', 'for'] as const) {
    const from = wordAfter(text, ` ${kind} `);
    if (from !== undefined && endOf(from) !== undefined) return ends(kind, from, wordAfter(text, ' to ', text.indexOf(` ${kind} `)));
  }
  return undefined;
}
function ends(kind: Ends['kind'], from: string | undefined, to: string | undefined): Ends {
  const [source, destination] = [endOf(from), endOf(to)];
  return { kind, ...(source === undefined ? {} : { from: source }), ...(destination === undefined ? {} : { to: destination }) };
}
function wordAfter(text: string, mark: string, from = 0): string | undefined {
  const at = text.indexOf(mark, from);
  return at < 0 ? undefined : text.slice(at + mark.length).split(/[\s,]/, 1)[0];
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$/;
/** `iface:1.2.3.4/80`, `1.2.3.4(80)`, `1.2.3.4/80(user)`, `iface/1.2.3.4(80)`, `iface:name/80`. */
function endOf(written: string | undefined): End | undefined {
  if (written === undefined || written === '') return undefined;
  const bare = written.replace(/[;.]$/, '').replace(/^([^/]+)\/(\d[\d.]*)\((\d+)\)/, '$1:$2/$3');
  const open = bare.indexOf('(');
  const port = open > 0 ? /^\((\d+)\)/.exec(bare.slice(open))?.[1] : undefined;
  const [place = '', afterSlash] = (open > 0 ? bare.slice(0, open) : bare).split('/', 2);
  const colon = place.indexOf(':');
  const hasInterface = colon > 0 && !ADDRESS.test(place);
  const address = hasInterface ? place.slice(colon + 1) : place;
  const number = port ?? (afterSlash !== undefined && /^\d+$/.test(afterSlash) ? afterSlash : undefined);
  const isAddress = ADDRESS.test(address);
  if (!isAddress && !hasInterface) return undefined;
  return {
    ...(hasInterface ? { interface: place.slice(0, colon) } : {}),
    ...(isAddress ? { address } : address === '' ? {} : { name: address }),
    ...(number === undefined ? {} : { port: number }),
  };
}
