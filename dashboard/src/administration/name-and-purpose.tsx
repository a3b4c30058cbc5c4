interface NameAndPurposeProps {
  /** Absent where it stays. */
  readonly name?: {
    readonly value: string;
    readonly onChange: (name: string) => void;
    /** `lower-case letters and digits` */
    readonly rule: string;
    readonly pattern: string;
    readonly placeholder: string;
  };
  readonly purpose: string;
  readonly onPurpose: (purpose: string) => void;
}

/** What a thing of the organization's own is called, and what it is for. */
export function NameAndPurpose({ name, purpose, onPurpose }: NameAndPurposeProps) {
  return (
    <>
      {name !== undefined && (
        <label className="field">
          <span>Name: {name.rule}; it stays</span>
          <input
            className="input"
            required
            autoFocus
            pattern={name.pattern}
            placeholder={name.placeholder}
            spellCheck={false}
            autoComplete="off"
            value={name.value}
            onChange={({ target }) => name.onChange(target.value)}
          />
        </label>
      )}
      <label className="field">
        <span>What it is for</span>
        <input className="input" maxLength={500} value={purpose} onChange={({ target }) => onPurpose(target.value)} />
      </label>
    </>
  );
}
