import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './icon.tsx';
import './button.css';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'>;

interface ButtonProps extends Native {
  readonly kind?: 'main' | 'plain' | 'quiet';
  readonly icon?: IconName;
  /** The key that does the same, shown at the end. */
  readonly hint?: string;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = 'plain', icon, hint, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button-${kind}`} {...rest}>
      {icon !== undefined && <Icon name={icon} size={15} />}
      <span>{children}</span>
      {hint !== undefined && <Key>{hint}</Key>}
    </button>
  );
}

interface IconButtonProps extends Native {
  readonly icon: IconName;
  /** What it does, for screen readers and on hover. */
  readonly label: string;
  readonly isOn?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, isOn, ...rest }: IconButtonProps) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} {...(isOn === undefined ? {} : { 'aria-pressed': isOn })} {...rest}>
      <Icon name={icon} size={15} />
    </button>
  );
}

/** A key of the keyboard; out of the way of screen readers, whose users ask for the list by `?`. */
export const Key = ({ children }: { readonly children: ReactNode }) => (
  <kbd className="key" aria-hidden="true">
    {children}
  </kbd>
);

interface Choice<V extends string> {
  readonly value: V;
  readonly label: ReactNode;
}
/** A few exclusive choices side by side. */
export function Segments<V extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly onChange: (value: V) => void;
}) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button key={choice.value} type="button" className="segment" aria-pressed={choice.value === value} onClick={() => onChange(choice.value)}>
          {choice.label}
        </button>
      ))}
    </div>
  );
}
