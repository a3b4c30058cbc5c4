import { useState } from 'react';
import { MarkedText, type Marker } from '../kit/marked-text.tsx';
import { Value } from '../kit/value.tsx';

export interface Field {
  readonly name: string;
  readonly values: readonly string[];
}

/** Fields by dotted name, in the order of names; objects are walked into, lists are many values, null and empty are nothing. */
export function flatten(value: unknown, prefix = ''): Field[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const found: Field[] = [];
  for (const [key, child] of Object.entries(value)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (child === null || child === undefined || child === '') continue;
    if (Array.isArray(child)) {
      const values = child.filter((item) => item !== null && item !== '').map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item)));
      if (values.length > 0) found.push({ name, values });
    } else if (typeof child === 'object') found.push(...flatten(child, name));
    else found.push({ name, values: [String(child)] });
  }
  return prefix === '' ? found.sort((a, b) => a.name.localeCompare(b.name)) : found;
}

const group = (name: string): string => name.split('.', 1)[0] ?? '';

/** @param mark What of a value made a rule meet the event. */
export function Fields({ fields, mark }: { readonly fields: readonly Field[]; readonly mark?: Marker }) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const shown =
    wanted === ''
      ? fields
      : fields.filter(({ name, values }) => name.toLowerCase().includes(wanted) || values.some((value) => value.toLowerCase().includes(wanted)));
  return (
    <div className="fields">
      {fields.length > 12 && (
        <input
          className="input fields-find"
          type="search"
          value={text}
          placeholder="Find a field or value"
          aria-label="Find a field or value"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      )}
      <dl>
        {shown.map(({ name, values }, index) => (
          <div key={name} className={`fields-row ${index > 0 && group(name) !== group(shown[index - 1]?.name ?? '') ? 'fields-group' : ''}`}>
            <dt>{name}</dt>
            <dd>
              {values.map((value, at) => (
                <Value key={`${value} ${at}`} field={name} value={value}>
                  <code>
                    <MarkedText text={value} mark={mark} />
                  </code>
                </Value>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p className="event-none">No field or value contains “{text}”.</p>}
    </div>
  );
}
