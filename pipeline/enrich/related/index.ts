// Every address, account, host name and hash of an event in one place, so that one question finds them whatever role they played.
import { canonicalIp } from '../../../domains/network/address.ts';
import type { FileHash } from '../../../schemas/avro/types.gen.ts';
import type { ContextSource } from '../kit.ts';

const NONE: readonly string[] = [];
const MAX_VALUES = 64; // of a kind: an answer may list thousands

const source: ContextSource = {
  name: 'related',

  open: () => ({
    add({ host, user, targetUser, source: from, destination: to, process, file, dns, url }, context) {
      context.relatedIp = sorted(from?.ip, to?.ip, host?.ip, dns === null ? NONE : dns.answers.slice(0, MAX_VALUES).map(canonicalIp));
      context.relatedUser = sorted(user?.name, targetUser?.name);
      context.relatedHosts = sorted(host?.name, from?.domain, to?.domain, dns?.questionName, url?.domain);
      const hashed = [process?.hash ?? null, file?.hash ?? null];
      context.relatedHash = hashed.every((hash) => hash === null) ? NONE : sorted(...hashed.flatMap(hashes));
    },
  }),
};
export default source;

const hashes = (hash: FileHash | null): readonly (string | null)[] => (hash === null ? NONE : [hash.md5, hash.sha1, hash.sha256, hash.imphash]);

/** Each value once, in the order of their code units. */
function sorted(...values: readonly (string | null | undefined | readonly (string | null)[])[]): readonly string[] {
  const found: string[] = [];
  const add = (value: string | null | undefined) => {
    if (value !== null && value !== undefined && value !== '' && found.length < MAX_VALUES && !found.includes(value)) found.push(value);
  };
  for (const value of values) {
    if (Array.isArray(value)) value.forEach(add);
    else add(value as string | null | undefined);
  }
  return found.length > 1 ? found.sort() : found;
}
