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
  let isDetection = false;
  return text
    .replaceAll(
      /\b([0-9a-f]{8})((?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g,
      (_all, first: string, rest: string) => `${((Number.parseInt(first, 16) ^ (copy * 0x01010101)) >>> 0).toString(16).padStart(8, '0')}${rest}`,
    )
    .split('\n')
    .map((line) => {
      if (/^\S/.test(line)) isDetection = line.startsWith('detection:');
      if (line.startsWith('name: ')) return `${line}_${copy}`;
      const [, before = '', value = ''] = /^(\s+(?:- )?(?:'?[\w|.-]+'?:)?\s*)(.*)$/.exec(line) ?? [];
      return isDetection && value !== '' && !/^\s+condition:/.test(line) && !/^(?:null|true|false)$/.test(value) ? before + words(value, copy) : line;
    })
    .join('\n');
}
const words = (value: string, copy: number): string => value.replaceAll(/[A-Za-z]{3,}/g, (word) => word + copy);
