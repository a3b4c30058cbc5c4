// One option of a connector, as what it is: yes or no, a choice, a number, a list, the name of a secret, or a text.
import { Fragment, useId } from 'react';
import { Button } from '../kit/button.tsx';
import { listOf, plainProblem, type ConnectorOption } from './draft.ts';
import { StartField } from './start-field.tsx';

interface OptionFieldProps {
  readonly option: ConnectorOption;
  /** Undefined: not given, so its default holds. */
  readonly value: string | undefined;
  readonly onChange: (text: string) => void;
  /** The reader has been here, or has sent the form: only then is it said that something is missing. */
  readonly isTouched: boolean;
  readonly onTouched: () => void;
  /** Offered beside the field; of lists, each is added or taken out. */
  readonly offers?: readonly string[] | undefined;
  /** In place of any text. */
  readonly only?: readonly string[] | undefined;
  /** What a reference to a secret looks like. */
  readonly secretExample: string;
  /** Beside what the API says. */
  readonly warning?: string | null | undefined;
  readonly isDisabled?: boolean;
}

export function OptionField({ option, value, onChange, isTouched, onTouched, warning = null, ...rest }: OptionFieldProps) {
  const { name, displayName, isRequired, documentation, problems } = option;
  const id = useId();
  const shown = visibleProblems(option, value, isTouched);
  return (
    <div className="option" onBlur={onTouched}>
      <label className="option-name" htmlFor={id} title={name}>
        {displayName}
        {isRequired && <span className="faint"> (required)</span>}
      </label>
      <Control id={id} option={option} value={value} onChange={onChange} isWrong={shown.length > 0} {...rest} />
      <div id={`${id}about`} className="option-about">
        {shown.map((problem) => (
          <p key={problem} className="field-error">
            {problem}
          </p>
        ))}
        {warning !== null && <p className="option-warning">{warning}</p>}
        {value === '' && <p className="faint">Given as empty, which is not its default.</p>}
        {documentation !== '' && (
          <p className="faint">
            <Documentation text={documentation} />
          </p>
        )}
        {option.group === 'Other' && problems.length > 0 && (
          <Button kind="quiet" onClick={() => onChange('')}>
            Leave {name} out
          </Button>
        )}
      </div>
    </div>
  );
}

/** What is missing is said once the reader has been there; what is wrong with a value at once. */
export function visibleProblems(
  { name, problems }: Pick<ConnectorOption, 'name' | 'problems'>,
  value: string | undefined,
  isTouched: boolean,
): readonly string[] {
  return isTouched || value !== undefined ? problems.map((problem) => plainProblem(problem, name)) : [];
}

/** What stands between backquotes is a name or a value. */
function Documentation({ text }: { readonly text: string }) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : <Fragment key={at}>{part}</Fragment>));
}

interface ControlProps extends Pick<OptionFieldProps, 'option' | 'value' | 'onChange' | 'offers' | 'only' | 'secretExample' | 'isDisabled'> {
  readonly id: string;
  readonly isWrong: boolean;
}

function Control({ id, option, value, onChange, isWrong, offers, only, secretExample, isDisabled = false }: ControlProps) {
  const { name, type, choices, defaultValue } = option;
  const common = { id, 'aria-invalid': isWrong, 'aria-describedby': `${id}about`, disabled: isDisabled } as const;
  if (name === 'start') return <StartField {...common} value={value} onChange={onChange} />;
  if (type === 'BOOLEAN') {
    const isOn = (value ?? defaultValue) === 'true';
    const set = (next: boolean) => onChange(String(next) === defaultValue ? '' : String(next));
    return <input {...common} className="option-check" type="checkbox" checked={isOn} onChange={({ target }) => set(target.checked)} />;
  }
  const closed = only ?? (type === 'LIST' ? [] : choices);
  if (closed.length > 0) {
    const usual = defaultValue === null || defaultValue === '' ? (option.isRequired ? 'choose one' : 'none') : defaultValue;
    return (
      <select {...common} className="input" value={value ?? ''} onChange={({ target }) => onChange(target.value)}>
        <option value="">{usual}</option>
        {[...new Set([...(value === undefined || value === '' ? [] : [value]), ...closed])]
          .filter((choice) => choice !== usual || choice === value)
          .map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
      </select>
    );
  }
  const isNumber = type === 'INT' || type === 'SHORT' || type === 'LONG' || type === 'DOUBLE';
  const offered = offers ?? (type === 'LIST' ? choices : []);
  return (
    <>
      <input
        {...common}
        className={type === 'STRING' ? 'input' : 'input mono'}
        value={value ?? ''}
        inputMode={isNumber ? 'decimal' : 'text'}
        placeholder={type === 'PASSWORD' ? secretExample : (defaultValue ?? '')}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => onChange(target.value)}
      />
      {offered.length > 0 && !isDisabled && <Offers offered={offered} value={value ?? ''} onChange={onChange} />}
    </>
  );
}

/** Buttons that put an item into the list, or take it out. */
function Offers({ offered, value, onChange }: { readonly offered: readonly string[]; readonly value: string; readonly onChange: (text: string) => void }) {
  const items = listOf(value);
  return (
    <span className="option-offers">
      {offered.map((item) => (
        <button
          key={item}
          type="button"
          className="option-offer"
          aria-pressed={items.includes(item)}
          onClick={() => onChange((items.includes(item) ? items.filter((other) => other !== item) : [...items, item]).join(','))}
        >
          {item}
        </button>
      ))}
    </span>
  );
}
