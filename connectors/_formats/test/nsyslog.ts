// A reader of syslog, CEF and LEEF by others: npm nsyslog-parser. It brings no types, and knows no escapes.
import { createRequire } from 'node:module';

type Texts = Readonly<Record<string, string>>;
export const readSyslog = createRequire(import.meta.url)('nsyslog-parser') as (line: string) => {
  readonly facilityval: number;
  readonly levelval: number;
  readonly type: string;
  readonly ts: Date;
  readonly host: string;
  readonly appName?: string;
  readonly pid?: string;
  readonly messageid?: string;
  readonly message: string;
  readonly structuredData?: readonly Texts[];
  readonly cef?: Texts;
  readonly leef?: Texts;
  readonly fields: Texts;
};
