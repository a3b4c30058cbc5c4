// What a user agent's text says of the program, its system and the device.
import UAParser from 'ua-parser-js';
import type { Draft } from './draft.ts';
import { setEcs } from './draft.ts';

export interface UserAgent {
  /** `Other` when the text names no program that could be told. */
  readonly name: string;
  readonly version: string | null;
  readonly os: { readonly name: string; readonly version: string | null } | null;
  /** `Spider` for robots; `Other` where nothing is said of it. */
  readonly device: string;
}

/** What is behind it says nothing more, and costs. */
const LONGEST = 320;
const OTHER = 'Other';
/** A robot names itself, often beside the browser that it poses as. Cubot is a maker of telephones. */
const ROBOT =
  /(?<=^|[ (;,])(?!cubot)((?:[a-z][\w-]{0,39}?)?(?:bot(?![a-z])|spider|crawler|slurp)[\w-]{0,39}|facebookexternalhit|mediapartners-google)(?![\w-]|[@.])(?:[/ ]v?(\d[\w.]{0,31}))?/i;
/** `curl/8.5.0`, `Microsoft Office/16.0`: what programs that are no browsers begin with. Some give no more than their name. */
const PROGRAM = /^\[?((?!Mozilla\/)[A-Za-z][\w.+-]{0,63}(?: [A-Za-z][\w.+-]{0,63}){0,2})\/v?(\d[\w.+-]{0,63})/;
const NAME = /^[A-Za-z][\w+-]{0,63}$/;
/** Names as the ECS dictionary's examples and its usual parsers have them. */
const SYSTEMS: Readonly<Record<string, string>> = { 'Mac OS': 'Mac OS X', 'Chromium OS': 'Chrome OS' };

/**
 * Never throws. Bounded work: of the text 320 characters are read. `Other` and `Spider` are the words of Elasticsearch's user agent processor, which
 * events meet in dashboards that others made.
 */
export function readUserAgent(text: string): UserAgent {
  const head = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const parser = new UAParser(head);
  const robot = ROBOT.exec(head);
  const { name: system, version: release } = parser.getOS();
  const os = said(system) === null ? null : { name: SYSTEMS[system!] ?? system!, version: said(release) };
  if (robot !== null) return { name: robot[1]!, version: said(robot[2]), os, device: 'Spider' };
  const browser = parser.getBrowser();
  const program = said(browser.name) === null ? (PROGRAM.exec(head) ?? (NAME.test(head) ? [head, head] : null)) : null;
  const { vendor, model } = parser.getDevice();
  return {
    name: said(browser.name) ?? said(program?.[1]) ?? OTHER,
    version: said(browser.name) === null ? said(program?.[2]) : said(browser.version),
    os,
    device: deviceOf(said(vendor), said(model)),
  };
}
const said = (value: string | undefined): string | null => (value === undefined || value === '' ? null : value);

function deviceOf(vendor: string | null, model: string | null): string {
  if (model === null) return OTHER;
  if (vendor === 'Apple') return model === 'Macintosh' ? 'Mac' : model;
  return vendor === null || model.startsWith(vendor) ? model : `${vendor} ${model}`;
}

/** Most events of a source have one of few texts. Two halves, so that the oldest go at once and nothing is kept in order. */
const HALF = 2_048;
let recent = new Map<string, UserAgent>();
let older = new Map<string, UserAgent>();

/** How many texts are kept: twice 2,048 at most. */
export const keptUserAgents = (): number => recent.size + older.size;

function known(text: string): UserAgent {
  const head = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const found = recent.get(head);
  if (found !== undefined) return found;
  // A copy: a part of a record's text would keep the whole record in memory.
  const own = Buffer.from(head, 'utf16le').toString('utf16le');
  const agent = older.get(own) ?? readUserAgent(own);
  if (recent.size >= HALF) {
    older = recent;
    recent = new Map();
  }
  recent.set(own, agent);
  return agent;
}

/** Sets `user_agent.name`, `version`, `os.*` and `device.name` from its text, where the record has none of them. */
export function setUserAgent(event: Draft): void {
  const text = event.http?.userAgent ?? null;
  if (text === null || FIELDS.some((name) => event.ecs[name] !== undefined)) return;
  const { name, version, os, device } = known(text);
  setEcs(event, 'user_agent.name', name);
  setEcs(event, 'user_agent.version', version);
  setEcs(event, 'user_agent.device.name', device);
  if (os === null) return;
  setEcs(event, 'user_agent.os.name', os.name);
  setEcs(event, 'user_agent.os.version', os.version);
  setEcs(event, 'user_agent.os.full', os.version === null ? os.name : `${os.name} ${os.version}`);
}
const FIELDS = ['user_agent.name', 'user_agent.version', 'user_agent.device.name', 'user_agent.os.name', 'user_agent.os.version', 'user_agent.os.full'];
