// The list under the search box. The keys stay with the box, which tells this which offer is marked.
import { useEffect, useRef } from 'react';
import { count } from './numbers.ts';
import type { Offer } from './use-offers.ts';

interface SearchOffersProps {
  /** Beginning of the ids: `<id>list`, `<id>offer0` and so on. */
  readonly id: string;
  readonly offers: readonly Offer[];
  readonly marked: number;
  readonly onTake: (offer: Offer) => void;
}

export function SearchOffers({ id, offers, marked, onTake }: SearchOffersProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[marked]?.scrollIntoView({ block: 'nearest' }); // gives a promise in newer browsers, which React would take for the way back
  }, [marked]);
  return (
    <>
      <ul ref={list} className="search-offers" id={`${id}list`} role="listbox" aria-label="Completions" hidden={offers.length === 0}>
        {offers.map((offer, index) => (
          <li
            key={`${offer.kind} ${offer.text}`}
            id={`${id}offer${index}`}
            role="option"
            aria-selected={index === marked}
            className={`search-offer search-offer-${offer.kind}`}
            onMouseDown={(event) => {
              event.preventDefault(); // the box keeps the focus
              onTake(offer);
            }}
          >
            <code>{offer.text}</code>
            <span className="search-offer-about cut">{offer.about}</span>
            <span className="search-offer-type">{offer.type}</span>
            <span className="search-offer-count" title={offer.count === null ? undefined : `In ${offer.count.toLocaleString('en')} events looked at`}>
              {offer.count === null ? '' : count(offer.count)}
            </span>
          </li>
        ))}
      </ul>
      <span className="hidden-text" role="status">
        {offers.length === 0 ? '' : `${offers.length} ${offers.length === 1 ? 'completion' : 'completions'}; arrows choose, Tab takes`}
      </span>
    </>
  );
}
