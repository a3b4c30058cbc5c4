import type { Break } from './rewrite.ts';

/** What dies between the two is never stored. */
const mistake: Break = {
  does: "moves persist's offsets by themselves, before the transaction that stores the rows",
  edits: [
    {
      file: 'pipeline/persist/loader.ts',
      from: "    await client.query('BEGIN');\n",
      to: `    for (const { topic, partition, next } of encoding.spans)
      await client.query('UPDATE goshawk.stage_offset SET next_offset = $4 WHERE consumer_group = $1 AND topic = $2 AND partition = $3', [group, topic, partition, next]);
    await client.query('BEGIN');\n`,
    },
    { file: 'pipeline/persist/loader.ts', from: '(o.next_offset = t.expected OR o.next_offset IS NULL)', to: 'true' },
  ],
};
export default mistake;
