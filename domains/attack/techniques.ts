// What ATT&CK itself says of its techniques; NOTICE beside this file.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { familyOf } from './family.ts';

const document = z
  .object({ version: z.string(), techniques: z.record(z.string(), z.tuple([z.string(), z.array(z.string())])) })
  .parse(JSON.parse(readFileSync(new URL('techniques.json', import.meta.url), 'utf8')));
const TECHNIQUES = new Map(Object.entries(document.techniques));

/** Of ATT&CK for enterprises: `17.0`. */
export const ATTACK_VERSION = document.version;

export interface Technique {
  /** `LSASS Memory`. */
  readonly name: string;
  /** `credential-access`, in the order of the matrix. */
  readonly tactics: readonly string[];
}

/** @param id Upper case: `T1003.001`. @returns undefined for one that this version does not have: withdrawn, newer, of another matrix. */
export function techniqueOf(id: string): Technique | undefined {
  const found = TECHNIQUES.get(id);
  return found === undefined ? undefined : { name: found[0], tactics: found[1] };
}

/** As ATT&CK writes them: `OS Credential Dumping: LSASS Memory`. */
export function titleOfTechnique(id: string): string | undefined {
  const name = techniqueOf(id)?.name;
  const family = familyOf(id);
  const above = family === id ? undefined : techniqueOf(family)?.name;
  return name !== undefined && above !== undefined ? `${above}: ${name}` : name;
}
