// What is measured on a filled store.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Client } from 'pg';
import { openTestApi } from '../../api/test/api.ts';
import type { TestApi } from '../../api/test/api.ts';
import { isoOf } from '../../api/time.ts';
import { FatalError } from '../../pipeline/core/errors.ts';
import { openClient, openPool, signedInAs } from '../../store/connect.ts';
import { termOf } from '../../store/queries/search/terms.ts';
import type { Bench, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';
import type { Asking } from './client.ts';
import type { Filled } from './fill.ts';

const NEEDLE = 'needle-in-the-store';
const ROUNDS = 200;
const REQUESTS = 8_000;
const ROWS = 20;
const FIELDS = 'id time dataset host user message severity sourceIp';
const COLUMNS = `event_time, encode(id, 'hex') AS id, dataset, host_name, user_name, message, severity, host(source_ip) AS source_ip`;
const HOUR = 3_600_000_000;

export async function measure(bench: Bench, databaseUrl: string, owner: Client, { rows, from, to }: Filled): Promise<readonly Figure[]> {
  const apiUrl = signedInAs(databaseUrl, 'goshawk_api');
  const pool = openPool({ databaseUrl: apiUrl, role: 'goshawk_api', max: 8, statementTimeoutMs: 120_000 });
  const api = await openTestApi(
    { pool, owner: pool, url: databaseUrl, openListener: () => openClient({ databaseUrl: apiUrl, role: 'goshawk_api' }), drop: () => Promise.resolve() },
    { config: UNLIMITED, deps: { wallMicros: () => to } },
  );
  try {
    await hideNeedles(owner, from);
    bench.say('Pages and counts.');
    return [
      ...(await pages(api, owner, rows)),
      ...(await counts(api, owner, rows, from, to)),
      ...(await searches(api, rows)),
      ...(await throughput(bench, api, databaseUrl)),
    ];
  } finally {
    await api.close();
    await pool.end();
  }
}
/** Measuring is no attack. */
const UNLIMITED = { requestsPerMinute: 100_000_000 };

/** Three events of the first hour get a value that no other has. */
async function hideNeedles(owner: Client, from: number): Promise<void> {
  await owner.query(
    `UPDATE goshawk.event SET user_name = $1, terms = terms || $2::int WHERE (event_time, id) IN (
      SELECT event_time, id FROM goshawk.event WHERE event_time >= api.from_micros($3) AND event_time < api.from_micros($4) ORDER BY event_time LIMIT 3)`,
    [NEEDLE, termOf('default', NEEDLE), from, from + HOUR],
  );
}

interface Times {
  readonly p50: number;
  readonly p99: number;
}
/** Milliseconds, after one round that counts for nothing. */
async function timed(rounds: number, work: () => Promise<unknown>): Promise<Times> {
  await work();
  const all: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await work();
    all.push(performance.now() - start);
  }
  return quantiles(all);
}
function quantiles(all: readonly number[]): Times {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
  return { p50: at(0.5), p99: at(0.99) };
}

const load = (): string => `load average ${loadavg()[0]?.toFixed(1)}`;
const shown = ({ p50 }: Times): string => `median ${p50.toFixed(1)} ms; ${load()}`;

async function ask<T>(api: TestApi, query: string): Promise<T> {
  const { data, errors } = await api.graphql(query);
  if (errors !== undefined) throw new FatalError('UNEXPECTED', `${errors[0]?.message}`);
  return data as T;
}

async function pages(api: TestApi, owner: Client, rows: number): Promise<readonly Figure[]> {
  const newest = await timed(ROUNDS, () => ask(api, `{ events(first: 50) { edges { node { ${FIELDS} } } pageInfo { endCursor } } }`));
  const bare = await timed(ROUNDS, () =>
    owner.query(`SELECT ${COLUMNS} FROM goshawk.event WHERE organization = 'default' ORDER BY event_time DESC, id DESC LIMIT 51`),
  );
  const filtered = await timed(ROUNDS, () =>
    ask(api, `{ events(first: 50, filter: { minSeverity: 20 }) { edges { node { ${FIELDS} } } pageInfo { endCursor } } }`),
  );
  return [
    {
      measure: 'newest page of 50, p99',
      value: newest.p99,
      unit: 'ms',
      baseline: { what: 'bare query, p99', value: bare.p99 },
      goal: { value: 100, isAtMost: true },
      note: `${rows.toLocaleString('en')} stored; ${shown(newest)}`,
    },
    {
      measure: 'newest page by severity, p99',
      value: filtered.p99,
      unit: 'ms',
      baseline: { what: 'bare query without it, p99', value: bare.p99 },
      goal: { value: 100, isAtMost: true },
      note: shown(filtered),
    },
  ];
}

