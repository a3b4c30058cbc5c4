// Permissions, in words, under the noun they are about.
import { useFresh } from '../data/fresh.ts';
import { RolesDocument } from '../gql/graphql.ts';
import { Failed, Waiting } from '../kit/states.tsx';
import { useMay } from './may.ts';

interface PermissionPickerProps {
  readonly value: readonly string[];
  readonly onChange: (permissions: readonly string[]) => void;
  /** These only; all that can be part of a role, and that one holds oneself, when absent. */
  readonly among?: readonly string[];
}

export function PermissionPicker({ value, onChange, among }: PermissionPickerProps) {
  const may = useMay();
  const { data, problem, reload } = useFresh(RolesDocument, { key: 'roles', variables: () => ({}), what: 'The permissions' });
  if (data === undefined) return problem === undefined ? <Waiting rows={6} label="Loading the permissions" /> : <Failed problem={problem} onRetry={reload} />;
  const offered = data.permissions.filter(
    ({ name, isOwnable }) => value.includes(name) || (among === undefined ? isOwnable && may(name) : among.includes(name)),
  );
  return (
    <fieldset className="access-choices">
      <legend>Permissions: nobody gives what he does not hold himself</legend>
      {offered.map(({ name, text }) => (
        <label key={name} className="check-row">
          <input
            type="checkbox"
            checked={value.includes(name)}
            onChange={({ target }) => onChange(target.checked ? [...value, name] : value.filter((permission) => permission !== name))}
          />
          <span>
            <code>{name}</code> <span className="faint">{text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
