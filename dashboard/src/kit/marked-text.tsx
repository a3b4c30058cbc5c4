// A text with the part marked that matters.
import './marked-text.css';

/** `before`, `part` and `after` one after the other are a text. */
export interface Marked {
  readonly before: string;
  readonly part: string;
  readonly after: string;
}
/** The text with what matters in it; undefined where nothing does. */
export type Marker = (text: string) => Marked | undefined;

interface PartsProps {
  readonly marked: Marked;
  /** How its parts are written. */
  readonly as?: (part: string) => string;
}

export function MarkedParts({ marked: { before, part, after }, as = (text) => text }: PartsProps) {
  return (
    <>
      {as(before)}
      <mark className="marked">{as(part)}</mark>
      {as(after)}
    </>
  );
}

export function MarkedText({ text, mark }: { readonly text: string; readonly mark: Marker | undefined }) {
  const marked = mark?.(text);
  return marked === undefined ? text : <MarkedParts marked={marked} />;
}
