import { topicRows } from '../../cli/topic-table.ts';
import type { Generator } from './files.ts';

export default {
  name: 'topics',
  generate() {
    const rows = topicRows().map(
      ({ name, schema, key, partitions, cleanup, retention, maxMessage, note }) =>
        `| \`${name}\` | ${schema} | ${key} | ${partitions} | ${cleanup} | ${retention} | ${maxMessage} | ${note} |`,
    );
    return new Map([
      [
        'docs/reference/topics.md',
        `# Topics\n\nWritten by \`npm run gen\` from \`topologies/topics.ts\`. Every topic has \`message.timestamp.type=LogAppendTime\`.\n\n| topic | value | key | partitions | cleanup | retention | largest record | note |\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`,
      ],
    ]);
  },
} satisfies Generator;
