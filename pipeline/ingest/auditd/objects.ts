// What a system call was about: the command line, the file and the address, of the lines that come with it.
import { isIPv6 } from 'node:net';
import type { Fields } from '../kit.ts';
import { canonicalIp, text } from '../kit.ts';
import type { AuditLine } from './line.ts';

/** Stands in the native document under `call`, so that rules find it whole: the lines have it in pieces. */
export interface Call {
  readonly command_line?: string;
  readonly file_path?: string;
  readonly destination_ip?: string;
  readonly destination_port?: number;
}
export function callOf(lines: readonly AuditLine[]): Call | null {
  const command = argumentsOf(lines);
  const file = fileOf(lines);
  const address = addressOf(lines);
  if (command === null && file === null && address === null) return null;
  return {
    ...(command !== null && { command_line: command }),
    ...(file !== null && { file_path: file.path }),
    ...(address !== null && { destination_ip: address.ip, destination_port: address.port }),
  };
}

const MAX_WORDS = 500;

/** Arguments of EXECVE in their order, over several lines and in pieces where they are long; null without any. */
function argumentsOf(lines: readonly AuditLine[]): string | null {
  const calls = lines.filter(({ type }) => type === 'EXECVE').map(({ fields }) => fields);
  if (calls.length === 0) return null;
  const said = Object.assign({}, ...calls) as Fields;
  const words: string[] = [];
  for (let index = 0; index < MAX_WORDS; index++) {
    const word = said[`a${index}`] ?? piecesOf(said, index);
    if (typeof word !== 'string') break;
    words.push(word);
  }
  return words.length === 0 ? null : words.join(' ');
}
/** `a2[0]=.. a2[1]=..` */
function piecesOf(said: Fields, index: number): string | null {
  let whole: string | null = null;
  for (let piece = 0; piece < MAX_WORDS; piece++) {
    const part = said[`a${index}[${piece}]`];
    if (typeof part !== 'string') break;
    whole = (whole ?? '') + part;
  }
  return whole;
}

export interface AuditedFile {
  readonly path: string;
  readonly change: 'created' | 'deleted' | 'none';
  /** Of its line: inode, mode. */
  readonly fields: Fields;
}
/** What was created or deleted before what was only looked at, and never the folder that it lies in. */
export function fileOf(lines: readonly AuditLine[]): AuditedFile | null {
  const paths = lines.filter(({ type, fields }) => type === 'PATH' && fields.nametype !== 'PARENT' && isName(fields.name)).map(({ fields }) => fields);
  const found = paths.find(({ nametype }) => nametype === 'CREATE') ?? paths.find(({ nametype }) => nametype === 'DELETE') ?? paths[0];
  if (found === undefined) return null;
  const name = found.name as string;
  const folder = text(lines.find(({ type }) => type === 'CWD')?.fields.cwd);
  const path = name.startsWith('/') || folder === null ? name : `${folder === '/' ? '' : folder}/${name.replace(/^\.\//, '')}`;
  return { path, change: found.nametype === 'CREATE' ? 'created' : found.nametype === 'DELETE' ? 'deleted' : 'none', fields: found };
}
const isName = (name: unknown): boolean => typeof name === 'string' && name !== '' && name !== '(null)';

const INET = '0200';
const INET6 = '0A00';
/** `struct sockaddr` in hex: family in the order of the machine, port and address in that of the network. */
function addressOf(lines: readonly AuditLine[]): { readonly ip: string; readonly port: number } | null {
  const bytes = text(lines.find(({ type }) => type === 'SOCKADDR')?.fields.saddr)?.toUpperCase() ?? '';
  if (!/^[0-9A-F]{16,}$/.test(bytes)) return null;
  const port = Number.parseInt(bytes.slice(4, 8), 16);
  if (bytes.startsWith(INET)) return { ip: [8, 10, 12, 14].map((at) => Number.parseInt(bytes.slice(at, at + 2), 16)).join('.'), port };
  if (!bytes.startsWith(INET6) || bytes.length < 48) return null;
  const written = (bytes.slice(16, 48).match(/.{4}/g) ?? []).join(':');
  const ip = isIPv6(written) ? canonicalIp(written) : null;
  return ip === null ? null : { ip, port };
}

/** Whether the caller did not wait for the end: EINPROGRESS of `connect`. */
export const isUnderWay = ({ exit }: Fields): boolean => exit === '-115';
