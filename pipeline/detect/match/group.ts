// The rules that events of one log source can meet, with the index over them.
import { KEYWORDS } from '../compile/field.ts';
import type { FieldTable } from '../compile/field.ts';
import type { Program } from '../compile/program.ts';
import { guarded } from './guard.ts';
import type { Guarded } from './guard.ts';
import { KeyNode } from './key-tree.ts';
import { Awake, LiteralIndex } from './literal-index.ts';

/** A program and the rules of the group that ask it, by their place in the engine. */
export interface Member {
  readonly program: Program;
  readonly rules: readonly number[];
}

export class Group {
  readonly members: readonly Member[];
  readonly awake: Awake;
  readonly index: LiteralIndex;
  readonly keys = new KeyNode();
  /** Members that no literal can wake: they run on every event. */
  readonly always: readonly Guarded[];
  /** KEYWORDS when a member asks all leaves, else -1. */
  readonly keywordField: number;

  /** @param alsoRead Fields that someone asks for after a match, by number. */
  constructor(members: readonly Member[], table: FieldTable, alsoRead: Iterable<number>) {
    this.members = members;
    this.awake = new Awake(members.length);
    this.index = new LiteralIndex(this.awake);
    this.always = guarded(members.filter(({ program }) => program.witness === undefined));
    for (const [number, { program }] of members.entries())
      for (const literal of program.witness?.literals ?? []) this.index.add(literal.field, literal, number);
    this.index.build();
    this.keywordField = this.index.scans(KEYWORDS) ? KEYWORDS : -1;
    const fields = new Set([...members.flatMap(({ program }) => [...program.fields]), ...alsoRead]);
    for (const field of fields) {
      for (const path of table.fields[field]!.paths) {
        const entry = this.keys.place(table.paths[path]!);
        entry.path = path;
        if (this.index.scans(field)) entry.scanned = [...entry.scanned, field];
        if (this.index.notes(field)) entry.noted = [...entry.noted, field];
      }
    }
    this.keys.build(this.keywordField < 0 ? [] : [KEYWORDS]);
  }
}
