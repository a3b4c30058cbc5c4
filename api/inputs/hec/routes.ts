// Splunk HEC-compatible input: senders for Splunk send here as they are. `docs/inputs/hec.md` says how.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendProblem } from '../../gate/gate.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { bytesOf, takeBytes, unpackBodies } from '../body.ts';
import type { InputDeps } from '../index.ts';
import { certificateWhoSends, principalWhoSends, senderOfPrincipal } from '../sender.ts';
import { Acks } from './acks.ts';
import type { HecAnswer } from './answers.ts';
import {
  ACKS_AT_CAPACITY,
  answerTo,
  BAD_CHANNEL,
  HEALTHY,
  INVALID_AUTHORIZATION,
  INVALID_FORMAT,
  INVALID_TOKEN,
  NO_CHANNEL,
  QUERY_TOKEN,
  say,
  SUCCESS,
  TOKEN_REQUIRED,
  UNHEALTHY,
} from './answers.ts';
import { MAX_EVENTS, readEvents, readLines, toldBy } from './events.ts';
import type { HecBody } from './events.ts';

const SOURCE = 'hec';
const CHANNEL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_ACKS_ASKED = 100_000;
const schema = (summary: string) => ({ tags: ['inputs'], summary });

export function registerHec(app: FastifyInstance, deps: InputDeps): void {
  const acks = new Acks();
  const { bodyMaxBytes: bodyLimit } = deps.config;
  const limits = { bodyLimit };

  void app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      const { answer, problem } = answerTo(error);
      if (answer.code === 8) return sendProblem(problem, request, reply); // logs it
      return say(reply, answer);
    });
    for (const url of ['/services/collector/health', '/services/collector/health/1.0'])
      scope.get(url, { schema: schema('Health of the HEC input') }, (_request, reply) => say(reply, deps.isBusy() ? UNHEALTHY : HEALTHY));

    await scope.register(async (inner) => {
      takeBytes(inner);
      unpackBodies(inner, deps.budget);
      inner.addHook('onRequest', async (request, reply) => {
        const refusal = await authenticate(request, deps);
        if (refusal !== null) return say(reply, refusal);
      });
      for (const url of ['/services/collector', '/services/collector/event', '/services/collector/event/1.0'])
        inner.post(url, { ...limits, schema: schema('Events as to a Splunk HTTP Event Collector') }, (request, reply) =>
          take(request, reply, readEvents(bytesOf(request))),
        );
      for (const url of ['/services/collector/raw', '/services/collector/raw/1.0'])
        inner.post(url, { ...limits, schema: schema('Lines as to a Splunk HTTP Event Collector') }, (request, reply) =>
          take(request, reply, readLines(bytesOf(request), toldBy(request.query as Record<string, unknown>))),
        );
      inner.post('/services/collector/ack', { ...limits, schema: schema('Which of the requests of a channel are kept') }, (request, reply) => {
        const channel = channelOf(request);
        if (typeof channel !== 'string') return say(reply, channel ?? NO_CHANNEL);
        const asked = readAsked(bytesOf(request));
        return asked === null ? say(reply, INVALID_FORMAT) : reply.send({ acks: acks.take(channel, asked) });
      });
    });
  });

  async function take(request: FastifyRequest, reply: FastifyReply, { events, error }: HecBody): Promise<FastifyReply> {
    const channel = channelOf(request);
    if (channel !== null && typeof channel !== 'string') return say(reply, channel);
    if (channel !== null && !acks.hasRoom(channel)) return say(reply, { ...ACKS_AT_CAPACITY, headers: { 'retry-after': '10' } });
    if (events.length > MAX_EVENTS) throw new ApiProblem('BODY_TOO_LARGE', `Send at most ${MAX_EVENTS} events per request.`);
    const { deliver } = deps;
    const sender = { ...senderOfPrincipal(request.principal!, SOURCE), requestId: request.id };
    await deliver(
      events.map(({ value }) => value),
      sender,
      events.map(({ told }) => told),
    );
    const ack = channel === null || events.length === 0 ? {} : { ackId: acks.issue(channel) };
    return say(reply, error ?? SUCCESS, ack);
  }
}

/** Sets who sends. @returns What is wrong with the credential, or null. */
async function authenticate(request: FastifyRequest, deps: InputDeps): Promise<HecAnswer | null> {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if ((request.query as { token?: unknown }).token !== undefined) return QUERY_TOKEN;
    request.principal = await certificateWhoSends(request, deps);
    return request.principal === null ? TOKEN_REQUIRED : null;
  }
  const token = tokenOf(authorization);
  if (token === null) return INVALID_AUTHORIZATION;
  request.principal = await principalWhoSends(token, request.ip, deps);
  return request.principal === null ? INVALID_TOKEN : null;
}

/** `Splunk <token>`, or the password of Basic, as HEC has it. */
function tokenOf(authorization: string): string | null {
  const [, scheme = '', rest = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'splunk') return rest;
  if (scheme.toLowerCase() !== 'basic') return null;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
}

/** Of this sender: a channel of the same number is another one for somebody else. Null = none was given. */
function channelOf(request: FastifyRequest): string | HecAnswer | null {
  const given = request.headers['x-splunk-request-channel'] ?? (request.query as { channel?: unknown }).channel;
  if (given === undefined) return null;
  if (typeof given !== 'string' || !CHANNEL.test(given)) return BAD_CHANNEL;
  const { organization, user } = request.principal!;
  return `${organization}/${user} ${given.toLowerCase()}`;
}

const asked = z.object({ acks: z.array(z.int().nonnegative()).max(MAX_ACKS_ASKED) });
function readAsked(bytes: Buffer): readonly number[] | null {
  try {
    return asked.parse(JSON.parse(bytes.toString('utf8'))).acks;
  } catch {
    return null;
  }
}
