// Where the stages stand in the picture: each one column right of the last stage that it reads from.

export interface Wired {
  readonly name: string;
  readonly inputTopic: string;
  readonly outputTopics: readonly string[];
}
export interface Placed {
  readonly name: string;
  readonly column: number;
  /** Counted within the column; halves where a column is shorter than the tallest. */
  readonly row: number;
}
export interface Wire {
  readonly from: string;
  readonly to: string;
  readonly topic: string;
}
export interface Picture {
  readonly places: readonly Placed[];
  readonly wires: readonly Wire[];
  /** Topics that pass by a column: drawn above the cards, not through them. */
  readonly buses: readonly string[];
  readonly columns: number;
  readonly rows: number;
}

/** Any wiring gives a picture; in a circle the stage that is named first stands first. */
export function layOut(stages: readonly Wired[]): Picture {
  const wires = stages.flatMap((to) =>
    stages.filter((from) => from !== to && from.outputTopics.includes(to.inputTopic)).map((from) => ({ from: from.name, to: to.name, topic: to.inputTopic })),
  );
  const columns = new Map<string, number>();
  const depth = (name: string, above: readonly string[]): number => {
    const known = columns.get(name);
    if (known !== undefined) return known;
    const sources = wires.filter((wire) => wire.to === name && !above.includes(wire.from)).map((wire) => depth(wire.from, [...above, name]));
    const column = sources.length === 0 ? 0 : Math.max(...sources) + 1;
    if (above.length === 0 || sources.length > 0) columns.set(name, column);
    return column;
  };
  for (const stage of stages) columns.set(stage.name, depth(stage.name, []));

  const width = Math.max(0, ...columns.values()) + 1;
  const byColumn = Array.from({ length: width }, (_, column) => stages.filter(({ name }) => columns.get(name) === column).map(({ name }) => name));
  const height = Math.max(1, ...byColumn.map((names) => names.length));
  const rows = new Map<string, number>();
  for (const names of byColumn) {
    const wanted = (name: string) => {
      const sources = wires.filter((wire) => wire.to === name).map((wire) => rows.get(wire.from) ?? 0);
      return sources.length === 0 ? 0 : sources.reduce((sum, row) => sum + row, 0) / sources.length;
    };
    const sorted = [...names].sort((a, b) => wanted(a) - wanted(b));
    const top = (height - sorted.length) / 2;
    sorted.forEach((name, index) => rows.set(name, top + index));
  }
  const column = (name: string) => columns.get(name) ?? 0;
  const buses = [...new Set(wires.filter(({ from, to }) => column(to) - column(from) !== 1).map(({ topic }) => topic))];
  return { places: stages.map(({ name }) => ({ name, column: column(name), row: rows.get(name) ?? 0 })), wires, buses, columns: width, rows: height };
}