async function counts(api: TestApi, owner: Client, rows: number, from: number, to: number): Promise<readonly Figure[]> {
  const range = `from: "${isoOf(from)}", to: "${isoOf(to - 1)}"`;
  const query = `{ histogram(${range}, spanSeconds: 3600, filter: { search: "severity>=low and not event.dataset:windows.sysmon" }) { source buckets { count } } }`;
  const {
    histogram: { source },
  } = await ask<{ readonly histogram: { readonly source: string } }>(api, query);
  const histogram = await timed(ROUNDS, () => ask(api, query));
  const bare = await timed(1, () =>
    owner.query(
      `SELECT date_trunc('hour', event_time), dataset, count(*) FROM goshawk.event WHERE organization = 'default' AND severity >= 20 AND dataset <> 'windows.sysmon' GROUP BY 1, 2`,
    ),
  );
  return [
    {
      measure: 'filtered histogram over 7 days, p99',
      value: histogram.p99,
      unit: 'ms',
      baseline: { what: 'bare count of the events', value: bare.p50 },
      goal: { value: 300, isAtMost: true },
      note: `168 bars by dataset, from ${source}, of ${rows.toLocaleString('en')} events; ${shown(histogram)}`,
    },
  ];
}

async function searches(api: TestApi, rows: number): Promise<readonly Figure[]> {
  const rare = `{ events(first: 50, filter: { search: "user.name:${NEEDLE}" }) { edges { node { id } } searchedTo } }`;
  const found = (await ask<{ readonly events: { readonly edges: readonly unknown[] } }>(api, rare)).events.edges.length;
  if (found !== 3) throw new FatalError('UNEXPECTED', `${found} of 3 events were found`);
  const byIndex = await timed(20, () => ask(api, rare));
  const nowhere = `{ events(first: 50, filter: { search: "xyzzy-nowhere" }) { edges { node { id } } searchedTo } searchExplanation(filter: { search: "xyzzy-nowhere" }) { page { events } } }`;
  const { searchExplanation } = await ask<{ readonly searchExplanation: { readonly page: { readonly events: number } } }>(api, nowhere);
  const byTime = await timed(3, () => ask(api, nowhere));
  return [
    {
      measure: 'a value of three old events, p99',
      value: byIndex.p99,
      unit: 'ms',
      baseline: { what: 'a page of reading by time, which does not come so far', value: byTime.p50 },
      goal: null,
      note: `index of values over ${rows.toLocaleString('en')} events; ${shown(byIndex)}`,
    },
    {
      measure: 'a word that is nowhere',
      value: (byTime.p50 * 1_000) / searchExplanation.page.events,
      unit: 'us/event',
      baseline: null,
      goal: null,
      note: `${searchExplanation.page.events.toLocaleString('en')} events looked through in ${(byTime.p50 / 1_000).toFixed(1)} s, then the page ends; ${load()}`,
    },
  ];
}

/** A query whose text is known, of 20 rows, over HTTP; and a route that does no more than the same SQL. */
async function throughput(bench: Bench, api: TestApi, databaseUrl: string): Promise<readonly Figure[]> {
  bench.say('GraphQL.');
  const pool = openPool({ databaseUrl, max: 8 });
  const bare = Fastify();
  bare.post(
    '/bare',
    async () =>
      (
        await pool.query({
          name: 'page',
          text: `SELECT ${COLUMNS} FROM goshawk.event WHERE organization = $1 ORDER BY event_time DESC, id DESC LIMIT $2`,
          values: ['default', ROWS + 1],
        })
      ).rows,
  );
  await bare.listen({ host: '127.0.0.1', port: 0 });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const query = `query Newest($first: Int) { events(first: $first) { edges { cursor node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`;
  const headers = { authorization: `Bearer ${await api.token(['admin'])}` };
  try {
    const graphql = await cpuPerRequest({
      url: `${addressOf(api.app)}/graphql`,
      headers,
      body: JSON.stringify({ query, variables: { first: ROWS } }),
      times: REQUESTS,
      connections: 8,
    });
    const route = await cpuPerRequest({ url: `${addressOf(bare)}/bare`, headers: {}, body: '{}', times: REQUESTS, connections: 8 });
    return [
      {
        measure: `GraphQL, ${ROWS} rows`,
        value: Math.round(1_000_000 / graphql.micros),
        unit: 'requests/s per core',
        baseline: { what: 'bare fastify route with the same rows', value: Math.round(1_000_000 / route.micros) },
        goal: { value: 2_000, isAtMost: false },
        note: `${Math.round(graphql.micros)} us of CPU a request, the bare route ${Math.round(route.micros)}; client and database are other processes; ${load()}`,
      },
    ];
  } finally {
    await bare.close();
    await pool.end();
  }
}

const addressOf = (app: FastifyInstance): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

async function cpuPerRequest(asking: Asking): Promise<{ readonly micros: number }> {
  const run = async (times: number): Promise<number> => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('client.ts', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
    const before = process.cpuUsage();
    child.stdin.end(JSON.stringify({ ...asking, times }));
    const [, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
    if (code !== 0) throw new FatalError('UNEXPECTED', `The client ended with ${code}.`);
    return cpuMicros(before) / times;
  };
  await run(asking.times / 2); // warm: V8 compiles what is hot over some thousand requests
  return { micros: await run(asking.times) };
}
