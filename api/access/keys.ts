// Who holds an API key. What follows from one is kept for a moment, so that a busy program costs no query per request.
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { holderOfKey } from '../../store/queries/access/service-accounts.ts';
import type { KeyHolder } from '../../store/queries/access/service-accounts.ts';
import type { Revocations } from '../auth/revocation.ts';
import { unauthenticated } from '../auth/tokens.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import { hashOfKey, isWhole } from './api-key.ts';
import type { Standings } from './standing.ts';

const FRESH_MS = 30_000;
/** Of what is no key: nobody tells when it becomes one again, for example with its organization. */
const FRESH_REFUSAL_MS = 2_000;
/** While the database is away: nobody can revoke a key then either. */
const TRUSTED_MS = 900_000;
/** Wrong keys are remembered too, or they would cost a query each; many of them must not cost memory. */
const MAX_REMEMBERED = 10_000;
/** The register is asked across organizations; the transaction needs one all the same. */
const ANY_ORGANIZATION = 'default';
/** No name of a user begins so, hence nobody can sign as a program. */
export const SERVICE_PREFIX = 'service:';

interface Remembered {
  readonly holder: KeyHolder | null;
  readonly from: BlockList | null;
  readonly askedAt: number;
}

export interface ApiKeys {
  /**
   * @param address From where it is shown.
   * @throws ApiProblem UNAUTHENTICATED; FORBIDDEN from an address that the key is not for; RetryableError DATABASE_UNAVAILABLE.
   */
  readonly authenticate: (key: string, address: string) => Promise<Principal>;
  /** For the process that has just made a change; others are told by the database. */
  readonly forget: () => void;
}

export function openApiKeys({
  run,
  standings,
  revocations,
  nowMs = Date.now,
}: {
  readonly run: InOrganization;
  readonly standings: Pick<Standings, 'of'>;
  readonly revocations: Pick<Revocations, 'isRevoked'>;
  readonly nowMs?: () => number;
}): ApiKeys {
  const remembered = new Map<string, Remembered>();
  const isEnded = ({ holder }: Remembered): boolean => holder !== null && revocations.isRevoked({ session: { id: holder.id, generation: holder.generation } });

  async function ask(hash: Buffer, address: string): Promise<Remembered> {
    const key = hash.toString('base64');
    const now = nowMs();
    const known = remembered.get(key);
    if (known !== undefined && now - known.askedAt < (known.holder === null ? FRESH_REFUSAL_MS : FRESH_MS) && !isEnded(known)) return known;
    try {
      const holder = (await run(ANY_ORGANIZATION, (sql) => holderOfKey(sql, hash, address))) ?? null;
      const found = { holder, from: holder === null || holder.networks === null ? null : blockListOf(holder.networks), askedAt: now };
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(key, found);
      return found;
    } catch (error) {
      const isTrusted = error instanceof RetryableError && known !== undefined && known.holder !== null && !isEnded(known) && now - known.askedAt < TRUSTED_MS;
      if (!isTrusted) throw error;
      return known;
    }
  }

  return {
    forget: () => remembered.clear(),
    async authenticate(key, address) {
      const ip = plainAddress(address);
      if (!isWhole(key)) throw unauthenticated('The API key is not whole: it was cut or mistyped.');
      const found = await ask(hashOfKey(key), ip);
      const { holder, from } = found;
      if (holder === null || isEnded(found) || holder.expiresAt <= nowMs() * 1_000)
        throw unauthenticated('The API key is not valid: it has expired, was revoked, or its account is disabled. Make another.');
      if (from !== null && !isWithin(from, ip)) throw new ApiProblem('FORBIDDEN', `The API key is not for use from ${ip}.`);
      const { roles } = await standings.of(holder.organization);
      const all = roles.permissionsOf(holder.roles);
      return {
        user: SERVICE_PREFIX + holder.name,
        organization: holder.organization,
        roles: holder.roles,
        permissions: holder.permissions === null ? all : new Set([...all].filter((name) => holder.permissions!.includes(name))),
        expiresAt: Math.floor(holder.expiresAt / 1_000_000),
        // What it holds open ends as that of a session does.
        session: { id: holder.id, generation: holder.generation },
      };
    },
  };
}

/** Addresses and networks, as PostgreSQL writes them: `10.0.0.0/8`, `192.0.2.1/32`. */
function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/', 2);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return list;
}
const isWithin = (list: BlockList, ip: string): boolean => (isIPv4(ip) ? list.check(ip) : isIPv6(ip) && list.check(ip, 'ipv6'));

/** An IPv4 address that a socket of IPv6 shows is one of IPv4; a zone says nothing elsewhere. */
const plainAddress = (address: string): string => (/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address).split('%', 1)[0]!;
