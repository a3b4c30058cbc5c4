// The plain search of a list: `/` goes to it, Enter asks. The one with the search language is of the events.
import { useRef, useState } from 'react';
import { Icon } from './icon.tsx';
import { useKeys } from './keys.ts';
import './search-input.css';

/** @param label Also what it is called for those who do not see it. @param onSearch Given the text without blanks around it; '' = all. */
export function SearchInput({
  value,
  label,
  placeholder,
  onSearch,
}: {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  readonly onSearch: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useKeys([{ keys: '/', label: 'Search', group: 'Anywhere', run: () => input.current?.focus() }]);
  return (
    <form
      role="search"
      className="search-input"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <Icon name="search" size={15} />
      <input
        ref={input}
        className="input"
        type="search"
        value={text}
        placeholder={placeholder}
        aria-label={label}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
    </form>
  );
}
