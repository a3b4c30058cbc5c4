// Something that things are known about: a host, a user, an address. A click offers to search for it.
import { entityIcon, Icon } from './icon.tsx';
import { Value } from './value.tsx';

/** The field that holds such an entity in events; null for kinds that no single field holds. */
export function entityField(type: string): string | null {
  const known: Record<string, string> = { host: 'host.name', user: 'user.name', address: 'related.ip', ip: 'related.ip', hash: 'related.hash', process: 'process.name', domain: 'dns.question.name', file: 'file.path', url: 'url.domain' };
  return known[type] ?? null;
}

export function EntityTag({ type, value, length = 34 }: { readonly type: string; readonly value: string; readonly length?: number }) {
  const field = entityField(type);
  return (
    <span className="entity" title={`${type} ${value}`}>
      <Icon name={entityIcon(type)} size={14} />
      <span className="hidden-text">{type} </span>
      {field === null ? <code className="cut">{value}</code> : <Value field={field} value={value} length={length}><code>{value}</code></Value>}
    </span>
  );
}
