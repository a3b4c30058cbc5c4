// What other tools call the fields that we have: their name to where ours may be. ECS names come first, then names of the native document.
const table = (rows: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    rows
      .trim()
      .split('\n')
      .map((row): [string, readonly string[]] => {
        const [name = '', ...ours] = row.trim().split(/\s+/);
        return [name, ours];
      }),
  );

/** Metron's flat messages. */
export const METRON = table(`
  ip_src_addr source.ip
  ip_dst_addr destination.ip
  ip_src_port source.port
  ip_dst_port destination.port
  protocol network.transport network.protocol network.iana_number _path
  original_string raw
  timestamp @timestamp
  bro_timestamp @timestamp ts
  start_time @timestamp event.start
  end_time event.end
  syslog_host observer.hostname observer.ip host.name syslog.hostname hostname
  hostname host.name observer.hostname
  ciscotag event.code
  syslog_severity log.level
  syslog_facility log.syslog.facility.name
  severity log.level event.severity
  priority log.syslog.priority
  action event.action
  msg rule.name message msg
  sig_id rule.id
  sig_rev rule.version
  username user.name
  ethsrc source.mac
  ethdst destination.mac
  code http.response.status_code
  method http.request.method
  url url.original
  uri url.original uri
  full_hostname url.domain destination.domain
  domain_without_subdomains url.registered_domain
  bytes http.response.bytes destination.bytes
  host url.domain host
  user_agent user_agent.original
  DeviceEvent event.code
  DeviceVendor observer.vendor
  DeviceProduct observer.product
  DeviceVersion observer.version
  usrName user.name
  syslog.header.hostName syslog.hostname hostname
  syslog.header.facility syslog.facility facility
  syslog.header.severity syslog.severity severity
  syslog.header.timestamp syslog.timestamp timestamp
  syslog.header.pri syslog.priority priority
  syslog.header.procId syslog.procid procid
  syslog.header.msgId syslog.msgid msgid
  syslog.header.appName syslog.appname appname
  syslog.header.version syslog.version version
  syslog.message message
`);

/** Datadog's attributes, less `custom.`. */
export const DATADOG = table(`
  postfix.client_id queue_id
  logger.context log.logger
  component.name log.logger component
  syslog.host host.name log.syslog.hostname
  haproxy.pid process.pid log.syslog.procid
  syslog.pid process.pid
  syslog.date @timestamp
  gitlab_date @timestamp
  evt.operation event.action
  system.operation event.action
  system.action event.action
  sidekiq.jobid jid
  sidekiq.jobname class
  sidekiq.class class
  syslog.severity log.level
  redis.severity log.level
  thread.name process.thread.name
  mongo.context process.thread.name
  khulnasoft.process log.origin.function
  process log.origin.function
  lighttpd.line_number log.origin.file.line
  lighttpd.file_name log.origin.file.name
  logger.file_name log.origin.file.name
  file.name log.origin.file.name
  pyLineno log.origin.file.line
  file.line log.origin.file.line
  logger.line log.origin.file.line
  timestamp @timestamp
  date @timestamp
  _timestamp @timestamp
  date_access @timestamp
  db.date @timestamp
  level log.level
  severity log.level event.severity
  db.severity log.level level
  status log.level event.outcome http.response.status_code
  logger.name log.logger log.origin.file.name
  logger.thread_name process.thread.name process.thread.id thread
  logger.thread_id process.thread.id process.pid
  logger.line_number log.origin.file.line
  logger.lineno log.origin.file.line
  lineno log.origin.file.line
  line log.origin.file.line
  filename log.origin.file.name
  logger.method_name log.origin.function
  function log.origin.function
  pid process.pid
  process.id process.pid
  network.client.ip source.ip client.ip
  network.client.port source.port client.port
  network.destination.ip destination.ip
  network.destination.port destination.port
  network.bytes_written http.response.body.bytes http.response.bytes destination.bytes
  network.bytes_read http.request.bytes source.bytes
  network.protocol network.protocol network.transport
  http.method http.request.method
  http.status_code http.response.status_code
  http.url url.original
  http.url_details.path url.path
  http.url_details.host url.domain
  http.url_details.port url.port
  http.url_details.scheme url.scheme
  http.url_details.queryString url.query
  http.useragent user_agent.original
  http.version http.version
  http.referer http.request.referrer
  http.auth user.name
  http.request_id http.request.id
  duration event.duration
  db.user user.name
  db.instance db.name
  db.statement db.statement
  usr.name user.name
  usr.id user.id user.name user.email
  usr.email user.email
  system.user user.name
  syslog.appname process.name syslog.appname log.syslog.appname
  syslog.hostname host.name syslog.hostname log.syslog.hostname
  syslog.timestamp @timestamp syslog.timestamp
  error.message error.message message
  evt.name event.action
  evt.outcome event.outcome event.action
  dns.question.name dns.question.name
  dns.question.type dns.question.type
  host host.name
  hostname host.name
  service service.name
  message message raw
`);

/** Panther's indicators; the other names are the sensor's own. */
export const PANTHER = table(`
  p_event_time @timestamp
  p_any_ip_addresses related.ip
  p_any_usernames related.user
  p_any_sha256_hashes related.hash
  p_any_sha1_hashes related.hash
  p_any_md5_hashes related.hash
  p_any_domain_names related.hosts
  p_any_trace_ids trace.id http.request.id
  p_any_aws_account_ids cloud.account.id
`);
