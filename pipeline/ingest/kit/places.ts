// Where the event has its records, and how they begin: without a value, fields in the order of the schema. One shape each for the encoder.
import type { Draft } from './draft.ts';

type Part = Record<string, unknown>;
const NONE: readonly string[] = [];

const hash = (): Part => ({ md5: null, sha1: null, sha256: null, imphash: null });
const person = (): Part => ({ name: null, id: null, domain: null, email: null });
const end = (): Part => ({ ip: null, port: null, domain: null, mac: null, bytes: null, packets: null });

/** By path below the event. */
const EMPTY: ReadonlyMap<string, () => Part> = new Map([
  ['host', (): Part => ({ name: null, id: null, ip: NONE, os: null })],
  ['user', person],
  ['targetUser', person],
  ['source', end],
  ['destination', end],
  ['network', () => ({ transport: null, protocol: null, direction: null, communityId: null, bytes: null, packets: null })],
  ['process', () => ({ name: null, executable: null, commandLine: null, pid: null, entityId: null, workingDirectory: null, hash: null, parent: null })],
  ['process.parent', () => ({ name: null, executable: null, commandLine: null, pid: null, entityId: null, workingDirectory: null })],
  ['process.hash', hash],
  ['file', () => ({ path: null, name: null, extension: null, size: null, hash: null })],
  ['file.hash', hash],
  ['registry', () => ({ path: null, key: null, value: null, data: null })],
  ['dns', () => ({ questionName: null, questionType: null, responseCode: null, answers: NONE })],
  ['http', () => ({ method: null, status: null, userAgent: null, referrer: null })],
  ['url', () => ({ original: null, domain: null, path: null, query: null })],
  ['tls', () => ({ serverName: null, version: null, ja3: null, ja3s: null, ja4: null, subject: null, issuer: null })],
  ['rule', () => ({ id: null, name: null, category: null, version: null })],
  ['cloud', () => ({ provider: null, accountId: null, region: null, service: null })],
]);

/** The record at a path below the event, made when it is not there; the event itself for the empty path. @throws TypeError for a path that it does not have. */
export function placeOf(path: readonly string[]): (event: Draft) => Part {
  const [top, inner] = path;
  if (top === undefined) return (event) => event;
  const make = empty(top);
  if (inner === undefined) return (event) => ((event as Part)[top] ??= make()) as Part;
  const makeInner = empty(path.join('.'));
  return (event) => {
    const outer = ((event as Part)[top] ??= make()) as Part;
    return (outer[inner] ??= makeInner()) as Part;
  };
}

function empty(path: string): () => Part {
  const make = EMPTY.get(path);
  if (make === undefined) throw new TypeError(`The event has no record ${path}`);
  return make;
}
