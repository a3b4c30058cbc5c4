// Names to addresses, once per request.
import { lookup, Resolver } from 'node:dns/promises';
import { RetryableError } from '../pipeline/core/errors.ts';

/**
 * @param isTrusted An operator named the host: then it is asked as the machine would, its hosts file included.
 * @returns All addresses, as the system writes them; never empty.
 * @throws RetryableError OUTBOUND_FAILED
 */
export type Resolve = (host: string, isTrusted: boolean) => Promise<readonly string[]>;

/**
 * The system's own look-up holds one of the few threads of this process while a name server keeps it waiting, and anybody can run a slow
 * one. So names that users chose are asked by the resolver that needs no thread.
 */
export function openResolve(timeoutMs: number): Resolve {
  return async (host, isTrusted) => {
    try {
      if (isTrusted) return (await lookup(host, { all: true })).map(({ address }) => address);
      const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
      const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (found.length > 0) return found;
      throw four.status === 'rejected' ? four.reason : new Error('no address');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'no address';
      throw new RetryableError(
        'OUTBOUND_FAILED',
        `${host} has no address (${code}). Check the name, and the name servers of this machine.`,
        { host },
        { cause: error },
      );
    }
  };
}
