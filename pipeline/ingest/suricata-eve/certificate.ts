// What EVE says of the server's certificate, by the parts that ECS has.
import type { Draft, JsonObject } from '../kit.ts';
import { readIso, setField, table, text } from '../kit.ts';

const PARTS = table({
  CN: 'common_name',
  O: 'organization',
  OU: 'organizational_unit',
  C: 'country',
  L: 'locality',
  ST: 'state_or_province',
  S: 'state_or_province',
});
/** A certificate names few; more are somebody's attempt. */
const MOST_PARTS = 32;

/** Sets `tls.server.x509.*` and the dates. Names of keys and values as in RFC 4514, with `\,` within values. */
export function certificate(event: Draft, { subject, issuerdn, notbefore, notafter }: JsonObject): void {
  names(event, 'subject', text(subject));
  names(event, 'issuer', text(issuerdn));
  for (const [name, value] of [
    ['not_before', notbefore],
    ['not_after', notafter],
  ] as const) {
    const written = text(value);
    const { micros, end } = readIso(written ?? '');
    if (written === null || Number.isNaN(micros) || micros < 0 || end === 0) continue;
    const date = new Date(micros / 1000).toISOString().replace('Z', '000Z');
    setField(event, `tls.server.${name}`, date);
    setField(event, `tls.server.x509.${name}`, date);
  }
}

function names(event: Draft, whose: 'subject' | 'issuer', written: string | null): void {
  const found = new Map<string, string[]>();
  for (const pair of (written ?? '').slice(0, 4096).split(/(?<!\\), ?/, MOST_PARTS)) {
    const equals = pair.indexOf('=');
    const part = equals < 0 ? undefined : PARTS.get(pair.slice(0, equals).trim().toUpperCase());
    const value = pair.slice(equals + 1).replaceAll(/\\(.)/g, '$1');
    if (part === undefined || value === '') continue;
    const same = found.get(part);
    if (same === undefined) found.set(part, [value]);
    else same.push(value);
  }
  for (const [part, values] of found) setField(event, `tls.server.x509.${whose}.${part}`, values);
}
