// What is shown of values: never a secret, at most a line.

/** `redacted`: values, but for secrets; `shapes`: letters as `a` and digits as `0`; `none`. */
export const EXAMPLE_KINDS = ['redacted', 'shapes', 'none'] as const;
export type ExampleKind = (typeof EXAMPLE_KINDS)[number];

const MAX_CHARACTERS = 80;
const REDACTED = '[redacted]';

/** Words of a field's name that tell of a secret: no value of it is shown. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?(?:$|[^a-z])|pwd|secret|token|credential|api_?key|private_?key|access_?key|authorization|cookie|session_?(?:id|key)|signature|assertion|saml|otp|\bpin\b/i;

/** Secrets within text. Each is replaced from its beginning to its end. No quantifier within a quantifier: input comes from attackers. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, // JWT
  /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}/g, // AWS
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|sk-|AIza)[\w-]{10,}/g,
  /\b(?:basic|bearer|splunk|apikey)\s+[\w+/=.~-]{6,}/gi,
  /(?<=:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)/g, // https://user:here@host
  /(?<=\b(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|client[_-]?secret)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"'&;,]{1,200}/gi,
  /(?<=\s[-/](?:p|pw|pass|password|token|secret)[\s:=]{1,3})\S{1,200}/gi, // options on command lines
  /(?<=\s--(?:password|token|secret|api-key)[\s=]{1,3})\S{1,200}/gi,
  /\b(?=[A-Za-z0-9+/_-]{0,60}[a-z])(?=[A-Za-z0-9+/_-]{0,60}[A-Z])(?=[A-Za-z0-9+/_-]{0,60}\d)[A-Za-z0-9+/_-]{40,}={0,2}/g, // keys in base64
];
const MOST_LOOKED_AT = 1_000;

/** How a value is shown as an example of a field; undefined when it shows nothing. */
export function exampleOf(name: string, value: unknown, kind: ExampleKind): string | undefined {
  if (kind === 'none' || value === null || typeof value === 'object' || value === '') return undefined;
  if (typeof value === 'boolean') return String(value);
  if (SECRET_NAME.test(name)) return REDACTED;
  const text = `${value as string | number | bigint}`.slice(0, MOST_LOOKED_AT);
  const shown =
    kind === 'shapes' ? text.replaceAll(/\p{L}/gu, 'a').replaceAll(/\p{N}/gu, '0') : SECRETS.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  const line = shown.toWellFormed().replaceAll(/\p{Cc}/gu, '\ufffd');
  return line.length <= MAX_CHARACTERS ? line : `${line.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…`;
}
