// The position of a group in the database: claimed by generation, moved in the transaction that stores the rows.
import type { ClientBase, Pool } from '../../store/connect.ts';
import type { Owned } from '../core/index.ts';
import { FatalError, FencedError } from '../core/errors.ts';

export type Committed = (group: string, partitions: readonly Owned[]) => Promise<ReadonlyMap<string, number>>;
/** What the topics hold: offsets [start, end), by `topic/partition`. */
export type Extents = (partitions: readonly Owned[]) => Promise<ReadonlyMap<string, { readonly start: number; readonly end: number }>>;
/** What becomes of a position whose next records were deleted before they were stored. */
export type OnGap = 'stop' | 'skip';
/** Records [from, to) are in no topic any more and were never stored. */
export interface Gap extends Owned {
  readonly from: number;
  readonly to: number;
}
/** One input range of a load: offsets [from, next). */
export interface Range extends Owned {
  readonly from: number;
  readonly next: number;
}

/** By `topic/partition`, as the port's maps are. */
export const partitionKey = ({ topic, partition }: Owned): string => `${topic}/${partition}`;

/**
 * Takes partitions for `generation`. A deleted or expired group begins again at generation 1, below what is stored; it is told from
 * a member of the past by having no committed offset at all, and then the stored generation is set back.
 * @param committed The group's offsets in Kafka. They are hints for lag tools, but they must be committed, or this tells nothing.
 * @returns Where each stands; a partition that nothing was stored of is left out.
 * @throws FencedError OFFSETS_FENCED when a later generation has one of them.
 */
export async function claim(
  pool: Pool,
  group: string,
  owned: readonly Owned[],
  generation: number,
  committed: Committed,
): Promise<readonly (Owned & { readonly next: number })[]> {
  const upsert = `
    INSERT INTO goshawk.stage_offset AS o (consumer_group, topic, partition, generation)
    SELECT $1, t.topic, t.partition, $4 FROM unnest($2::text[], $3::int[]) AS t (topic, partition)
    ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET generation = $4 WHERE o.generation <= $4
    RETURNING topic, partition, next_offset AS next`;
  const run = async (partitions: readonly Owned[]) =>
    (
      await pool.query<Owned & { next: number | null }>(upsert, [
        group,
        partitions.map(({ topic }) => topic),
        partitions.map(({ partition }) => partition),
        generation,
      ])
    ).rows;

  const claimed = await run(owned);
  const missing = owned.filter((tp) => !claimed.some((row) => row.topic === tp.topic && row.partition === tp.partition));
  if (missing.length > 0) {
    const offsets = await committed(group, missing);
    const fenced = missing.filter((tp) => offsets.has(partitionKey(tp)));
    if (fenced.length > 0) throw new FencedError('OFFSETS_FENCED', `A later generation has ${fenced.map(partitionKey).join(', ')}`, { group, generation });
    await pool.query(
      'UPDATE goshawk.stage_offset SET generation = 0 WHERE consumer_group = $1 AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::int[]))',
      [group, missing.map(({ topic }) => topic), missing.map(({ partition }) => partition)],
    );
    claimed.push(...(await run(missing)));
    if (claimed.length < owned.length) throw new FencedError('OFFSETS_FENCED', 'Another generation took partitions meanwhile', { group, generation });
  }
  return claimed.flatMap(({ topic, partition, next }) => (next === null ? [] : [{ topic, partition, next }]));
}

/** True when every range, or more, is stored already by this generation: the answer to its commit was lost. */
export async function isStoredAlready(client: ClientBase, group: string, ranges: readonly Range[], generation: number): Promise<boolean> {
  const { rows } = await client.query<{ stored: number }>(
    `
    SELECT count(*) AS stored FROM goshawk.stage_offset o JOIN unnest($2::text[], $3::int[], $4::bigint[]) AS t (topic, partition, next)
      ON o.topic = t.topic AND o.partition = t.partition AND o.next_offset >= t.next
    WHERE o.consumer_group = $1 AND o.generation = $5`,
    [group, ranges.map(({ topic }) => topic), ranges.map(({ partition }) => partition), ranges.map(({ next }) => next), generation],
  );
  return rows[0]?.stored === ranges.length;
}

type Position = Owned & { readonly next: number };

/**
 * Compares where the database stands with what the topics hold. They differ when one of the two was restored without the other.
 * @returns Where to go on, and what is missing in between; with `stop` nothing is.
 * @throws FatalError TOPICS_BEHIND when a topic ends before the position: what will be written there next would be taken for stored.
 *   OFFSET_GONE, with `stop`, when a topic begins after it.
 */
export function reconcile(
  positions: readonly Position[],
  extents: Awaited<ReturnType<Extents>>,
  onGap: OnGap,
): { readonly positions: readonly Position[]; readonly gaps: readonly Gap[] } {
  const behind: string[] = [];
  const gaps: Gap[] = [];
  const reconciled = positions.map((position) => {
    const { start, end } = extents.get(partitionKey(position)) ?? { start: position.next, end: position.next };
    if (position.next > end) behind.push(`${partitionKey(position)} ends at ${end}, the database is at ${position.next}`);
    if (position.next >= start) return position;
    gaps.push({ topic: position.topic, partition: position.partition, from: position.next, to: start });
    return { ...position, next: start };
  });
  if (behind.length > 0)
    throw new FatalError(
      'TOPICS_BEHIND',
      `The topics are older than the database, or other ones: ${behind.join('; ')}. Restore the database that belongs to them (./goshawk restore --only-database), or both from one backup.`,
      { behind },
    );
  if (gaps.length > 0 && onGap === 'stop')
    throw new FatalError(
      'OFFSET_GONE',
      `Records were deleted before they were stored: ${describeGaps(gaps)}. Restore a later backup of the database; replay them from the raw topics if those still hold them; or go on without them with GOSHAWK_PERSIST_ON_GAP=skip: the ledger then names what is missing.`,
      { gaps },
    );
  return { positions: reconciled, gaps };
}

export const describeGaps = (gaps: readonly Gap[]): string => gaps.map((gap) => `${partitionKey(gap)} from ${gap.from} to ${gap.to}`).join('; ');

/** Moves the position over gaps, in the name of the generation that has claimed it. */
export async function skipGaps(pool: Pool, group: string, gaps: readonly Gap[], generation: number): Promise<void> {
  await pool.query(
    `UPDATE goshawk.stage_offset o SET next_offset = t.upto, changed_at = now()
     FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS t (topic, partition, expected, upto)
     WHERE o.consumer_group = $1 AND o.topic = t.topic AND o.partition = t.partition AND o.next_offset = t.expected AND o.generation = $6`,
    [group, gaps.map(({ topic }) => topic), gaps.map(({ partition }) => partition), gaps.map(({ from }) => from), gaps.map(({ to }) => to), generation],
  );
}
