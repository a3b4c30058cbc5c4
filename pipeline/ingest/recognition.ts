// Which format a document is of.
import type { Decoder } from './kit.ts';
import { LIKELY, SURE } from './kit.ts';
import type { Limits, RawDocument } from './kit/document.ts';
import { insideSyslog } from './kit/document.ts';
import { TextIndex } from './kit/text-index.ts';

/** The format, and what it is given: the document, or the message of a syslog record. */
export interface Recognised {
  readonly decoder: Decoder | undefined;
  readonly document: RawDocument;
  /** The shipper's document around it, by its own format. */
  readonly carrier?: () => Recognised;
}

/** Asks formats by their clues, in the order of names. Says the same of the same document whatever came before it. */
export class Recognition {
  readonly #decoders: readonly Decoder[];
  readonly #byName: ReadonlyMap<string, Decoder>;
  readonly #families: ReadonlyMap<string, readonly Decoder[]>;
  /** By the place of each decoder: 1 = it has no clues. */
  readonly #always: Uint8Array;
  readonly #byText: TextIndex;
  /** Places of decoders by the members that are their clues. */
  readonly #byMember: ReadonlyMap<string, readonly number[]>;
  readonly #limits: Limits;
  /** The format that was last sure, by source. Asked first: when it is sure again no other can be, so the answer is what asking all would give. */
  readonly #last = new Map<string, Decoder>();

  constructor(decoders: readonly Decoder[], limits: Limits) {
    this.#decoders = decoders;
    this.#byName = new Map(decoders.map((decoder) => [decoder.name, decoder]));
    this.#families = Map.groupBy(decoders, ({ name }) => name.split('-', 1)[0]!);
    this.#always = Uint8Array.from(decoders, ({ clues }) => (clues === undefined ? 1 : 0));
    this.#byText = new TextIndex(
      decoders.flatMap(({ clues }, mark) => [
        ...(clues?.begins ?? []).map((text) => ({ text, isBeginning: true, mark })),
        ...(clues?.holds ?? []).map((text) => ({ text, isBeginning: false, mark })),
      ]),
    );
    this.#byMember = placesByMember(decoders);
    this.#limits = limits;
  }

  /** @param format Name of a format, or of several up to a dash: `zeek` is zeek-json or zeek-tsv, whichever the document is. */
  named(outer: RawDocument, format: string): Recognised {
    const decoder = this.#byName.get(format);
    const inner = insideSyslog(outer, this.#limits);
    if (decoder !== undefined) {
      // Its own name for what may come with or without a header.
      const isInside = inner !== undefined && (decoder.name === 'syslog' || decoder.recognise(outer) < decoder.recognise(inner));
      return { decoder, document: isInside ? inner : outer };
    }
    const family = this.#families.get(format) ?? [];
    const found = best(family, outer);
    if (found.decoder !== undefined || inner === undefined) return { decoder: found.decoder, document: outer };
    return { decoder: best(family, inner).decoder, document: inner };
  }

  /** @param source Where the document comes from: tells nothing about the format, only what to ask first. */
  recognised(outer: RawDocument, source: string): Recognised {
    const last = this.#last.get(source);
    // What begins with a priority is a syslog record, whatever else is in it: only its message is asked about.
    const prioritized = outer.text.charCodeAt(0) === 60 ? insideSyslog(outer, this.#limits) : undefined;
    if (prioritized !== undefined) return this.#inside(prioritized, source, last) ?? { decoder: undefined, document: prioritized };
    if (last !== undefined && last.recognise(outer) >= SURE) return { decoder: last, document: outer };
    const found = best(this.#asked(outer), outer);
    if (found.confidence >= SURE) return this.#remembered(source, found.decoder!, outer);
    const inner = insideSyslog(outer, this.#limits);
    return (
      (inner === undefined ? undefined : this.#inside(inner, source, last, Math.min(found.confidence, LIKELY))) ?? { decoder: found.decoder, document: outer }
    );
  }

  /** @param least Confidence that the record as a whole has found already. @returns undefined when the message has less. */
  #inside(inner: RawDocument, source: string, last: Decoder | undefined, least = 0): Recognised | undefined {
    if (last !== undefined && last.recognise(inner) >= SURE) return { decoder: last, document: inner };
    const { decoder, confidence } = best(this.#asked(inner), inner);
    if (confidence >= SURE) return this.#remembered(source, decoder!, inner);
    return decoder !== undefined && confidence >= least ? { decoder, document: inner } : undefined;
  }

  /** What reads a syslog record whose message turned out to be none of the format it looked like. */
  get syslog(): Decoder | undefined {
    return this.#byName.get('syslog');
  }

  #remembered(source: string, decoder: Decoder, document: RawDocument): Recognised {
    if (this.#last.size > 10_000) this.#last.clear();
    this.#last.set(source, decoder);
    return { decoder, document };
  }

  #asked({ json, text }: RawDocument): readonly Decoder[] {
    const marks = this.#always.slice();
    if (json === undefined) this.#byText.find(text, marks);
    else for (const name in json) for (const place of this.#byMember.get(name) ?? []) marks[place] = 1;
    const asked: Decoder[] = [];
    for (let place = 0; place < marks.length; place++) if (marks[place] === 1) asked.push(this.#decoders[place]!);
    return asked;
  }
}

function placesByMember(decoders: readonly Decoder[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [place, { clues }] of decoders.entries()) {
    for (const name of clues?.members ?? []) places.set(name, [...(places.get(name) ?? []), place]);
  }
  return places;
}

/** The first that is sure; else the most confident. */
function best(decoders: readonly Decoder[], document: RawDocument): { readonly decoder: Decoder | undefined; readonly confidence: number } {
  let decoder: Decoder | undefined;
  let confidence = 0;
  for (const one of decoders) {
    const found = one.recognise(document);
    if (found <= confidence) continue;
    decoder = one;
    confidence = found;
    if (confidence >= SURE) break;
  }
  return { decoder, confidence };
}
