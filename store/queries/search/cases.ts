// What searches find, as rows: the test of the SQL and the test of the tail both run them, so the two cannot part.

/** Events by name; columns by their name in `api.event`. */
export const EVENTS: Readonly<
  Record<string, { readonly columns?: Readonly<Record<string, unknown>>; readonly detail?: Readonly<Record<string, unknown>>; readonly native: unknown }>
> = {
  logon: {
    columns: {
      dataset: 'windows.security',
      host_name: 'web01',
      user_name: 'Administrator',
      source_ip: '10.1.2.3',
      source_port: 50_000,
      severity: 30,
      category: ['authentication', 'session'],
      message: 'An account was logged on',
    },
    detail: { 'related.ip': ['10.1.2.3', 'fe80::1'], 'source.geo.country_iso_code': 'DE', 'source.as.number': 64_496, labels: { sample: 'true' } },
    native: { EventID: 4624, Image: 'C:\\Windows\\System32\\lsass.exe', Data: { LogonType: '3', Empty: '', None: null } },
  },
  dns: {
    columns: { dataset: 'zeek.dns', dns_question: 'evil.example', source_ip: '192.0.2.7', destination_ip: '2001:db8::53', destination_port: 53 },
    detail: { 'dns.response_code': 'NXDOMAIN', 'network.bytes': 120, 'related.ip': ['192.0.2.7'], labels: {} },
    native: { query: 'evil.example', 'id.orig_h': '192.0.2.7', note: '100% of_it "quoted"', uni: 'Straße' },
  },
  process: {
    columns: { dataset: 'windows.sysmon', host_name: 'web02', process_name: 'cmd.exe', process_command_line: 'cmd.exe /c whoami', severity: 0 },
    detail: { 'process.pid': 4_242, 'custom.level': '7.5', labels: { team: 'blue' } },
    native: { Image: 'C:\\Windows\\System32\\cmd.exe', Level: 7, Nested: { Deep: { Image: 'inner' } } },
  },
};

export const CASES: readonly (readonly [name: string, search: string, found: readonly string[]])[] = [
  ['nothing finds all', '', ['logon', 'dns', 'process']],
  ['a word in the native document', 'lsass', ['logon']],
  ['case does not matter', 'LSASS evil or EXAMPLE', ['dns']],
  ['a phrase with backslashes', '"C:\\Windows\\System32"', ['logon', 'process']],
  ['a bare path', 'C:\\Windows\\System32\\cmd.exe', ['process']],
  ['a phrase with quotation marks', '"\\"quoted\\""', ['dns']],
  ['percent and underscore are characters', '"100% of_it"', ['dns']],
  ['underscore is no wildcard', '"of-it"', []],
  ['stars', 'sys*cmd', ['process']],
  ['a word that is nowhere', 'nowhere', []],
  ['negation', '-cmd', ['logon', 'dns']],
  ['or', 'lsass or evil', ['logon', 'dns']],
  ['parentheses', '(lsass or cmd) -whatever windows', ['logon', 'process']],
  ['a text column, case aside', 'user.name:administrator', ['logon']],
  ['a text column is compared whole', 'user.name:admin', []],
  ['a text column with a star', 'user.name:admin*', ['logon']],
  ['a short name', 'host:web0*', ['logon', 'process']],
  ['a column that is absent', '-host.name:web01', ['dns', 'process']],
  ['whether a column has a value', 'host.name:*', ['logon', 'process']],
  ['whether it has none', 'not host.name:*', ['dns']],
  ['a list column', 'event.category:session', ['logon']],
  ['whether a list has a value', 'event.category:*', ['logon']],
  ['a group', 'event.dataset:(zeek.dns or windows.sys*)', ['dns', 'process']],
  ['a number', 'destination.port:53', ['dns']],
  ['a number with a star', 'source.port:500*', ['logon']],
  ['a comparison', 'event.severity:>=30', ['logon']],
  ['a comparison with zero', 'event.severity:<=0', ['process']],
  ['an address', 'source.ip:10.1.2.3', ['logon']],
  ['a network', 'source.ip:10.0.0.0/8', ['logon']],
  ['a network of version 6', 'destination.ip:2001:db8::/32', ['dns']],
  ['an address with a star', 'source.ip:192.0.*', ['dns']],
  ['a list in the detail', 'related.ip:fe80::1', ['logon']],
  ['a network over a list in the detail', 'related.ip:192.0.2.0/24', ['dns']],
  ['a text in the detail', 'dns.response_code:nx*', ['dns']],
  ['a number in the detail', 'network.bytes:>100', ['dns']],
  ['a number in the detail, compared as text', 'process.pid:4242', ['process']],
  ['a number in the detail that is kept as text', 'custom.level:>7', ['process']],
  ['context', 'source.geo.country_iso_code:de source.as.number:64496', ['logon']],
  ['whether the detail has a field', 'process.pid:*', ['process']],
  ['a label', 'labels.team:blue', ['process']],
  ['whether there is a label', 'labels.sample:*', ['logon']],
  ['a native field', 'LogonType:3', ['logon']],
  ['a native field, name and value case aside', 'image:c:\\windows\\*\\CMD.exe', ['process']],
  ['a native field deep inside', 'Image:inner', ['process']],
  ['a native field by its whole name', 'Data.LogonType:3', ['logon']],
  ['a native number', 'EventID:4624', ['logon']],
  ['a native number compared', 'Level:>=7', ['process']],
  ['a native field is compared whole', 'EventID:462', []],
  ['whether a native field has a value', 'LogonType:*', ['logon']],
  ['an empty native field has none', 'Empty:* or None:*', []],
  ['a native name with a dot in it', 'orig_h:192.0.2.7', []],
  ['letters beyond ASCII', 'Straße', ['dns']],
];

/** Searches that go with no field, and the position that is named. */
export const REFUSED: readonly (readonly [name: string, search: string, at: number])[] = [
  ['a word for an address', 'source.ip:localhost', 10],
  ['a comparison of text', 'a host.name:>5', 12],
  ['a word for a number', 'destination.port:http', 17],
];
