// The one search box: coloured as it is read, completed as an editor would, errors under the place they are about.
import { useEffect, useId, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import { IconButton, Key } from './button.tsx';
import { Icon } from './icon.tsx';
import { useKeys } from './keys.ts';
import { SearchHelp } from './search-help.tsx';
import { SearchOffers } from './search-offers.tsx';
import { faultOf, Painted, type SearchFault } from './search-paint.tsx';
import { useOffers, type Complete, type Offer } from './use-offers.ts';
import './search-box.css';

interface SearchBoxProps {
  readonly value: string;
  readonly onSearch: (text: string) => void;
  /** What is wrong with `value`, as the API says it. */
  readonly fault: SearchFault | null;
  readonly complete: Complete;
  /** Searches asked before, newest first: offered while the box is empty. */
  readonly recent?: readonly string[];
  readonly placeholder: string;
  readonly label: string;
  /** Buttons at its end, for the text as it stands. */
  readonly tools?: (text: string) => ReactNode;
}

/** After so long without a key, what is wrong is said. */
const PAUSE_MS = 900;

export function SearchBox({ value, onSearch, fault, complete, recent = [], placeholder, label, tools }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const [isHelping, setHelping] = useState(false);
  const [isResting, setResting] = useState(true);
  const { offers, marked, mark, ask, show, close } = useOffers(complete);
  const input = useRef<HTMLInputElement>(null);
  const paint = useRef<HTMLDivElement>(null);
  const id = useId();
  /** Behind a colon that a completion brought: who types it as well means the same one. */
  const behindColon = useRef(-1);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (isResting) return undefined;
    const timer = window.setTimeout(() => setResting(true), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, isResting]);
  useKeys([{ keys: '/', label: 'Search', group: 'Anywhere', run: () => input.current?.focus() }]);

  const write = (next: string, caret: number) => {
    setText(next);
    setResting(false);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(caret, caret);
    });
  };
  const search = (next: string) => {
    close();
    setResting(true);
    onSearch(next.trim());
  };
  const take = (offer: Offer) => {
    if (offer.kind === 'search') {
      setText(offer.insert);
      return search(offer.insert);
    }
    const next = `${text.slice(0, offer.from)}${offer.insert}${text.slice(offer.to)}`;
    const caret = offer.from + offer.insert.length;
    behindColon.current = offer.insert.endsWith(':') ? caret : -1;
    write(next, caret);
    if (offer.kind === 'value') close();
    else ask(next, caret, true);
  };
  const offerNow = () => {
    const element = input.current;
    if (element === null) return;
    if (element.value === '' && recent.length > 0) show(recent.map(asOffer));
    else ask(element.value, element.selectionStart ?? element.value.length, true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isOpen = offers.length > 0;
    if (event.nativeEvent.isComposing) return; // of an input method: its keys are its own
    if (event.key === 'Enter') {
      const offer = offers[marked];
      if (offer === undefined) search(text);
      else take(offer);
    } else if (event.key === 'Tab' && !event.shiftKey && isOpen) take(offers[Math.max(0, marked)] as Offer);
    else if (event.key === 'ArrowDown' && isOpen) mark((marked + 1) % offers.length);
    else if (event.key === 'ArrowUp' && isOpen) mark((marked <= 0 ? offers.length : marked) - 1);
    else if ((event.key === ' ' && event.ctrlKey) || (event.key === 'ArrowDown' && !isOpen)) offerNow();
    else if (event.key === ':' && input.current?.selectionStart === behindColon.current) behindColon.current = -1;
    else if (event.key === '?' && text === '') setHelping(true);
    else if (event.key === 'Escape' && isOpen) close();
    else if (event.key === 'Escape') input.current?.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shownFault = fault !== null && text === value ? fault : isResting && offers.length === 0 ? faultOf(text) : null;
  return (
    <div className={`search ${shownFault !== null ? 'search-faulty' : ''}`}>
      <Icon name="search" />
      <div className="search-line">
        <div className="search-paint" ref={paint} aria-hidden="true">
          <Painted text={text} fault={shownFault} />
        </div>
        <input
          ref={input}
          value={text}
          placeholder={placeholder}
          aria-label={label}
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={`${id}list`}
          aria-autocomplete="list"
          aria-activedescendant={marked >= 0 ? `${id}offer${marked}` : undefined}
          aria-invalid={shownFault !== null}
          aria-describedby={shownFault !== null ? `${id}fault` : undefined}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          enterKeyHint="search"
          onChange={({ target }) => {
            behindColon.current = -1;
            setText(target.value);
            setResting(false);
            ask(target.value, target.selectionStart ?? target.value.length);
          }}
          onClick={() => (text === '' ? offerNow() : close())}
          onScroll={(event) => paint.current?.style.setProperty('transform', `translateX(${-event.currentTarget.scrollLeft}px)`)}
          onBlur={() => {
            close();
            setResting(true);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {text === '' ? (
        <Key>/</Key>
      ) : (
        <IconButton
          icon="close"
          label="Clear the search"
          onClick={() => {
            setText('');
            search('');
            input.current?.focus();
          }}
        />
      )}
      <SearchHelp
        isOpen={isHelping}
        onOpenChange={setHelping}
        onTry={(example) => {
          setHelping(false);
          write(example, example.length);
        }}
      />
      {tools?.(text.trim())}
      {shownFault !== null && (
        <div className="search-fault" id={`${id}fault`} role="alert" style={{ '--at': shownFault.at } as CSSProperties}>
          {shownFault.message}
        </div>
      )}
      <SearchOffers id={id} offers={offers} marked={marked} onTake={take} />
    </div>
  );
}

const asOffer = (search: string): Offer => ({ kind: 'search', text: search, insert: search, from: 0, to: 0, about: 'Asked before', type: null, count: null });
