// What an owner says of an HTTP API.
import { z } from 'zod';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { rawOptions } from '../_source/options.ts';
import { isPointer } from './pointer.ts';
import { templateProblem } from './template.ts';

const pointer = z.string().refine(isPointer, 'A JSON pointer: empty, or `/name/name`; `~1` is a slash, `~0` a tilde.');
const template = (value: string, ctx: z.RefinementCtx) => {
  const problem = templateProblem(value);
  if (problem !== null) ctx.addIssue({ code: 'custom', message: problem });
};
const RESERVED = /^(content-length|host|authorization|connection|transfer-encoding)$/i;
const REQUEST = { group: 'Request' };
const ACCESS = { group: 'Access' };
const RECORDS = { group: 'Records' };
const PAGES = { group: 'Pages' };
const PROGRESS = { group: 'Progress' };

export const config = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/[^\s{}/?#]+([/?][^\s]*)?$/, 'https://host/path?query; placeholders only behind the host.')
      .superRefine(template)
      .meta({
        ...REQUEST,
        description:
          'Address of the first page. Placeholders: {from} and {to} (progress=window), {since} (progress=field), {cursor} (paging=cursor), {page}, {offset}. Internal addresses and http:// must be allowed first (`outbound.allow`).',
        importance: 'high',
        displayName: 'Address',
        examples: ['https://api.example.com/v1/audit?from={from}&to={to}&limit=500'],
      }),
    method: z
      .enum(['GET', 'POST'])
      .default('GET')
      .meta({ ...REQUEST, description: 'Method.', importance: 'medium', displayName: 'Method' }),
    body: z
      .string()
      .default('')
      .superRefine(template)
      .meta({
        ...REQUEST,
        description: 'JSON body of a POST, with the placeholders of the address; they stand inside of quotes.',
        importance: 'medium',
        displayName: 'Body',
      }),
    headers: z
      .array(z.string().regex(/^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e]*$/, 'Name: value'))
      .refine((lines) => !lines.some((line) => RESERVED.test(line.split(':', 1)[0]!)), 'Host, Authorization and what frames a message are set by the source.')
      .default([])
      .meta({
        ...REQUEST,
        description: 'Headers of each request, as `Name: value`. No secrets: they are shown.',
        importance: 'medium',
        displayName: 'Headers',
      }),

    auth: z
      .enum(['none', 'bearer', 'basic', 'header', 'oauth'])
      .default('none')
      .meta({
        ...ACCESS,
        description:
          'How it shows who it is: `bearer` (`token`), `basic` (`username`, `password`), `header` (`token` in the header `tokenHeader`), `oauth` (client credentials).',
        importance: 'high',
        displayName: 'Access by',
        dependents: ['token', 'tokenHeader', 'username', 'password', 'tokenUrl', 'clientId', 'clientSecret', 'scope'],
      }),
    token: z
      .string()
      .default('')
      .meta({ ...ACCESS, description: 'Token, or the whole value of `tokenHeader`.', importance: 'high', displayName: 'Token', secret: true }),
    tokenHeader: z
      .string()
      .regex(/^[\w!#$%&'*+.^`|~-]+$/)
      .refine((name) => !/^(content-length|host|connection|transfer-encoding)$/i.test(name), 'It is set by the source.')
      .default('X-Api-Key')
      .meta({ ...ACCESS, description: 'Header of `auth` header.', importance: 'medium', displayName: 'Header of the token' }),
    username: z
      .string()
      .default('')
      .meta({ ...ACCESS, description: 'User of `basic`.', importance: 'medium', displayName: 'User' }),
    password: z
      .string()
      .default('')
      .meta({ ...ACCESS, description: 'Password of `basic`.', importance: 'medium', displayName: 'Password', secret: true }),
    tokenUrl: z
      .string()
      .regex(/^(https?:\/\/\S+)?$/)
      .default('')
      .meta({ ...ACCESS, description: 'Of `oauth`: where tokens are given.', importance: 'medium', displayName: 'Token address' }),
    clientId: z
      .string()
      .default('')
      .meta({ ...ACCESS, description: 'Of `oauth`.', importance: 'medium', displayName: 'Client id' }),
    clientSecret: z
      .string()
      .default('')
      .meta({ ...ACCESS, description: 'Of `oauth`.', importance: 'medium', displayName: 'Client secret', secret: true }),
    scope: z
      .string()
      .default('')
      .meta({ ...ACCESS, description: 'Of `oauth`; empty: none is asked for.', importance: 'low', displayName: 'Scope' }),

    ...rawOptions('http'),
    answer: z
      .enum(['json', 'ndjson'])
      .default('json')
      .meta({ ...RECORDS, description: 'What an answer is: one JSON text, or a record a line.', importance: 'medium', displayName: 'Answer' }),
    recordsAt: pointer
      .default('')
      .meta({
        ...RECORDS,
        description: 'Where in the answer the array of records lies. Empty: the answer is the array, or the one record.',
        importance: 'high',
        displayName: 'Records at',
        examples: ['/data/items'],
      }),
    emptyWithout: z
      .boolean()
      .default(false)
      .meta({
        ...RECORDS,
        description:
          'Whether an answer that has nothing at `recordsAt` is an empty page. Else it is taken for an error that came as a success, and asked for again.',
        importance: 'low',
        displayName: 'May be absent',
      }),
    idAt: pointer
      .default('')
      .meta({
        ...RECORDS,
        description: 'Where in a record its id lies: what is given twice (an overlap, a page that moved) is taken once. Empty: nothing is looked for.',
        importance: 'high',
        displayName: 'Id at',
        examples: ['/uuid'],
      }),
    rememberedIds: z
      .int()
      .min(0)
      .max(50_000)
      .default(5_000)
      .meta({
        ...RECORDS,
        description: 'Ids that are remembered, the latest: more than one overlap has, at least.',
        importance: 'low',
        displayName: 'Remembered ids',
      }),

    paging: z
      .enum(['none', 'link', 'next-url', 'cursor', 'page', 'offset'])
      .default('none')
      .meta({
        ...PAGES,
        description:
          'How the next page is named: `link` (header Link, rel="next"), `next-url` (an address at `nextAt`), `cursor` (a text at `nextAt`, for {cursor} or `cursorParameter`), `page` and `offset` (numbers, for {page} and {offset} or `pageParameter`).',
        importance: 'high',
        displayName: 'Pages',
        dependents: ['nextAt', 'cursorParameter', 'pageParameter', 'firstPage', 'pageRecords'],
      }),
    nextAt: pointer
      .default('')
      .meta({
        ...PAGES,
        description: 'Where in the answer the next address or cursor lies; absent, null or empty there: it was the last page.',
        importance: 'medium',
        displayName: 'Next at',
        examples: ['/meta/next'],
      }),
    cursorParameter: z
      .string()
      .regex(/^[\w.[\]-]*$/)
      .default('')
      .meta({
        ...PAGES,
        description: 'Query parameter that carries the cursor, where the address has no {cursor}.',
        importance: 'medium',
        displayName: 'Parameter of the cursor',
      }),
    pageParameter: z
      .string()
      .regex(/^[\w.[\]-]*$/)
      .default('')
      .meta({
        ...PAGES,
        description: 'Query parameter that carries the number, where the address has no {page} or {offset}.',
        importance: 'medium',
        displayName: 'Parameter of the number',
      }),
    firstPage: z
      .int()
      .min(0)
      .max(1)
      .default(1)
      .meta({ ...PAGES, description: 'Number of the first page.', importance: 'low', displayName: 'First page' }),
    pageRecords: z
      .int()
      .min(0)
      .max(100_000)
      .default(0)
      .meta({
        ...PAGES,
        description: 'Records of a full page: one with fewer is the last. 0: an empty one is.',
        importance: 'low',
        displayName: 'Records a page',
      }),

    progress: z
      .enum(['none', 'window', 'field', 'cursor'])
      .default('none')
      .meta({
        ...PROGRESS,
        description:
          'How it knows what is new: `window` (times, {from} and {to}), `field` (the greatest value at `sinceAt`, for {since}), `cursor` (it goes on behind the last page that was not empty: `paging` link, next-url or cursor), `none` (everything each time; `idAt` leaves out what was there).',
        importance: 'high',
        displayName: 'What is new',
        dependents: ['lookBackHours', 'maxWindowMinutes', 'overlapSeconds', 'delaySeconds', 'timeFormat', 'sinceAt', 'sinceStart'],
      }),
    lookBackHours: z
      .int()
      .min(0)
      .max(8_784)
      .default(1)
      .meta({ ...PROGRESS, description: 'Of `window`: how far back it begins.', importance: 'medium', displayName: 'Begins back' }),
    maxWindowMinutes: z
      .int()
      .min(1)
      .max(527_040)
      .default(1_440)
      .meta({ ...PROGRESS, description: 'Of `window`: longest span that is asked for at once.', importance: 'low', displayName: 'Longest span' }),
    overlapSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(0)
      .meta({
        ...PROGRESS,
        description: 'Of `window`: how far each reaches into the one before, for what shows late. Takes `idAt`.',
        importance: 'medium',
        displayName: 'Overlap',
      }),
    delaySeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(30)
      .meta({ ...PROGRESS, description: 'Of `window`: how far it stays behind now.', importance: 'low', displayName: 'Delay' }),
    timeFormat: z
      .enum(['iso', 'iso-seconds', 'seconds', 'milliseconds'])
      .default('iso')
      .meta({
        ...PROGRESS,
        description: 'How {from} and {to} are written: with or without milliseconds, or as a number since 1970.',
        importance: 'medium',
        displayName: 'Times as',
      }),
    sinceAt: pointer
      .default('')
      .meta({
        ...PROGRESS,
        description: 'Of `field`: where in a record the value lies that only grows.',
        importance: 'medium',
        displayName: 'Value at',
        examples: ['/published'],
      }),
    sinceStart: z
      .string()
      .default('')
      .meta({ ...PROGRESS, description: 'Of `field`: {since} of the very first request.', importance: 'medium', displayName: 'First value' }),

    pollIntervalMs: z
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(60_000)
      .meta({ group: 'Pace', description: 'Time from the last page to the next look, in milliseconds.', importance: 'medium', displayName: 'Looks every' }),
    requestsPerMinute: z
      .int()
      .min(1)
      .max(6_000)
      .default(60)
      .meta({ group: 'Pace', description: 'Most requests a minute. Retry-After is heeded beside it.', importance: 'medium', displayName: 'Requests a minute' }),
    timeoutMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(60_000)
      .meta({ group: 'Pace', description: 'How long a request may take, in milliseconds.', importance: 'low', displayName: 'Patience' }),
    maxPageBytes: z
      .int()
      .min(1_024)
      .max(64 << 20)
      .default(8 << 20)
      .meta({
        group: 'Pace',
        description: 'Most bytes of an answer, unpacked. All of a page is kept at once.',
        importance: 'low',
        displayName: 'Bytes a page',
      }),
    ...tlsOptions,
  })
  .refine(areTogether, TOGETHER)
  .superRefine((given, ctx) => {
    const { auth, paging, progress, url, body, method } = given;
    const isThere = (name: string) => url.includes(`{${name}}`) || body.includes(`{${name}}`);
    const problem = (path: keyof typeof given, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    const needs = (when: boolean, path: keyof typeof given, message: string) => {
      if (when && given[path] === '') problem(path, message);
    };
    needs(auth === 'bearer' || auth === 'header', 'token', `auth ${auth} takes it.`);
    needs(auth === 'basic', 'username', 'auth basic takes it.');
    for (const name of ['tokenUrl', 'clientId', 'clientSecret'] as const) needs(auth === 'oauth', name, 'auth oauth takes it.');
    needs(paging === 'next-url' || paging === 'cursor', 'nextAt', `paging ${paging} takes it.`);
    needs(paging === 'cursor' && !isThere('cursor'), 'cursorParameter', 'paging cursor takes it, or {cursor} in the address or body.');
    needs((paging === 'page' || paging === 'offset') && !isThere(paging), 'pageParameter', `paging ${paging} takes it, or {${paging}} in the address or body.`);
    needs(progress === 'field', 'sinceAt', 'progress field takes it.');
    if (progress === 'field' && !isThere('since')) problem('url', 'progress field takes {since} in the address or body.');
    if (progress === 'window' && !isThere('from')) problem('url', 'progress window takes {from} in the address or body.');
    if (progress === 'window' && given.overlapSeconds > 0 && given.idAt === '') problem('idAt', 'With an overlap records come twice: it takes their ids.');
    if (progress === 'cursor' && !['link', 'next-url', 'cursor'].includes(paging)) problem('paging', 'progress cursor takes link, next-url or cursor.');
    if (body !== '' && method === 'GET') problem('method', 'A body takes POST.');
    if (given.answer === 'ndjson' && !['none', 'link', 'page', 'offset'].includes(paging))
      problem('paging', 'Lines have no place for the next page: none, link, page or offset.');
  });
export type HttpPollerConfig = z.infer<typeof config>;
