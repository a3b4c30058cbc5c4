// Detection rules: read, add, change, retire. A change makes the next numbered set, which runs ten seconds later everywhere.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import { pageOfRules, RULE_STATES, ruleById, ruleRefusals, versionsOfRule } from '../../../store/queries/rules.ts';
import type { RuleRow, RuleVersionRow } from '../../../store/queries/rules.ts';
import type { Sql } from '../../../store/queries/sql.ts';
import type { InOrganization } from '../../database.ts';
import { principalOf } from '../../gate/gate.ts';
import { notFound } from '../../gate/problem.ts';
import { parseTitleCursor, titleCursorOf } from '../../rules/cursor.ts';
import { newRule, ruleChange } from '../../rules/register.ts';
import type { Rules } from '../../rules/register.ts';
import { isoOf } from '../../time.ts';
import { MAX_INT, linkNext, paging, text } from '../kit.ts';
import type { Routes } from '../kit.ts';

const TAGS = ['rules'];
const PATH = '/v2/threat-detection/rules';
const document = z.record(z.string(), z.unknown());
const params = z.object({ id: text(200).min(1) });
const TAKES_EFFECT = 'The change makes the next rule set. It takes effect ten seconds later, on all stages at the same append time.';

interface RuleRoutesDeps {
  readonly run: InOrganization;
  readonly rules: Rules;
}

export function registerRuleRoutes(app: Routes, { run, rules }: RuleRoutesDeps): void {
  const inOrganization = <T>(request: FastifyRequest, work: (sql: Sql) => Promise<T>) => run(principalOf(request).organization, work);

  app.route({
    method: 'GET',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'Rules, correlations and filters that the organization runs, by title',
      querystring: z.strictObject({
        search: text(200).optional().meta({ description: 'Part of title or id.' }),
        state: z.enum(RULE_STATES).optional().meta({ description: 'Retired ones are left out unless asked for.' }),
        minLevel: z.enum(SEVERITIES).optional(),
        kind: z.enum(['rule', 'correlation', 'filter']).optional(),
        origin: z.enum(['file', 'api']).optional(),
        technique: text(20).optional().meta({ description: 'Of ATT&CK, for example T1003 with all below it.' }),
        ...paging,
      }),
      response: { 200: z.object({ rules: z.array(document) }) },
    },
    handler: async (request, reply) => {
      const { search, state, minLevel, kind, origin, technique, limit, cursor } = request.query;
      const filter = {
        ...(search !== undefined && { search }),
        ...(state !== undefined && { state: [state] }),
        ...(minLevel !== undefined && { minLevel: SEVERITIES.indexOf(minLevel) }),
        ...(kind !== undefined && { kind: [kind] }),
        ...(origin !== undefined && { isOfFile: origin === 'file' }),
        ...(technique !== undefined && { technique }),
      };
      const rows = await inOrganization(request, (sql) => pageOfRules(sql, filter, parseTitleCursor(cursor), limit + 1));
      const last = rows.slice(0, limit).at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? titleCursorOf(last) : null);
      return { rules: rows.slice(0, limit).map(documentOf) };
    },
  });

  app.route({
    method: 'GET',
    url: `${PATH}/refused`,
    schema: {
      tags: TAGS,
      summary: 'Documents in files that do not run: file, document, line, reason',
      response: { 200: z.object({ refused: z.array(document) }) },
    },
    handler: async (request) => ({ refused: (await inOrganization(request, ruleRefusals)) as unknown as Record<string, unknown>[] }),
  });

  app.route({
    method: 'GET',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'One rule with its text', params, response: { 200: document } },
    handler: async (request) => {
      const row = await inOrganization(request, (sql) => ruleById(sql, request.params.id));
      if (row === undefined) throw notFound('rule of this id');
      return documentOf(row);
    },
  });

  app.route({
    method: 'GET',
    url: `${PATH}/:id/versions`,
    schema: {
      tags: TAGS,
      summary: 'All versions of a rule, newest first: who wrote them, and when',
      params,
      response: { 200: z.object({ versions: z.array(document) }) },
    },
    handler: async (request) => {
      const versions = await inOrganization(request, (sql) => versionsOfRule(sql, request.params.id));
      if (versions.length === 0) throw notFound('rule of this id');
      return { versions: versions.map(versionDocument) };
    },
  });

  app.route({
    method: 'POST',
    url: PATH,
    schema: { tags: TAGS, summary: 'Add a rule', description: TAKES_EFFECT, body: newRule, response: { 201: document } },
    handler: async (request, reply) => {
      const body = documentOf(await rules.add(principalOf(request), request.body));
      return reply
        .code(201)
        .header('location', `${PATH}/${encodeURIComponent(String(body['id']))}`)
        .send(body);
    },
  });

  app.route({
    method: 'PUT',
    url: `${PATH}/:id`,
    schema: {
      tags: TAGS,
      summary: 'Another text of a rule, another state, or both',
      description: `${TAKES_EFFECT} Of a rule that comes with the installation the state only, for your organization only.`,
      params,
      body: ruleChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await rules.change(principalOf(request), request.params.id, request.body)),
  });

  app.route({
    method: 'DELETE',
    url: `${PATH}/:id`,
    schema: {
      tags: TAGS,
      summary: 'Retire a rule: it runs no more; versions and findings stay',
      description: TAKES_EFFECT,
      params,
      querystring: z.strictObject({
        version: z.coerce.number().int().min(1).max(MAX_INT).optional().meta({ description: 'Refused when there is another version.' }),
      }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await rules.retire(principalOf(request), request.params.id, request.query.version ?? null);
      return reply.code(204).send(null);
    },
  });
}

function documentOf({ head, level, file, writtenAt, ...rest }: RuleRow): Record<string, unknown> {
  const { names: _names, refersTo: _refersTo, ...told } = head;
  return { ...rest, level: SEVERITIES[level] ?? 'informational', origin: file === null ? 'api' : 'file', file, ...told, writtenAt: isoOf(writtenAt) };
}
const versionDocument = ({ writtenAt, ...rest }: RuleVersionRow): Record<string, unknown> => ({ ...rest, writtenAt: isoOf(writtenAt) });
