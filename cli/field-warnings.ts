// What `rules lint` says of fields that no event is known to have.
import { lineOfField } from '../domains/sigma/index.ts';
import type { Problem, RuleSet } from '../domains/sigma/index.ts';
import type { KnownFields } from '../pipeline/detect/known-fields.ts';
import { openPool, withOrganization } from '../store/connect.ts';
import { fieldNames } from '../store/queries/fields.ts';
import type { Io } from './command.ts';
import { requireConnection } from './connection.ts';

/** `unchecked`: rules of whose log source no event is known. */
export function fieldWarnings(set: RuleSet, known: KnownFields): { readonly warnings: readonly Problem[]; readonly unchecked: number } {
  const warnings: Problem[] = [];
  let unchecked = 0;
  for (const rule of set.rules) {
    const unknown = known.unknownOf(rule);
    if (unknown === undefined) unchecked += 1;
    for (const { field, nearest } of unknown ?? []) {
      const hint = nearest === undefined ? '' : `; the nearest that one has is "${nearest}"`;
      const { file, document, title } = rule;
      warnings.push({ file, document, line: lineOfField(rule, field), title, reason: `no known event of its log source has a field "${field}"${hint}` });
    }
  }
  return { warnings, unchecked };
}

/** Names in the field catalogue of a running installation. @throws ConfigError INVALID_USAGE when none runs */
export async function liveFieldNames(io: Io, organization: string, data: string | undefined): Promise<readonly string[]> {
  const { databaseUrl } = requireConnection(['databaseUrl'], { data });
  const pool = openPool({ databaseUrl, role: 'goshawk_api', max: 1, applicationName: 'goshawk-cli', log: io.log() });
  try {
    return await withOrganization(pool, organization, (sql) => fieldNames(sql));
  } finally {
    await pool.end();
  }
}
