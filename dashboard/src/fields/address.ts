/** Absent means all of them. */
export interface FieldsSearch {
  readonly dataset?: string;
  readonly state?: 'new' | 'vanished';
  /** Part of the name. */
  readonly name?: string;
}

/** What cannot be read is left out. */
export function readFieldsSearch({ dataset, state, name }: Record<string, unknown>): FieldsSearch {
  return {
    ...(typeof dataset === 'string' && dataset !== '' ? { dataset } : {}),
    ...(state === 'new' || state === 'vanished' ? { state } : {}),
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
  };
}
