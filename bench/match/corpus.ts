// Rules and events that are measured: the public ones, and as many more of the same shape as are wanted.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleFile } from '../../domains/sigma/index.ts';

export interface SigmaEvent {
  readonly kind: string;
  readonly logsource: { readonly product: readonly string[]; readonly category: readonly string[]; readonly service: readonly string[] };
  readonly event: Readonly<Record<string, unknown>>;
  readonly native: Buffer;
}

/** `sigma` of the test data; undefined where there is none. */
export function sigmaFolder(): string | undefined {
  const folder = join(process.env['GOSHAWK_TEST_DATA'] ?? '', 'sigma');
  return process.env['GOSHAWK_TEST_DATA'] !== undefined && existsSync(folder) ? folder : undefined;
}

/** `events.ndjson`; sources that an event does not name are none. */
export function sigmaEvents(folder: string): readonly SigmaEvent[] {
  return readFileSync(join(folder, 'events.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { kind, logsource, event } = JSON.parse(line) as Omit<SigmaEvent, 'native' | 'logsource'> & {
        readonly logsource: Partial<SigmaEvent['logsource']>;
      };
      return { kind, logsource: { product: [], category: [], service: [], ...logsource }, event, native: Buffer.from(JSON.stringify(event)) };
    });
}

/** Files of at least so many rules: the given ones, again and again, each time with other ids and literals. */
export function rulesTimes(files: readonly RuleFile[], rules: number): readonly RuleFile[] {
  const found: RuleFile[] = [];
  for (let copy = 0, count = 0; count < rules; copy++)
    for (const { file, text } of files) {
      if (count >= rules) break;
      found.push({ file: `${copy}/${file}`, text: varied(text, copy) });
      count += text.match(/^detection:/gm)?.length ?? 0;
    }
  return found;
}

/** Another set of rules of the same shape: other ids, and literals that share no more with the first than other rules would. */
export function varied(text: string, copy: number): string {
  if (copy === 0) return text;
  return text
    .replaceAll(
      /\b([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\b/g,
      (_all, a: string, b: string, c: string, d: string, e: string) =>
        `${((Number.parseInt(a, 16) ^ (copy * 0x01010101)) >>> 0).toString(16).padStart(8, '0')}-${b}-${c}-${d}-${e}`,
    )
    .replaceAll(/^name: (.+)$/gm, `name: $1_${copy}`)
    .replaceAll(
      /(['"]?)([A-Za-z]{5,})(\.exe|\.dll|\.ps1)(['"]?)/g,
      (_all, open: string, stem: string, end: string, close: string) => `${open}${stem}${copy}${end}${close}`,
    );
}
