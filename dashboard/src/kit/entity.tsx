// Something that things are known about: a host, a user, an address. A click offers to search for it.
import { entityIcon, Icon } from './icon.tsx';
import { shorten } from './numbers.ts';
import { Value } from './value.tsx';
import './entity.css';

/** The field that holds such an entity in events; null for kinds that no single field holds. */
export function entityField(type: string): string | null {
  const known: Record<string, string> = {
    host: 'host.name',
    user: 'user.name',
    address: 'related.ip',
    ip: 'related.ip',
    hash: 'related.hash',
    process: 'process.name',
    domain: 'dns.question.name',
    file: 'file.path',
    url: 'url.domain',
  };
  return known[type] ?? null;
}

/** The name of a host without its domain; addresses stay whole. */
export const shortHost = (host: string): string => (/^[^.:]*[a-z][^.:]*\./i.test(host) ? (host.split('.', 1)[0] ?? host) : host);

interface EntityProps {
  readonly type: string;
  readonly value: string;
  /** Longer values are cut in the middle; the whole shows on hover. */
  readonly length?: number;
  /** Hosts without their domain, where many stand below each other. */
  readonly isShort?: boolean;
}

export function EntityTag({ type, value, length = 34, isShort = false }: EntityProps) {
  const field = entityField(type);
  const text = shorten(isShort && type === 'host' ? shortHost(value) : value, length);
  return (
    <span className="entity" title={`${type} ${value}`}>
      <Icon name={entityIcon(type)} size={14} />
      <span className="hidden-text">{type} </span>
      {field === null ? (
        <code className="cut">{text}</code>
      ) : (
        <Value field={field} value={value}>
          <code>{text}</code>
        </Value>
      )}
    </span>
  );
}
