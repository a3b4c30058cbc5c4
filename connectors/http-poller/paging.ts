// Which page comes next.
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { HttpPollerConfig } from './config.ts';
import type { Pass } from './place.ts';
import { segmentsOf, valueAt } from './pointer.ts';
import { filledBody, filledUrl, withParameter } from './template.ts';
import type { Values } from './template.ts';

export interface PageRequest {
  readonly url: string;
  readonly body: string | null;
}

export function requestOf(config: HttpPollerConfig, since: string | undefined, pass: Pass): PageRequest {
  const { paging, pageParameter, cursorParameter, firstPage, timeFormat, progress, sinceStart } = config;
  const number = String(paging === 'page' ? firstPage + pass.count : pass.count);
  const values: Values = {
    ...(pass.from !== undefined && { from: timeText(pass.from, timeFormat) }),
    ...(pass.to !== undefined && { to: timeText(pass.to, timeFormat) }),
    ...(progress === 'field' && { since: since ?? sinceStart }),
    ...(paging === 'cursor' && { cursor: pass.next ?? '' }),
    ...(paging === 'page' && { page: number }),
    ...(paging === 'offset' && { offset: number }),
  };
  const body = config.body === '' ? null : filledBody(config.body, values);
  if ((paging === 'link' || paging === 'next-url') && pass.next !== null) return { url: pass.next, body };
  const url = filledUrl(config.url, values);
  if (paging === 'cursor' && cursorParameter !== '' && pass.next !== null) return { url: withParameter(url, cursorParameter, pass.next), body };
  if ((paging === 'page' || paging === 'offset') && pageParameter !== '') return { url: withParameter(url, pageParameter, number), body };
  return { url, body };
}

function timeText(ms: number, format: HttpPollerConfig['timeFormat']): string {
  if (format === 'milliseconds') return String(ms);
  if (format === 'seconds') return String(Math.floor(ms / 1_000));
  const text = new Date(ms).toISOString();
  return format === 'iso' ? text : `${text.slice(0, 19)}Z`;
}

/**
 * What names the next page: `true` = the number after this one; null = it was the last.
 *
 * @param records On this page, those that were there before included.
 * @throws ConfigError SOURCE_MISCONFIGURED for an address elsewhere: what shows who we are is for the host that was named.
 */
export function nextOf(
  config: HttpPollerConfig,
  page: { readonly url: string; readonly link: string | undefined; readonly document: unknown; readonly records: number },
): string | true | null {
  switch (config.paging) {
    case 'none':
      return null;
    case 'page':
    case 'offset':
      return page.records === 0 || page.records < config.pageRecords ? null : true;
    case 'link':
      return sameOrigin(nextLink(page.link), page.url);
    case 'next-url':
      return sameOrigin(textOf(valueAt(page.document, segmentsOf(config.nextAt))), page.url);
    case 'cursor':
      return textOf(valueAt(page.document, segmentsOf(config.nextAt)));
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null);

/** RFC 8288. */
export function nextLink(header: string | undefined): string | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(/<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/g)) {
    const [, quoted, plain] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(parameters) ?? [];
    if ((quoted ?? plain ?? '').toLowerCase().split(/\s+/).includes('next')) return target;
  }
  return null;
}

function sameOrigin(next: string | null, url: string): string | null {
  if (next === null) return null;
  const to = URL.canParse(next, url) ? new URL(next, url) : null;
  if (to !== null && to.origin === new URL(url).origin) return to.href;
  throw new ConfigError(
    'SOURCE_MISCONFIGURED',
    `The next page is said to be at ${to === null ? 'an address that cannot be read' : to.origin}. Only pages of the host that was named are asked for.`,
  );
}
