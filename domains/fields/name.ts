// Names of fields: dotted, and the same for keys that are values (a request id, an address, a user) so that a catalogue stays small.

/** Stands for every key that is a value. */
export const ANY_KEY = '*';
const MAX_KEY = 100;

const VALUES: readonly RegExp[] = [
  /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i, // UUID
  /^(?:0x)?[0-9a-f]{16,}$/i, // hashes and other long numbers in hex
  /^\d+$/,
  /^\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?$/, // IPv4
  /^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,}(?:%\w+)?$/i, // IPv6, MAC
  /^arn:/,
  /^S-1-\d+(?:-\d+)+$/, // Windows SID
  /^[^@\s]+@[^@\s]+\.[^@\s]+$/, // mail address
  /^\d{4}-\d\d-\d\d/, // day
  /\d{8}/, // names with serial numbers or times in them
];

/** Whether a key of an object is a value of its own rather than a name that comes again. */
export const isValueKey = (key: string): boolean => key.length > MAX_KEY || VALUES.some((form) => form.test(key));

/** A key as a part of a field's name: text that every store takes, or ANY_KEY. */
export function keyName(key: string): string {
  if (key === '' || isValueKey(key)) return ANY_KEY;
  return key.toWellFormed().replaceAll(/\p{Cc}/gu, '\ufffd');
}
