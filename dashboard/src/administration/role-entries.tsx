// Rows that each give roles to something: a group of a provider, a workload.
import { Button, IconButton } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';

export interface RoleEntry {
  /** Whom or what they are given to. */
  readonly text: string;
  readonly roles: readonly string[];
}

/** Without a role it would give nothing, and the API refuses it. */
export const isIncomplete = ({ text, roles }: RoleEntry): boolean => text.trim() === '' || roles.length === 0;

interface RoleEntriesProps {
  /** `Group`, `Workload` */
  readonly word: string;
  readonly placeholder: string;
  readonly entries: readonly RoleEntry[];
  readonly onChange: (entries: readonly RoleEntry[]) => void;
  /** Roles that may be given. */
  readonly offered: readonly string[];
  readonly isReadOnly: boolean;
}

export function RoleEntries({ word, placeholder, entries, onChange, offered, isReadOnly }: RoleEntriesProps) {
  const set = (at: number, change: Partial<RoleEntry>) => onChange(entries.map((entry, n) => (n === at ? { ...entry, ...change } : entry)));
  return (
    <div className="role-entries">
      {entries.map((entry, at) => (
        <div key={at} className="role-entry" role="group" aria-label={`${word} ${at + 1}`}>
          <div className="role-entry-head">
            <input
              className="input mono"
              aria-label={word}
              required
              maxLength={2048}
              placeholder={placeholder}
              spellCheck={false}
              autoComplete="off"
              value={entry.text}
              onChange={({ target }) => set(at, { text: target.value })}
            />
            {!isReadOnly && (
              <IconButton icon="close" label={`Take ${entry.text || word.toLowerCase()} out`} onClick={() => onChange(entries.toSpliced(at, 1))} />
            )}
          </div>
          <RoleChips label={`Roles of ${entry.text || word.toLowerCase()}`} value={entry.roles} offered={offered} onChange={(roles) => set(at, { roles })} />
          {entry.roles.length === 0 && <p className="field-error">Give at least one role.</p>}
        </div>
      ))}
      {entries.length === 0 && isReadOnly && <p className="faint">None.</p>}
      {!isReadOnly && (
        <Button kind="quiet" icon="plus" onClick={() => onChange([...entries, { text: '', roles: [] }])}>
          Add a {word.toLowerCase()}
        </Button>
      )}
    </div>
  );
}

interface RoleChipsProps {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (roles: readonly string[]) => void;
  readonly offered: readonly string[];
}

/** Roles side by side, each given or not. */
export function RoleChips({ label, value, onChange, offered }: RoleChipsProps) {
  return (
    <div className="role-chips" role="group" aria-label={label}>
      {[...offered, ...value.filter((role) => !offered.includes(role))].map((role) => (
        <button
          key={role}
          type="button"
          className="role-chip"
          aria-pressed={value.includes(role)}
          onClick={() => onChange(value.includes(role) ? value.filter((other) => other !== role) : [...value, role])}
        >
          {value.includes(role) && <Icon name="check" size={13} />}
          {role}
        </button>
      ))}
    </div>
  );
}
