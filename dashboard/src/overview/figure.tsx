/** One number to be read from across the room, and what to compare it with. */
export function Figure({ value, note }: { readonly value: string; readonly note: string }) {
  return (
    <p className="figure">
      <span className="figure-value number">{value}</span>
      <span className="figure-note number">{note}</span>
    </p>
  );
}
