// The one search box: coloured as it is read, fields and values completed, errors under the place they are about.
import { useEffect, useId, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { completeField } from './fields.ts';
import { Key } from './button.tsx';
import { Icon } from './icon.tsx';
import { useKeys } from './keys.ts';
import { count } from './numbers.ts';
import { quote, tokens, typingAt, type Typing } from './search-language.ts';
import './search-box.css';

export interface SearchFault {
  readonly message: string;
  readonly at: number;
  readonly length: number;
}
interface Offer {
  readonly text: string;
  readonly about: string;
  readonly insert: string;
}
interface SearchBoxProps {
  readonly value: string;
  readonly onSearch: (text: string) => void;
  /** What is wrong with `value`, as the API says it. */
  readonly fault: SearchFault | null;
  /** Frequent values of a field; an empty list where there are none. */
  readonly valuesOf: (field: string) => Promise<readonly { readonly name: string; readonly count: number }[]>;
  readonly placeholder: string;
  readonly label: string;
}

export function SearchBox({ value, onSearch, fault, valuesOf, placeholder, label }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const [typing, setTyping] = useState<Typing | null>(null);
  const [values, setValues] = useState<{ readonly field: string; readonly found: readonly { readonly name: string; readonly count: number }[] }>();
  const [marked, setMarked] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const paint = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => setText(value), [value]);
  useKeys([{ keys: '/', label: 'Search', group: 'Anywhere', run: () => input.current?.focus() }]);

  const field = typing?.kind === 'value' ? typing.field : null;
  useEffect(() => {
    if (field === null) return undefined;
    let isOver = false;
    void valuesOf(field).then((found) => !isOver && setValues({ field, found }));
    return () => {
      isOver = true;
    };
    // Asked once a field: the list is filtered here while the value is typed.
  }, [field]);

  const offers = typing === null ? [] : offersFor(typing, values?.field === field ? values?.found : undefined);
  const follow = () => {
    const element = input.current;
    if (element === null) return;
    setTyping(typingAt(element.value, element.selectionStart ?? element.value.length));
    setMarked(-1);
  };
  const search = (next: string) => {
    setTyping(null);
    onSearch(next.trim());
  };
  const take = (offer: Offer) => {
    if (typing === null) return;
    const next = `${text.slice(0, typing.from)}${offer.insert}${text.slice(typing.to)}`;
    const caret = typing.from + offer.insert.length;
    setText(next);
    setMarked(-1);
    setTyping(typingAt(next, caret));
    requestAnimationFrame(() => input.current?.setSelectionRange(caret, caret));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      const offer = offers[marked];
      if (offer === undefined) search(text);
      else take(offer);
    } else if (event.key === 'Tab' && !event.shiftKey && typing !== null && typing.typed !== '' && offers[0] !== undefined)
      take(offers[Math.max(0, marked)] ?? offers[0]);
    else if (event.key === 'ArrowDown' && offers.length > 0) setMarked((marked + 1) % offers.length);
    else if (event.key === 'ArrowUp' && offers.length > 0) setMarked((marked <= 0 ? offers.length : marked) - 1);
    else if (event.key === 'Escape' && typing !== null && offers.length > 0) setTyping(null);
    else if (event.key === 'Escape') input.current?.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isFaulty = fault !== null && text === value;
  const isOpen = offers.length > 0;
  return (
    <div className={`search ${isFaulty ? 'search-faulty' : ''}`}>
      <Icon name="search" />
      <div className="search-line">
        <div className="search-paint" ref={paint} aria-hidden="true">
          {paintText(text, isFaulty ? fault : null)}
        </div>
        <input
          ref={input}
          value={text}
          placeholder={placeholder}
          aria-label={label}
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={`${id}list`}
          aria-autocomplete="list"
          aria-activedescendant={marked >= 0 ? `${id}offer${marked}` : undefined}
          aria-invalid={isFaulty}
          aria-describedby={isFaulty ? `${id}fault` : undefined}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          enterKeyHint="search"
          onChange={(event) => {
            setText(event.target.value);
            follow();
          }}
          onSelect={() => document.activeElement === input.current && text !== '' && follow()}
          onScroll={(event) => paint.current?.style.setProperty('transform', `translateX(${-event.currentTarget.scrollLeft}px)`)}
          onBlur={() => setTyping(null)}
          onKeyDown={onKeyDown}
        />
      </div>
      {text === '' ? (
        <Key>/</Key>
      ) : (
        <button
          type="button"
          className="search-clear"
          aria-label="Clear the search"
          onClick={() => {
            setText('');
            search('');
            input.current?.focus();
          }}
        >
          <Icon name="close" size={14} />
        </button>
      )}
      {isFaulty && (
        <div className="search-fault" id={`${id}fault`} role="alert" style={{ '--at': fault.at } as CSSProperties}>
          {fault.message}
        </div>
      )}
      <ul className="search-offers" id={`${id}list`} role="listbox" aria-label="Completions" hidden={!isOpen}>
        {offers.map((offer, index) => (
          <li
            key={offer.text}
            id={`${id}offer${index}`}
            role="option"
            aria-selected={index === marked}
            className="search-offer"
            onMouseDown={(event) => {
              event.preventDefault();
              take(offer);
            }}
          >
            <code>{offer.text}</code>
            <span>{offer.about}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const LONGEST_LIST = 9;

function offersFor(typing: Typing, values: readonly { readonly name: string; readonly count: number }[] | undefined): Offer[] {
  if (typing.kind === 'name')
    return typing.typed === '' ? [] : completeField(typing.typed, LONGEST_LIST).map(({ name, about }) => ({ text: name, about, insert: `${name}:` }));
  const wanted = typing.typed.toLowerCase();
  return (values ?? [])
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .slice(0, LONGEST_LIST)
    .map((value) => ({ text: value.name, about: count(value.count), insert: quote(value.name) }));
}

function paintText(text: string, fault: SearchFault | null) {
  return tokens(text).map((token) => {
    const isWrong = fault !== null && token.from < fault.at + Math.max(1, fault.length) && token.to > fault.at && token.kind !== 'space';
    return (
      <span key={token.from} className={`paint-${token.kind} ${isWrong ? 'paint-wrong' : ''}`}>
        {text.slice(token.from, token.to)}
      </span>
    );
  });
}
