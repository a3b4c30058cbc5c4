// Rules of Wazuh as their files hold them.

/** `<match negate="yes">text</match>` inside of a rule. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}
export interface WazuhRule {
  readonly file: string;
  /** Of its opening tag, from 1. */
  readonly line: number;
  readonly id: string;
  /** 0 to 16. */
  readonly level: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the `<group>` around it and of its own, in the order written. */
  readonly groups: readonly string[];
  /** Techniques, `T1110.001`. */
  readonly mitre: readonly string[];
  readonly description: string;
  /** All others, in the order written. */
  readonly elements: readonly Element[];
}
/** `id` is null where the file itself cannot be read. */
export interface Unsaid {
  readonly file: string;
  readonly line: number;
  readonly id: string | null;
  /** A sentence without its full stop. */
  readonly reason: string;
}

/** Thrown while one rule is converted, and caught where rules are told apart. */
export class CannotSay extends Error {
  override readonly name = 'CannotSay';
}
export const cannotSay = (reason: string): never => {
  throw new CannotSay(reason);
};
