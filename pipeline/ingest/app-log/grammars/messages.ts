// What programs say behind the beginning that their library wrote.
import type { Grammar } from '../grammar.ts';

const CLIENT = { 'source.ip': 'ip', 'source.port': 'port' } as const;
const says = (begins: string | readonly string[], pattern: string, ecs?: Grammar['ecs'], action?: string): Grammar => ({
  begins: [begins].flat(),
  pattern: new RegExp(`^${pattern}`, 's'),
  ...(ecs === undefined ? {} : { ecs }),
  ...(action === undefined ? {} : { action }),
});

export const MESSAGES: readonly Grammar[] = [
  // PgBouncer: sums since the last line, and what became of clients.
  says(
    'Stats: ',
    String.raw`Stats: (?<db__xact__rate>\d{1,12}) xacts\/s, (?<db__query__rate>\d{1,12}) queries\/s, in (?<db__read__rate>\d{1,15}) B\/s, out (?<db__write__rate>\d{1,15}) B\/s, xact (?<db__xact__us>\d{1,15}) us, query (?<db__query__us>\d{1,15}) us,? wait(?: time)? (?<db__wait_time>\d{1,15}) us`,
  ),
  says(
    ['C-0x', 'S-0x'],
    String.raw`[CS]-0x(?<connection>[0-9a-f]{1,16}): (?<database>\(?\w{1,64}\)?)\/(?<db_user>\(?[\w-]{1,64}\)?)@(?<ip>[0-9a-fA-F.:]{2,45}?|unix(?:\(\d{1,10}\))?):(?<port>\d{1,5}) (?<error__message>login attempt|login failed|registered new auto-database): db ?= ?(?<db__instance>\S{1,64})(?: user=(?<user>\S{1,64}))?(?: tls=(?<tls>\S{1,64}))?`,
    { ...CLIENT, 'user.name': 'user', 'event.action': 'error__message' },
  ),
  // ActiveMQ's audit of its console and of JMX.
  says('a', String.raw`(?<user>[\w@.-]{1,64}) requested (?<path>\/[^\s\[]{1,256}) \[.{0,8192}\] from +(?<ip>[0-9a-fA-F.:]{2,45})(?: at [\d:, -]{19,26})?\s*$`, {
    'user.name': 'user',
    'event.action': 'path',
    'url.path': 'path',
    'source.ip': 'ip',
  }),
  says('a', String.raw`(?<user>[\w@.-]{1,64}) called (?<method>[\w$.]{1,256})\[(?<properties>[^\]]{0,4096})\]`, {
    'user.name': 'user',
    'event.action': 'method',
  }),
  // Cassandra.
  says(
    'Compacting large partition ',
    String.raw`(?<db__operation>Compacting) large partition (?<cassandra__keyspace>\w{1,64})\/(?<db__table>\w{1,64}):(?<partition_key>[^(]{1,256}) \((?<cassandra__bytes>\d{1,15}) bytes\)`,
  ),
  says(
    'Flushing largest CFS',
    String.raw`(?<db__operation>Flushing) largest CFS\(Keyspace='(?<cassandra__keyspace>\w{1,64})', ColumnFamily='(?<db__table>[\w.]{1,128})'\)[^:]{0,64}: (?<cassandra__onheap__total>[\d.]{1,12})\/(?<cassandra__offheap__total>[\d.]{1,12}), live: (?<cassandra__onheap__live>[\d.]{1,12})\/(?<cassandra__offheap__live>[\d.]{1,12}), flushing: (?<cassandra__onheap__flush>[\d.]{1,12})\/(?<cassandra__offheap__flush>[\d.]{1,12}), this: (?<cassandra__onheap__this>[\d.]{1,12})\/(?<cassandra__offheap__this>[\d.]{1,12})`,
  ),
  says(
    'Enqueuing flush of ',
    String.raw`(?<db__operation>Enqueuing) flush of (?<cassandra__keyspace>[\w.]{1,128}): (?<cassandra__onheap__bytes>\d{1,15}) \((?<cassandra__onheap__percent>\d{1,3})%\) on-heap, (?<cassandra__offheap__bytes>\d{1,15}) \((?<cassandra__offheap__percent>\d{1,3})%\) off-heap`,
  ),
  says(
    'Writing Memtable-',
    String.raw`(?<db__operation>Writing) Memtable-(?<cassandra__keyspace>[\w.]{1,128})@\d{1,12}\((?<cassandra__size>[\d.]{1,12}[KMGT]?i?B) serialized bytes, (?<cassandra__ops>\d{1,12}) ops, (?<cassandra__onheap__percent>\d{1,3})%\/(?<cassandra__offheap__percent>\d{1,3})%`,
  ),
  says(
    'Compacted ',
    String.raw`(?<db__operation>Compacted) \d{1,6} sstables to \[(?<cassandra__sstable>[^\],]{1,512}),?\]\. +(?<cassandra__bytes_in>[\d,]{1,20}) bytes to (?<cassandra__bytes_out>[\d,]{1,20}) \(~(?<cassandra__percent_of_orig>\d{1,4})% of original\) in (?<took_ms>[\d,]{1,16})ms = (?<cassandra__speed_mb>[\d.]{1,16})MB\/s\. +(?<cassandra__pkeys_in>[\d,]{1,20}) total partitions merged to (?<cassandra__pkeys_out>[\d,]{1,20})\.(?: +Partition merge counts were (?<cassandra__merge_cnt>\{[^}]{0,512}\}))?`,
  ),
  says(
    'G1 ',
    String.raw`(?<gc__name>G1 (?:Young|Old|Mixed) Generation) GC in (?<took_ms>\d{1,9})ms\. +G1 Eden Space: (?<cassandra__eden__orig_bytes>\d{1,15}) -> (?<cassandra__eden__new_bytes>\d{1,15}); G1 Old Gen: (?<cassandra__oldgen__orig_bytes>\d{1,15}) -> (?<cassandra__oldgen__new_bytes>\d{1,15});`,
  ),
  says('0', String.raw`(?<db__operations>\d{1,9}) operations were slow in the last (?<elapsed__ms>\d{1,9}) msecs:\n(?<db__slow_statements>.{1,32768})`),
  // Ids of a trace that an agent puts in front.
  says('0', String.raw`(?<trace_id>\d{1,20}) (?<span_id>\d{1,20}) - (?<message>.*)`, { 'trace.id': 'trace_id', 'span.id': 'span_id' }),
  // RethinkDB, Scylla.
  says('Connected to ', String.raw`Connected to (?:proxy|server) (?<rethinkdb__proxy__id>proxy-[0-9a-f-]{36})`),
  says('Table ', String.raw`Table (?<db__table>[0-9a-f-]{36}): `),
  says(['[Stream #'], String.raw`\[Stream (?<scylla__stream>#[0-9a-f-]{36})\] (?<message>.*)`),
  // twemproxy.
  says(
    ['a'],
    String.raw`p (?<socket>\d{1,6}) listening on '(?<address>[^':]{1,128}):(?<port>\d{1,5})' in (?<pool__service>redis|memcache) pool (?<pool__number>\d{1,6}) '(?<pool__name>[^']{1,128})' with (?<pool__servers>\d{1,6}) servers`,
  ),
  says(
    ['0', 'init '],
    String.raw`(?:(?<servers__live>\d{1,6}) of (?<servers__total>\d{1,6}) servers are live for|init (?<pool__servers>\d{1,6}) servers in) pool (?<pool__number>\d{1,6}) '(?<pool__name>[^']{1,128})'`,
  ),
  says(
    ['address resolution of node '],
    String.raw`(?<error__message>address resolution of node '[^']{1,255}' service '[^']{1,64}' failed): (?<error__type>.{1,256})`,
    { 'error.message': 'error__message', 'error.type': 'error__type' },
  ),
  // OpenLDAP's connections and operations.
  says(
    'conn=',
    String.raw`conn=(?<thread>\d{1,12}) fd=(?<fd>\d{1,9}) (?<operation>ACCEPT) from IP=(?<ip>\[?[0-9a-fA-F.:]{2,45}?\]?):(?<port>\d{1,5}) \(IP=(?<local__ip>\[?[0-9a-fA-F.:]{2,45}?\]?):(?<local__port>\d{1,5})\)`,
    { ...CLIENT, 'destination.ip': 'local__ip', 'destination.port': 'local__port' },
    'accept',
  ),
  says(
    'conn=',
    String.raw`conn=(?<thread>\d{1,12}) (?:fd=(?<fd>\d{1,9}) )?op=(?<op>\d{1,12}) (?<operation>[A-Z]{2,8}(?: [A-Z]{2,8})?)(?: dn="(?<dn>[^"]{0,1024})")?(?: (?:method|mech)=(?<method>\S{1,32}))?(?: tag=(?<tag>\d{1,6}) err=(?<err>\d{1,6}))?(?: nentries=(?<nentries>\d{1,12}))?`,
    { 'event.action': 'operation' },
  ),
  says(['<= ', '=> '], String.raw`(?<function__io><=|=>) (?<function__name>[^:]{1,128}): (?<message>.*)`),
  // Nagios.
  says(
    'SERVICE ALERT: ',
    String.raw`(?<type>SERVICE ALERT): (?<host>[^;]{1,255});(?<service>[^;]{1,255});(?<level>OK|WARNING|CRITICAL|UNKNOWN);(?<state>SOFT|HARD);(?<attempt>\d{1,6});(?<message>.*)`,
    { 'host.name': 'host', 'service.name': 'service', 'event.action': 'type' },
  ),
  says(
    'HOST ALERT: ',
    String.raw`(?<type>HOST ALERT): (?<host>[^;]{1,255});(?<level>UP|DOWN|UNREACHABLE);(?<state>SOFT|HARD);(?<attempt>\d{1,6});(?<message>.*)`,
    { 'host.name': 'host', 'event.action': 'type' },
  ),
  says(
    'SERVICE NOTIFICATION: ',
    String.raw`(?<type>SERVICE NOTIFICATION): (?<user>[^;]{1,128});(?<host>[^;]{1,255});(?<service>[^;]{1,255});(?<level>[^;]{1,64});(?<notification>[^;]{1,128});(?<message>.*)`,
    { 'host.name': 'host', 'service.name': 'service', 'user.name': 'user', 'event.action': 'type' },
  ),
  says('wproc: Registry request: ', String.raw`(?<type>wproc: Registry request): name=(?<name>[^;]{1,128});pid=(?<pid>\d{1,10})`),
  // MarkLogic.
  says(
    '[Event:id=',
    String.raw`\[Event:id=(?<event__id>[^\]]{1,128})\] (?<db__operation>\w{1,32})[^:]{0,128}: name=(?<marklogic__name>[^,\s]{1,128})(?:, sessionKey=(?<marklogic__sessionKey>\d{1,20}))?(?:, commit=(?<marklogic__commit>\d{1,20}))?`,
  ),
  says('InMemoryStand ', String.raw`InMemoryStand (?<db__table>\/[^\s,]{1,512}), `),
  says('Found ', String.raw`Found (?<document>FSN \d{1,20}) in journal (?<db__table>\/\S{1,512})`),
  // Hive's metastore.
  says(
    'ugi=',
    String.raw`ugi=(?<user>\S{1,128})\s+ip=\S{1,64}\s+cmd=source:(?<source>\S{1,64}) (?<operation>[a-z_]{1,64})(?:\s?:)?(?: db=(?<database>\w{1,128}))?(?: tbl=(?<table>\w{1,128}))?`,
    { 'user.name': 'user', 'source.ip': 'source', 'event.action': 'operation' },
  ),
  says('0', String.raw`\d{1,12}: source:(?<source>\S{1,64}) (?<operation>[a-z_]{1,64}): (?<description>.*)`, {
    'source.ip': 'source',
    'event.action': 'operation',
  }),
  // Rails, as GitLab logs it.
  says(
    'Started ',
    String.raw`Started (?<http__method>[A-Z]{3,8}) "(?<http__path>[^"]{1,2048})" for (?<ip>[0-9a-fA-F.:]{2,45}) at (?<at>[\d:+ -]{19,25})(?: Processing by (?<class>\w{1,64})::(?<controller>\w{1,64})#(?<action>\w{1,64}) as (?<format>\S{1,32}))?(?: Completed (?<http__status>\d{3}) [\w ]{1,32} in (?<took_ms>[\d.]{1,12})ms \(Views: (?<views>[\d.]{1,12})ms \| ActiveRecord: (?<activerecord>[\d.]{1,12})ms)?`,
    {
      'source.ip': 'ip',
      'http.request.method': 'http__method',
      'url.original': 'http__path',
      'url.path': 'http__path',
      'http.response.status_code': 'http__status',
    },
  ),
  says(
    'Completed ',
    String.raw`(?<process_status>Completed) (?<http__status>\d{3}) [\w ]{1,32} in (?<took_ms>[\d.]{1,12})ms(?: \((?:Views: (?<views>[\d.]{1,12})ms)?(?: \| ActiveRecord: (?<activerecord>[\d.]{1,12})ms)?)?`,
    { 'http.response.status_code': 'http__status' },
  ),
  // Mesos' web server, and .NET's.
  says(
    'HTTP ',
    String.raw`HTTP (?<http__method>[A-Z]{3,8}) for (?<http__path>\/[^\s]{0,2048}) from (?<ip>[0-9a-fA-F.]{7,15}):(?<port>\d{1,5})(?: with User-Agent='(?<agent>[^']{0,512})')?`,
    { ...CLIENT, 'http.request.method': 'http__method', 'url.original': 'http__path', 'url.path': 'http__path', 'user_agent.original': 'agent' },
  ),
  // Elasticsearch's slow logs behind the name of the node.
  says('[', String.raw`\[(?<index>[^\]]{1,255})\] ?took\[[^\]]{1,32}\], took_millis\[(?<took_ms>\d{1,12})\], (?:type|types)\[(?<type>[^\]]{0,64})\]`),
  // Calico.
  says('Parsing value for ', String.raw`(?<action>Parsing) value for (?<calico__config__key>\w{1,128}): (?<calico__config__value>.{1,1024})`),
  says(
    'Summarising ',
    String.raw`Summarising (?<calico__dataplane_reconciliation__count>\d{1,9}) dataplane reconciliation loops over (?<calico__dataplane_reconciliation__duration>[\w.]{1,24}): avg=(?<calico__dataplane_reconciliation__avg>\d{1,12})ms longest=(?<calico__dataplane_reconciliation__longest>\d{1,12})ms`,
  ),
  // Weave: encrypted tunnels between two machines, and its policies' sets of addresses.
  says(
    'Setting up IPsec between ',
    String.raw`Setting up IPsec between (?<local__mac>[0-9a-f:]{17})\((?<local__name>[^)]{1,255})\) and (?<remote__mac>[0-9a-f:]{17})\((?<remote__name>[^)]{1,255})\)`,
    { 'source.mac': 'local__mac', 'source.domain': 'local__name', 'destination.mac': 'remote__mac', 'destination.domain': 'remote__name' },
    'ipsec-set-up',
  ),
  says(
    'ipsec: ',
    String.raw`ipsec: (?<ipsec_op>\w{1,32}): (?:(?:in|out) )?(?<ip>[0-9a-fA-F.:]{2,45}) -> (?<remote__ip>[0-9a-fA-F.:]{2,45})(?: :(?<remote__port>\d{1,5}))? (?<spi>0x[0-9a-f]{1,8})`,
    { 'source.ip': 'ip', 'destination.ip': 'remote__ip', 'destination.port': 'remote__port', 'event.action': 'ipsec_op' },
  ),
  says(
    ['added entry ', 'deleting entry '],
    String.raw`(?<action>added|deleting) entry (?<entry>[0-9a-fA-F.:\/]{2,64}) (?:to|from) (?<ipset>\S{1,64}) of (?<owner>[0-9a-f-]{1,64})`,
    { 'event.action': 'action' },
  ),
  // Scanners of Tenable.
  says(
    ['[user='],
    String.raw`\[user=(?<user>[^\]]{1,128})\]\[name=(?<scan_name>[^\]]{1,256})\](?:\[target=[^\]]{1,255}\])?\[scan=(?<scan>[0-9a-f-]{36,80})\] : (?<message>.*)`,
    { 'user.name': 'user' },
  ),
  says('[', String.raw`\[[^\]]{1,128}\] (?<summary>Started scan) '(?<scan_name>[^']{1,256})' as '(?<scan>[0-9a-f-]{36,80})'`, undefined, 'scan-started'),
  // Ray's raylet, TorchServe's workers.
  says('Started worker process with pid ', String.raw`Started worker process with pid (?<worker__pid>\d{1,10}), the token is (?<worker__token>\d{1,10})`),
  says('Flushing req.cmd ', String.raw`Flushing req\.cmd (?<command__name>[A-Z]{1,32}) to backend`),
  says('Backend response time: ', String.raw`Backend response time: (?<backend__response_time>\d{1,12})`),
  // The Kafka and ZooKeeper line of servers that count their start.
  says('ThriftServer ', String.raw`ThriftServer '(?<server__name>[^']{1,128})' started on port: (?<server__port>\d{1,5})`),
];
