import type { Break } from './rewrite.ts';

/** An id that an aborted transaction had noted makes the record that is read again a duplicate of itself. */
const mistake: Break = {
  does: 'keeps in state what an aborted transaction had written there',
  edits: [
    {
      file: 'pipeline/runtime/task.ts',
      from: 'for (const [, notes] of this.#journals) notes.undo(0);',
      to: 'for (const [, notes] of this.#journals) { notes.seal(); notes.settle(); }',
    },
  ],
};
export default mistake;
