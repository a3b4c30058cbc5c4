// Lines of programs whose beginning no library's pattern explains.
import type { Grammar } from '../grammar.ts';

const ISO = String.raw`(?<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)`;
const PEER = { 'source.ip': 'ip', 'source.port': 'port', 'user.name': 'user' } as const;
const line = (begins: string, pattern: string, ecs?: Grammar['ecs'], action?: string): Grammar => ({
  begins: Array.from(begins), // one character each
  pattern: new RegExp(`^${pattern}`, 's'),
  ...(ecs === undefined ? {} : { ecs }),
  ...(action === undefined ? {} : { action }),
});

export const LINES: readonly Grammar[] = [
  // Ceph, cluster log: `time mon.a (mon.0) 17 : audit [DBG] ..`
  line(
    '-',
    String.raw`${ISO} (?<ceph__node>[a-z]+\.\S{1,64}) \(?(?<ceph__subsystem>[a-z]+\.[^\s()]{1,64})\)? (?:(?<ceph__address>[^\s:]{1,64}:\d+\/\d+|-) )?(?<index>\d{1,12}) : +(?:(?<channel>\w{1,32}) )?\[(?<level>\w{3,5})\] (?<message>.*)`,
  ),
  // Ceph, daemon: `time 7f26c2813700  1 mon.a@0(leader).log v15 ..`
  line('-', String.raw`${ISO} (?<thread>[0-9a-f]{12,16}) +(?<ceph__priority>-?\d{1,2}) (?<ceph__subsystem>\S{1,128}) (?<message>.*)`),
  // MongoDB before 4.4: `time I COMMAND  [conn26] ..`; before 3.0 without level and component.
  line('-', String.raw`${ISO} (?<level>[FEWID])\d? +(?<logger>[A-Z_]{2,16}|-) +\[(?<thread>[^\]]{1,64})\] (?<message>.*)`),
  line('-', String.raw`${ISO} \[(?<thread>conn\d{1,12}|initandlisten|thread\d{1,6}|rsSync|TTLMonitor|clientcursormon)\] (?<message>.*)`),
  // The collector of a Java machine before version 9: time, seconds since the start.
  line('-', String.raw`${ISO}: (?<uptime>\d{1,12}\.\d{3}): (?<message>\[(?:Full )?GC .*)`),
  // RethinkDB: time, seconds since the start, level.
  line('-', String.raw`${ISO} (?<uptime>\d{1,12}\.\d{1,9})s (?<level>[a-z]{4,8}): (?<message>.*)`),
  // Sidekiq 6, before it, and before that; runit puts a time of its own in front.
  line(
    '-',
    String.raw`(?:[\d_:.-]{19,30} )?${ISO} pid=(?<pid>\d{1,10}) tid=(?<thread>\w{1,32}) class=(?<class>[\w:]{1,128}) jid=(?<jid>\w{1,64})(?: elapsed=(?<took_s>[\d.]{1,16}))? (?<level>[A-Z]{4,5}): (?<message>.*)`,
  ),
  line(
    '-',
    String.raw`(?:[\d_:.-]{19,30} )?${ISO} (?<pid>\d{1,10}) TID-(?<thread>\w{1,32}) (?<class>[\w:]{1,128}) JID-(?<jid>\w{1,64}) (?<level>[A-Z]{4,5}): (?<message>[^\d]*(?:(?<took_s>[\d.]{1,16}) sec)?.*)`,
  ),
  line(
    '-',
    String.raw`${ISO} (?<pid>\d{1,10}) TID-(?<thread>\w{1,32}) (?<level>[A-Z]{4,5}): (?<message>(?<class>[\w:]{1,128}) JID-(?<jid>\w{1,64}) (?:start|done|fail).*)`,
  ),
  // Apache Ambari, audit log: pairs in parentheses.
  line(
    '-',
    String.raw`(?<time>\d{4}-\d\d-\d\dT[\d:.]{8,18}Z), User\((?<user>[^)]{0,128})\), RemoteIp\((?<ip>[^)]{0,64})\), Operation\((?<operation>[^)]{0,256})\)(?:, Roles\((?<roles>[^)]{0,512})\))?(?:, [^,]{1,256}){0,8}?(?:, Status\((?<status>[^)]{0,64})\))?(?:, Reason\((?<error__message>[^)]{0,256})\))?(?:, Consecutive failures\((?<error__consecutive_failures>[^)]{0,64})\))?`,
    { ...PEER, 'event.action': 'operation', 'error.message': 'error__message' },
  ),
  // ArangoDB: process, level, place, id of the statement, topic.
  line(
    '-',
    String.raw`${ISO} \[(?<pid>\d{1,10})(?:-\d{1,6})?\] (?<level>[A-Z]{4,7}) (?:\[(?<function>[\w:~]{1,64})@(?<file>[^\]:]{1,128}):(?<line>\d{1,7})\] )?\[(?<log_id>[0-9a-f]{5})\] (?:\{(?<topic>[\w-]{1,32})\} )?(?<message>.*)`,
  ),
  // ClickHouse: time, thread, query, level, logger with its part.
  line(
    '0',
    String.raw`(?<time>\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) (?:\[[^\]]{1,64}\] )??\[ ?(?<thread>\d{1,10}) ?\] \{(?<query_id>[^}]{0,64})\} <(?<level>[A-Z][a-z]{3,10})> (?<clickhouse__service>[^\s:(]{1,256})(?: \((?<clickhouse__application__id>[^)]{1,256})\))?: (?<message>.*)`,
  ),
  // Vertica: component and its thread, transaction, level, node.
  line(
    '-',
    String.raw`${ISO} (?<application__id>[^\d:<][^:<]{0,64}):(?<thread>[0-9a-f]{12})(?:-(?<transaction>[0-9a-f]{1,16}))? (?:\[(?<logger>\w{1,32})\] )?<(?<level>[A-Z]{3,8})> (?:@(?<node>\w{1,64}): )?(?<message>.*)`,
  ),
  // Datadog agent: time, agent, level, place. The interpreter's place may follow.
  line(
    '-[',
    String.raw`(?:\[ ?(?<process_name>[A-Z-]{2,24}) ?\] )?(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: [A-Z]{3,4})?) \| (?:(?<agent>[A-Z-]{2,24}) \| )?(?<level>[A-Z]{4,8}) \| \((?<file>[^\s:)]{1,128}):(?<line>\d{1,7})(?: in (?<function>[^)\s]{1,128}))?\) \| (?:check:(?<check>[\w-]{1,64}),type:(?<type>[\w-]{1,32}) \| )?(?:- \| \((?<python__file>[^\s:)]{1,128}):(?<python__line>\d{1,7})\) \| )?(?<message>.*)`,
  ),
  // log4j 1 with the milliseconds since the start in front.
  line('0', String.raw`(?<uptime>\d{1,12}) \[(?<thread>[^\]]{1,128})\] (?<level>[A-Z]{4,5}) +(?<logger>[\w$]{1,64}(?:\.[\w$]{1,64}){0,12}) - (?<message>.*)`),
  // ActiveMQ: `time | level | message | logger | thread`, the last two or one of them.
  line(
    '-',
    String.raw`${ISO} \| (?<level>[A-Z]{4,5}) +\| (?<message>[^|]*?)(?: \| (?<logger>[a-zA-Z][\w$]{0,64}(?:\.[\w$]{1,64}){1,12}))? \| (?<thread>[\w.#:-]{1,128}|RMI TCP Connection\(\d{1,9}\)-[\w.:]{2,45})$`,
  ),
  line(
    'a',
    String.raw`(?<level>[A-Z]{4,5}) +\| (?<message>[^|]*?(?: at (?<time>\d\d-\d\d-\d{4} [\d:,]{12}))?)(?: \| (?<logger>[a-zA-Z][\w$]{0,64}(?:\.[\w$]{1,64}){1,12}))? \| (?<thread>[\w.#:-]{1,128}|RMI TCP Connection\(\d{1,9}\)-[\w.:]{2,45})$`,
  ),
  // ActiveMQ Artemis: a code in front of the message.
  line('-', String.raw`${ISO} (?<level>[A-Z]{4,5}) +\[(?<logger>[\w$.]{1,192})\] (?<message_id>AMQ\d{6}): (?<message>.*)`),
  line(
    '-',
    String.raw`${ISO} \[(?<type>AUDIT)\]\((?<logger>[^)]{1,64}(?:\(\d{1,8}\)[^)]{0,64})?)\) (?<message_id>AMQ\d{6}): (?<message>User (?<user>[^\s@(]{1,128})(?:\([^)]{0,256}\))?@(?<client>[^\s]{1,128}) is .*)`,
    { 'user.name': 'user', 'source.ip': 'client', 'event.code': 'message_id' },
  ),
  // IBM MQ error log.
  line(
    '0',
    String.raw`(?<time>\d\d\/\d\d\/\d{2,4} +\d\d:\d\d:\d\d)(?: [AP]M)? - Process\((?<process>[\d.]{1,24})\) User\((?<user>[^)]{0,64})\) Program\((?<app>[^)]{0,128})\)\s+Host\((?<host>[^)]{0,255})\) Installation\((?<installation>[^)]{0,64})\)\s+VRMF\((?<vrmf>[^)]{0,24})\)(?: QMgr ?\((?<queue_manager>[^)]{0,64})\))?\s+(?:(?<code>AMQ\d{4,5}[A-Z]?): )?(?<summary>[^\n]{0,1024})\s+EXPLANATION:\s+(?<error__message>[^\n]{0,4096}?)\s+ACTION:\s+(?<action>[^\n]{0,4096}?)(?:\s+-{3,}.{0,200})?$`,
    { 'user.name': 'user', 'process.name': 'app', 'host.name': 'host', 'event.code': 'code', 'error.message': 'error__message' },
  ),
  // Db2 diagnostic log.
  line(
    '-',
    String.raw`(?<time>\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d{6}[+-]\d{3}) (?<record_id>[A-Z]\d{1,12}[A-Z]\d{0,8})\s+LEVEL: (?<level>[A-Z][a-z]{3,9})(?: \([^)]{1,32}\))?\s+PID\s+: (?<pid>\d{1,10})\s+TID ?: (?<thread>\d{1,20})\s+PROC ?: (?<process>\S{0,64}?)\s*INSTANCE: ?(?<db__instance>\S{1,64})\s+NODE : (?<partition>\d{1,4})(?:\s+DB\s+: (?<database>\S{1,64}))?\s+(?:HOSTNAME: ?(?<host>\S{1,255})\s+)?(?:EDUID[^F]{0,128})?FUNCTION: ?(?<function__product>[^,]{1,64}), (?<function__component>[^,]{1,96}), (?<function__name>[^,]{1,96}), probe:(?<function__probe>\d{1,8})\s*(?<message>.*)`,
    { 'host.name': 'host' },
  ),
  // lighttpd: file and line with a dot between.
  line('-', String.raw`(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d): \((?<file>[\w-]{1,64}\.c)\.(?<line>\d{1,7})\) (?<message>.*)`),
  // statsd: a day without a year.
  line('0', String.raw`(?<time>\d{1,2} [A-Z][a-z]{2} \d\d:\d\d:\d\d) - (?<level>[A-Z]{3,8}): (?<message>.*)`),
  // Cacti: two names, the second with the number of the poller.
  line(
    '0',
    String.raw`(?<time>\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d)(?: [AP]M)? - (?<logger>[A-Z]{2,16}):? (?<thread>\w{1,32})\[\d{1,8}\] (?:(?<level>[A-Z]{4,8}): )?(?<message>.*)`,
  ),
  // GitLab application log: `June 16, 2019 16:43: ..`
  line(
    'a',
    String.raw`(?<time>(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, \d{4} \d\d:\d\d): (?<message>.*)`,
  ),
  // redis client of Go programs.
  line('a', String.raw`(?<logger_name>redis): (?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) (?<file>[\w-]{1,64}\.go):(?<line>\d{1,7}): (?<message>.*)`),
  // WebLogic server log.
  line(
    '#',
    String.raw`####<(?<written>[^>]{1,64})> <(?<level>[A-Z][a-z]{3,10})> <(?<weblogic__subsystem>[^>]{0,64})> <(?<weblogic__host>[^>]{0,255})> <(?<weblogic__server>[^>]{0,128})> <(?<weblogic__thread>[^>]{0,256})> <<?(?<weblogic__user_id>[^<>]{0,128})>?> <(?<weblogic__transaction_id>[^>]{0,128})> <(?<weblogic__context_id>[^>]{0,128})> <(?<time>\d{13})> (?:<(?:\[[^\]]{0,128}\] ?){0,8}> )?<(?<weblogic__message_id>BEA-\d{1,8})> <(?<message>.*)>\s*$`,
    { 'host.name': 'weblogic__host', 'event.code': 'weblogic__message_id', 'process.thread.name': 'weblogic__thread' },
  ),
  // WebSphere, basic format: thread, component, one letter for the kind of event.
  line(
    '[',
    String.raw`\[(?<time>\d{1,2}\/\d{1,2}\/\d{2} \d{1,2}:\d\d:\d\d:\d{3} [A-Z]{2,5})\] (?<thread>[0-9a-f]{8}) (?<provider>\S{1,64}) +(?<level>[AIWEFORCDZ]) +(?<message>(?:(?<component>[\w.$]{1,192}): )?.*)`,
    { 'log.logger': 'provider' },
  ),
  // OpenLDAP in containers: `[19-06-2019 09:12:06] slapd debug  ..`
  line('[', String.raw`\[(?<time>\d\d-\d\d-\d{4} \d\d:\d\d:\d\d)\] (?<logger>slapd) (?<level>[a-z]{4,8}) +(?<message>.*)`),
  // Xen API daemons, inside syslog: level, thread, task, module.
  line(
    '[',
    String.raw`\[ ?(?<level>debug|info|warn|error)\|(?<host>[^|]{0,64})\|(?<pid>\d{1,10}) ?(?:[A-Z]{1,8} )?(?<path>[^|]{0,128})\|(?<origin>[^|]{0,256})\|(?<env>[\w.-]{1,64})\] (?<message>.*)`,
  ),
  // Traffic Server, names in front of the level.
  line(
    '[',
    String.raw`\[(?<time>[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d\.\d{3})\] (?:\[(?<thread>[\w -]{1,32})\]|(?<logger>traffic_\w{1,24})) (?<level>[A-Z]{4,9}): (?<message>.*)`,
  ),
  // Kubernetes' own tracer, behind klog's header.
  line('T', String.raw`Trace\[(?<trace_id>\d{1,12})\]: ---"(?<action>[^"]{1,128})" (?:error:)?(?<message>.*)`),
];
