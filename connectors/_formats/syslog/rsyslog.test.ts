// rsyslog, as it is, reads our headers of RFC 5424 field by field. Where it is not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING).
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findProgram, rsyslogModules, startProgram } from '../../../test/programs.ts';
import { anyDocument, OWN, someDocuments } from '../test/documents.ts';
import { rfc5424Header } from './index.ts';

const program = findProgram('rsyslogd');
const LONG = { timeout: 30_000, interval: 100 };
const FIELDS = ['pri', 'timestamp', 'host', 'app', 'procid', 'msgid', 'data'] as const;
const PROPERTIES = '%pri%\\t%timereported:::date-rfc3339%\\t%hostname%\\t%app-name%\\t%procid%\\t%msgid%\\t%structured-data%\\t%msg%\\n';

const NOW = { '@timestamp': '2026-01-01T00:00:00.123456Z', time: 1_767_225_600_123, metadata: { log_name: 'a.b' } };

let folder: string;
let stop: (() => Promise<void>) | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goshawk-rsyslog-'));
});
afterAll(async () => {
  await stop?.();
  rmSync(folder, { recursive: true, force: true });
});
const textOf = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');

it.skipIf(program === null)('rsyslog reads every field of every header', { timeout: 60_000 }, async () => {
  const header = rfc5424Header();
  const strange = fc.sample(anyDocument, { numRuns: 300, seed: 5 }).map((document) => ({ ...document, ...NOW })); // it knows no years beyond 2100
  const documents = [...OWN.ecs, ...OWN.ocsf, ...someDocuments(), ...strange];
  const sent = documents.map((document, index) => ({ header: header(document).toWellFormed(), message: `{"n":${index}}` }));
  writeFileSync(
    join(folder, 'rsyslog.conf'),
    `global(workDirectory="${folder}" parser.escapeControlCharactersOnReceive="off")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${join(folder, 'port')}")
template(name="fields" type="string" string="${PROPERTIES}")
action(type="omfile" file="${join(folder, 'out')}" template="fields")
`,
  );
  stop = startProgram(program!, ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid'), '-M', rsyslogModules(program!)]);
  await expect.poll(() => textOf('port'), LONG).not.toBe('');
  const socket = connect(Number(textOf('port')), '127.0.0.1');
  await once(socket, 'connect');
  const messages = sent.map(({ header: head, message }) => Buffer.from(head + message));
  socket.end(Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `), message])));
  await expect.poll(() => textOf('out').split('\n').length - 1, LONG).toBe(sent.length);

  const read = textOf('out')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
  for (const [index, { header: head, message }] of sent.entries()) {
    const [, pri, timestamp, host, app, procid, msgid, data] = /^<(\d+)>1 (\S+) (\S+) (\S+) (\S+) (\S+) (.*) $/su.exec(head)!;
    const found = Object.fromEntries(FIELDS.map((field, at) => [field, read[index]![at]]));
    const utc = (time: string) => time.replace('Z', '+00:00');
    // What the header does not say, it says itself.
    const expected = { pri, timestamp: timestamp === '-' ? found.timestamp! : timestamp!, host: host === '-' ? found.host : host, app, procid, msgid, data };
    expect({ ...found, timestamp: utc(found.timestamp!) }).toEqual({ ...expected, timestamp: utc(expected.timestamp) });
    expect(read[index]!.at(-1)!.trim()).toBe(message);
  }
});
