// Which roles somebody has.
import { useFresh } from '../data/fresh.ts';
import { RolesDocument } from '../gql/graphql.ts';
import { Failed, Waiting } from '../kit/states.tsx';
import { roleWords } from './role-words.ts';

interface RolePickerProps {
  readonly value: readonly string[];
  readonly onChange: (roles: readonly string[]) => void;
  /** A person who had it would see nothing. */
  readonly isForProgram?: boolean;
}

export function RolePicker({ value, onChange, isForProgram = false }: RolePickerProps) {
  const { data, problem, reload } = useFresh(RolesDocument, { key: 'roles', variables: () => ({}), what: 'The roles' });
  if (data === undefined) return problem === undefined ? <Waiting rows={5} label="Loading the roles" /> : <Failed problem={problem} onRetry={reload} />;
  const offered = data.roles.filter(({ name }) => isForProgram || name !== 'sensor');
  return (
    <fieldset className="access-choices">
      <legend>Roles</legend>
      {offered.map(({ name, description }) => (
        <label key={name} className="check-row">
          <input
            type="checkbox"
            checked={value.includes(name)}
            onChange={({ target }) => onChange(target.checked ? [...value, name] : value.filter((role) => role !== name))}
          />
          <span>
            {name} <span className="faint">{roleWords(name, description)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
