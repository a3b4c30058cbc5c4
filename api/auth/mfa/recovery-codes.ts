// For who has lost their second factor: codes that were shown once, kept as hashes, and work once each.
import { createHash } from 'node:crypto';
import { randomPassword } from '../passwords.ts';

const HOW_MANY = 10;

/** To be shown once and kept nowhere. */
export const newRecoveryCodes = (): readonly string[] => Array.from({ length: HOW_MANY }, randomPassword);

/** As people type them: dashes, blanks and capitals do not matter. A code has 100 random bits, so a plain hash cannot be turned around. */
export const recoveryHash = (code: string): Buffer => createHash('sha256').update(code.toLowerCase().replaceAll(/[\s-]/g, '')).digest();

/** Whether it looks like one, rather than like a code of an application. */
export const isRecoveryCode = (code: string): boolean => code.replaceAll(/[\s-]/g, '').length === 20;
