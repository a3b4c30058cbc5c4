/** Absent means all codes, and no dead letter open. */
export interface PipelineSearch {
  readonly code?: string;
  readonly letter?: string;
}

/** What cannot be read is left out. */
export function readPipelineSearch({ code, letter }: Record<string, unknown>): PipelineSearch {
  return { ...(typeof code === 'string' && code !== '' ? { code } : {}), ...(typeof letter === 'string' && letter !== '' ? { letter } : {}) };
}
