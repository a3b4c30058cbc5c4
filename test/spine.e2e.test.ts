// The whole installation, driven as its user drives it: records in by `send` and HTTP, events, findings and alerts out, everything adds up.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const cli = join(root, 'cli/main.ts');
const sample = join(root, 'examples/sample');
const canRun = process.env['GOSHAWK_TEST_KAFKA'] !== undefined && process.env['GOSHAWK_TEST_DATABASE'] !== undefined;
const { KAFKA_BROKERS: _kafka, SCHEMA_REGISTRY_URL: _registry, DATABASE_URL: _database, ...env } = process.env;

const files = (source: string) =>
  readdirSync(join(sample, source))
    .filter((name) => name.endsWith('.gz'))
    .map((name) => join(sample, source, name));
const records = (source: string) => files(source).flatMap((file) => gunzipSync(readFileSync(file)).toString().trim().split('\n')).length;
const SOURCES = ['windows', 'suricata', 'zeek', 'cloudtrail', 'syslog'];

interface Ledger {
  readonly balanced: boolean;
  readonly hops: readonly { stage: string; topic: string; in: number; passed: number; dropped: Record<string, number>; rejected: Record<string, number> }[];
  readonly breaks: readonly unknown[];
}

describe.skipIf(!canRun)('the spine', () => {
  let data: string;
  let up: ChildProcess;
  let url: string;
  let token: string;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'goshawk-spine-'));
    await start();
  }, 180_000);
  afterAll(async () => {
    await stop();
    rmSync(data, { recursive: true, force: true });
  }, 60_000);

  async function start(): Promise<void> {
    up = spawn(process.execPath, [cli, 'up', '--data', data, '--port', '0', '--no-sample'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    up.stderr!.on('data', (text) => (stderr = (stderr + String(text)).slice(-4000)));
    url = await new Promise((resolve, reject) => {
      let stdout = '';
      up.stdout!.on('data', (text) => {
        stdout += String(text);
        const found = /Goshawk is ready: (\S+)/.exec(stdout);
        if (found) resolve(found[1]!);
      });
      up.once('exit', (code) => reject(new Error(`up ended with ${code}: ${stderr}`)));
    });
    token = goshawk('token', '--data', data).stdout.trim();
  }
  async function stop(): Promise<number | null> {
    if (up.exitCode !== null || up.signalCode !== null) return up.exitCode;
    const ended = new Promise<number | null>((resolve) => {
      up.once('exit', resolve);
    });
    up.kill('SIGINT');
    return ended;
  }
  const goshawk = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { env, encoding: 'utf8', maxBuffer: 1 << 26 });
  const ledger = (): Ledger => JSON.parse(goshawk('ledger', '--data', data, '--json').stdout) as Ledger;
  const total = (found: Ledger, stage: string, topic: (name: string) => boolean) =>
    found.hops.filter((hop) => hop.stage === stage && topic(hop.topic)).reduce((sum, hop) => sum + hop.in, 0);
  const query = async <T>(document: string, variables: object = {}): Promise<T> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data: found, errors } = (await response.json()) as { data: T; errors?: unknown };
    expect(errors).toBeUndefined();
    return found;
  };
  /** Polls, since the parts are other processes; bounded by the test's timeout. */
  async function until<T>(look: () => Promise<T> | T, isDone: (seen: T) => boolean): Promise<T> {
    for (;;) {
      const seen = await look();
      if (isDone(seen)) return seen;
      await delay(500);
    }
  }
  /** All raw records are accounted for by every hop, and stored. */
  const settled = (sent: number) =>
    until(
      ledger,
      (found) =>
        total(found, 'ingest', () => true) >= sent &&
        total(found, 'persist', (topic) => topic === 'events.enriched.v1') === total(found, 'detect', () => true) &&
        found.balanced &&
        total(found, 'detect', () => true) > 0 &&
        total(found, 'enrich', () => true) === total(found, 'detect', () => true) &&
        total(found, 'validate', () => true) > 0,
    );

  let sent = 0;
  it('takes the recorded telemetry and stores an event for each', async () => {
    for (const source of SOURCES) {
      const result = goshawk('send', '--data', data, '--topic', `raw.default.${source}`, '--rebase', 'now', ...files(source));
      expect([source, result.status, result.stderr.slice(-500)]).toEqual([source, 0, expect.anything()]);
      sent += records(source);
    }
    const found = await settled(sent);
    expect(found.breaks).toEqual([]);
    const stored = total(found, 'persist', (topic) => topic === 'events.enriched.v1');
    expect(stored).toBeGreaterThanOrEqual(sent * 0.95);
  }, 180_000);

  it('fires at least fifteen different rules and opens alerts that can be traced', async () => {
    const { findingsByRule } = await until(
      () =>
        query<{ findingsByRule: { ruleId: string }[] }>(
          '{ findingsByRule(from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", first: 100) { ruleId title count } }',
        ),
      (seen) => seen.findingsByRule.length >= 15,
    );
    expect(new Set(findingsByRule.map(({ ruleId }) => ruleId)).size).toBeGreaterThanOrEqual(15);
    const { alerts } = await query<{
      alerts: {
        edges: {
          node: {
            id: string;
            events: { topic: string; partition: number; offset: number; event: { native: unknown } | null }[];
            rules: { author: string | null }[];
          };
        }[];
      };
    }>(
      '{ alerts(first: 5, filter: { minSeverity: high }) { edges { node { id rules { title author } events { topic partition offset event { id native } } } } } }',
    );
    const [{ node } = { node: undefined }] = alerts.edges;
    expect(node!.events[0]).toMatchObject({ topic: expect.stringMatching(/^raw\.default\./) as string, event: { native: expect.anything() as unknown } });
    expect(node!.rules.every(({ author }) => author !== null)).toBe(true);
  }, 60_000);

  it('takes native documents over HTTP, answers each with a receipt, and finds it by that', async () => {
    const body = {
      source: 'web',
      format: 'suricata-eve',
      events: [
        {
          timestamp: new Date().toISOString(),
          event_type: 'alert',
          src_ip: '10.1.2.3',
          dest_ip: '10.9.9.9',
          proto: 'TCP',
          alert: { signature: 'spine test', signature_id: 1, rev: 1, gid: 1, severity: 2, category: 'x', action: 'allowed' },
        },
      ],
    };
    const response = await fetch(`${url}/v2/events/bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(202);
    const { items } = (await response.json()) as { items: { receipt: string; status: string }[] };
    const found = await until(
      async () =>
        (await fetch(`${url}/v2/events/${items[0]!.receipt}`, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<{
          status: string;
          event?: { sourceIp?: string };
        }>,
      ({ status }) => status === 'stored',
    );
    expect(found.event?.sourceIp).toBe('10.1.2.3');
  }, 60_000);

  it('sets a record aside that is stamped ahead of the clock, tells its sender why, and goes on', async () => {
    const body = { source: 'web', format: 'suricata-eve', events: [{ timestamp: '2099-01-01T00:00:00.000000+0000', event_type: 'alert', src_ip: '10.1.2.4' }] };
    const response = await fetch(`${url}/v2/events/bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    const { items } = (await response.json()) as { items: { receipt: string }[] };
    const found = await until(
      async () => (await fetch(`${url}/v2/events/${items[0]!.receipt}`, { headers: { authorization: `Bearer ${token}` } })).text(),
      (text) => text.includes('"rejected"'),
    );
    expect(found).toContain('FUTURE_TIMESTAMP');
    expect(goshawk('dead-letters', 'list', '--data', data, '--json').stdout).toContain('"code":"FUTURE_TIMESTAMP"');
  }, 60_000);

  it('answers nobody without a token', async () => {
    const ask = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init).then(({ status }) => status);
    expect(await ask('/v2/events')).toBe(401);
    expect(await ask('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ viewer { user } }"}' })).toBe(401);
    expect(await ask('/v2/events', { headers: { authorization: `Bearer ${token}` } })).toBe(200);
  });

  it('loses and doubles nothing when the stages are killed three times while records flow', async () => {
    const before = total(ledger(), 'ingest', () => true);
    const count = records('zeek') + records('windows');
    const player = spawn(process.execPath, [cli, 'send', '--data', data, '--topic', 'raw.default.zeek', '--rate', '400', '--rebase', 'now', ...files('zeek')], {
      env,
      stdio: 'ignore',
    });
    const second = spawn(
      process.execPath,
      [cli, 'send', '--data', data, '--topic', 'raw.default.windows', '--rate', '400', '--rebase', 'now', ...files('windows')],
      { env, stdio: 'ignore' },
    );
    const ended = Promise.all(
      [player, second].map(
        (child) =>
          new Promise((resolve) => {
            child.once('exit', resolve);
          }),
      ),
    );
    for (const part of ['collect', 'analyse', 'serve']) {
      await delay(2500);
      process.kill((JSON.parse(readFileSync(join(data, `parts/${part}.json`), 'utf8')) as { pid: number }).pid, 'SIGKILL');
    }
    await ended;
    const found = await settled(before + count);
    expect(found.breaks).toEqual([]);
    const enriched = total(found, 'persist', (topic) => topic === 'events.enriched.v1');
    const rows = (await (
      await fetch(
        `${url}/v2/events/stats?from=${new Date(Date.now() - 400 * 86_400_000).toISOString()}&to=${new Date(Date.now() + 3_600_000).toISOString()}&spanSeconds=86400`,
        { headers: { authorization: `Bearer ${token}` } },
      )
    ).json()) as { total: number };
    const duplicates = found.hops
      .filter(({ stage, topic }) => stage === 'persist' && topic === 'events.enriched.v1')
      .reduce((sum, { dropped }) => sum + (dropped['duplicate'] ?? 0), 0);
    expect(rows.total).toBe(enriched - duplicates);
  }, 240_000);

  it('goes on after an orderly stop where it stopped', async () => {
    const before = ledger();
    expect(await stop()).toBe(130);
    await start();
    const after = await until(ledger, ({ balanced }) => balanced);
    expect(total(after, 'ingest', () => true)).toBe(total(before, 'ingest', () => true));
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  }, 120_000);
});
