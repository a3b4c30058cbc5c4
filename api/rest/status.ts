// Is it up, is it ready, how is the pipeline: for load balancers, `./goshawk status` and Prometheus.
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { PipelineMonitor, PipelineSnapshot, ReasonCount } from '../pipeline/monitor.ts';
import { isoOf } from '../time.ts';
import type { Routes } from './kit.ts';

/** What `status --json` prints. */
export function statusDocument({ state, parts, stages }: PipelineSnapshot) {
  const counts = (reasons: readonly ReasonCount[]) => Object.fromEntries(reasons.map(({ name, count }) => [name, count]));
  return {
    state,
    parts: parts.map(({ name, kind, url, state: partState, version, detail, downSince }) => ({
      name,
      kind,
      ...(url !== null && { url }),
      state: partState,
      version,
      detail,
      ...(downSince !== null && { downSince: isoOf(downSince) }),
    })),
    stages: stages.map(({ name, lag, watermark, inPerSecond, in: read, passed, out, dropped, rejected }) => ({
      name,
      lag,
      watermark: watermark === null ? null : isoOf(watermark),
      inPerSecond,
      in: read,
      passed,
      out,
      dropped: counts(dropped),
      rejected: counts(rejected),
    })),
  };
}

const part = z.object({
  name: z.string(),
  kind: z.string(),
  url: z.string().optional(),
  state: z.string(),
  version: z.string().nullable(),
  detail: z.string(),
  downSince: z.string().optional(),
});
const counts = z.record(z.string(), z.number());
const stage = z.object({
  name: z.string(),
  lag: z.number().nullable(),
  watermark: z.string().nullable(),
  inPerSecond: z.number(),
  in: z.number(),
  passed: z.number(),
  out: z.number(),
  dropped: counts,
  rejected: counts,
});

export function registerStatusRoutes(app: Routes, monitor: PipelineMonitor, metrics: Registry): void {
  app.route({
    method: 'GET',
    url: '/v2/status',
    schema: { tags: ['status'], summary: 'Parts and stages', response: { 200: z.object({ state: z.string(), parts: z.array(part), stages: z.array(stage) }) } },
    handler: async () => statusDocument(await monitor.snapshot()),
  });

  app.route({
    method: 'GET',
    url: '/health',
    config: { rateLimit: false },
    schema: { tags: ['status'], summary: 'Whether this process serves', response: { 200: z.object({ status: z.literal('up') }) } },
    handler: async () => ({ status: 'up' as const }),
  });

  const ready = z.object({ status: z.string(), parts: z.array(z.object({ name: z.string(), state: z.string() })) });
  app.route({
    method: 'GET',
    url: '/health/ready',
    config: { rateLimit: false },
    schema: { tags: ['status'], summary: 'Whether broker and database answer', response: { 200: ready, 503: ready } },
    // Without a token, hence names and states only: why something is away is for those who may read the pipeline.
    handler: async (_request, reply) => {
      const { parts } = await monitor.snapshot();
      const isReady = ['broker', 'database'].every((name) => parts.some((each) => each.name === name && each.state === 'up'));
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', parts: parts.map(({ name, state }) => ({ name, state })) });
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { rateLimit: false },
    schema: { hide: true },
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  });
}
