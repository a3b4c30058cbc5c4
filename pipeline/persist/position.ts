// The position of a group in the database: claimed by generation, moved in the transaction that stores the rows.
import type { ClientBase, Pool } from '../../store/connect.ts';
import type { Owned } from '../core/index.ts';
import { FencedError } from '../core/errors.ts';

export type Committed = (group: string, partitions: readonly Owned[]) => Promise<ReadonlyMap<string, number>>;
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
