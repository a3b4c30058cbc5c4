import { randomBytes, randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

// OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane. The PHC string carries them, so a later change leaves old hashes readable.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** PHC string, argon2id. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

let decoy: Promise<string> | undefined;

/**
 * Takes the same time whether or not there is a hash, so that the answer does not tell which names exist.
 * @param stored PHC string; null when the name is unknown or has no password.
 * @param check Tests count its calls.
 */
export async function isPassword(stored: string | null, password: string, check: typeof verify = verify): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(16).toString('hex'));
  const isRight = await check(stored ?? (await decoy), password);
  return stored !== null && isRight;
}

/** Whether the hash costs less to guess than those made now: then it is made anew when the password is known, at the next login. */
export function isCheaper(stored: string): boolean {
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(stored) ?? [];
  return memory === undefined || Number(memory) < COST.memoryCost || Number(passes) < COST.timeCost;
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'; // none that look alike; 5 bits each

/** 20 characters in groups of five, 100 bits. */
export const randomPassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join('-');
