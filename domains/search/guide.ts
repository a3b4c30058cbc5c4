// The search language by example: what the page of the language and the help beside the search box show. What each finds is in cases.ts.

export interface GuideRow {
  readonly examples: readonly string[];
  /** Continues "finds events". */
  readonly finds: string;
}
export interface GuideSection {
  readonly title: string;
  readonly rows: readonly GuideRow[];
}

export const GUIDE: readonly GuideSection[] = [
  {
    title: 'Words and phrases',
    rows: [
      { examples: ['mimikatz'], finds: 'with this text anywhere in the sensor’s own document; upper and lower case are alike everywhere' },
      { examples: ['"access denied"'], finds: 'with this phrase; in quotation marks nothing is special but `\\"`, a quotation mark, and `\\\\`, a backslash' },
      { examples: ['pass*word'], finds: 'with `pass`, and `word` somewhere behind it' },
    ],
  },
  {
    title: 'Fields',
    rows: [
      { examples: ['user.name:root'], finds: 'whose field is this, compared whole' },
      {
        examples: ['process.name:cmd*', 'file.path:*"Program Files"*'],
        finds: 'whose field begins with it, or has it inside; bare and quoted parts without a space between them are one value',
      },
      { examples: ['user.name:*', 'not user.name:*'], finds: 'that have a value there, or none' },
      { examples: ['user.name:(root or admin or -"x y")'], finds: 'with one of several: the same field for each' },
      { examples: ['source.ip:10.0.0.0/8', 'destination.ip:2001:db8::53', 'source.ip:10.1.*'], finds: 'by address, network, or the beginning of an address' },
      { examples: ['process.command_line=~"-enc\\s+[a-z0-9+/=]{20,}"'], finds: 'whose field has a part that fits a regular expression' },
    ],
  },
  {
    title: 'Numbers, severities, times',
    rows: [
      {
        examples: ['source.port>=1024', 'source.port:[1 to 1023]', 'source.port:[1024 to *]'],
        finds: 'by number; both ends of a range count, `*` leaves one open',
      },
      {
        examples: ['severity>=high', 'severity:medium', 'severity>=65'],
        finds: 'by severity: informational from 0, low from 20, medium from 40, high from 60, critical from 80',
      },
      {
        examples: ['@timestamp>=2026-11-25T12:00Z', '@timestamp:2026-11-25', '@timestamp:[2026-11-24 to 2026-11-25]'],
        finds: 'by time, in ISO 8601; without a zone it is in UTC, and a day is all of it, also as the end of a range',
      },
    ],
  },
  {
    title: 'Together',
    rows: [
      { examples: ['host.name:web* severity>=high', 'host.name:web* and severity>=high'], finds: 'for which both hold' },
      { examples: ['user.name:root or severity>=high', '(mimikatz or lsass) and severity>=high'], finds: 'for which one holds; `or` binds weaker than `and`' },
      { examples: ['-user.name:root', 'not user.name:root'], finds: 'for which it does not hold' },
    ],
  },
];

/** The language in one line. */
export const GUIDE_OPENING = 'host.name:web* and severity>=high and "mimikatz"';
