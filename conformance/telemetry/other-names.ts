// What other tools call the fields that we have: their name to where ours may be. ECS names come first, then names of the native document.
// `version#1` is the second part of a version, for tools that have one field a part; `a.*` stands for every name one below `a`.
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
  DeviceProduct observer.product product
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
  upstream_host destination.address upstream
  pyFilename python.file
  dd.span_id span.id
  vulnerability.status vendor_status
  vulnerability.image_name image_name
  vulnerability.id vulnerability_id
  vulnerability.package.version package_version
  vulnerability.package.name package
  sampler.url_details.scheme url.scheme
  sampler.url_details.path url.path
  sampler.url_details.host url.domain
  twemproxy.pool.name pool.name
  db.recordID record_id
  function.compName function.component
  function.prodName function.product
  url repo_url
  network.proxysql.port destination.port
  network.proxysql.ip destination.ip
  msg message
  description message
  db.command.description description
  db.command.table table
  db.name database
  logger.operation op
  logger.fd fd
  thread_id thread
  response.x_envoy_upstream_service_time x-envoy-upstream-service-time upstream_service_time
  http.protocol protocol
  http._x_forwarded_for x_forwarded_for client.address
  evt.content_type datacontentype
  http.content_type http.response.mime_type
  postgres.proc_id process.pid
  postgres.appname application_name
  iis.win32_status sc-win32-status
  http.sub_status_code sc-substatus
  http.server_name s-ip
  http.headers.response response_headers
  http.headers.request request_headers
  squid.status cache_status
  http.resource.content_type http.response.mime_type
  squid.peer_status hierarchy_status
  network.request_size http.request.bytes
  proxy.name proxy_upstream_name
  http.upstream_status_code upstream_status
  http.upstream_duration upstream_response_time
  haproxy.time_backend_response time_response
  load_balancer.time_backend_connect time_connect
  postfix.client_id queue_id
  component.name log.logger component
  db.hostname host.name
  db.operation command
  load_balancer.service_name server_name
  khulnasoft.process log.origin.function
  process log.origin.function
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
  lighttpd.line_number log.origin.file.line
  lighttpd.file_name log.origin.file.name
  logger.file_name log.origin.file.name
  file.name log.origin.file.name
  pyLineno log.origin.file.line python.line
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
  status log.level http.response.status_code
  logger.name log.logger log.origin.file.name
  logger.thread_name process.thread.name process.thread.id thread
  logger.thread_id process.thread.id process.pid thread
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
  network.client.mac local.mac
  network.client.name source.domain
  network.destination.mac remote.mac
  network.destination.name destination.domain
  network.ipset ipset
  network.client.port source.port client.port
  network.destination.ip destination.ip
  network.destination.port destination.port
  network.bytes_written http.response.body.bytes http.response.bytes destination.bytes sent_bytes
  network.bytes_read http.request.bytes source.bytes upstream_response_length
  network.protocol network.protocol network.transport
  http.method http.request.method
  http.status_code http.response.status_code
  http.url url.original cs-uri-stem
  http.url_details.path url.path
  http.url_details.host url.domain
  http.url_details.port url.port
  http.url_details.scheme url.scheme
  http.url_details.queryString url.query
  http.useragent user_agent.original cs(user-agent)
  http.useragent_details.browser.family user_agent.name
  http.useragent_details.browser.major user_agent.version#0
  http.useragent_details.browser.minor user_agent.version#1
  http.useragent_details.browser.patch user_agent.version#2
  http.useragent_details.browser.patch_minor user_agent.version#3
  http.useragent_details.os.family user_agent.os.name
  http.useragent_details.os.major user_agent.os.version#0
  http.useragent_details.os.minor user_agent.os.version#1
  http.useragent_details.os.patch user_agent.os.version#2
  http.useragent_details.device.family user_agent.device.name
  http.version http.version
  usr.profileImageUrl user.profile_image_url
  evt.category event.category
  network.client.asn source.as.organization.name true_ip_asn_name
  network.client.geoip.city.name source.geo.city_name
  network.client.geoip.country.iso_code source.geo.country_iso_code
  network.client.geoip.subdivision.name source.geo.region_name
  objSizeBytes objSize
  reqTimeMillis @timestamp
  ts @timestamp
  lambda.request_id faas.execution
  lambda.duration event.duration
  span_id span.id
  trace_id trace.id
  url_host host
  gc_worker.count gc.gc_workers
  gc_worker.end.* gc.gc_worker_end.*
  gc_worker.other.* gc.gc_worker_other.*
  gc_worker.start.* gc.gc_worker_start.*
  gc_worker.total.* gc.gc_worker_total.*
  code_root.fixup gc.code_root_fixup
  code_root.purge gc.code_root_purge
  code_root.scan.* gc.code_root_scanning.*
  exit_root_scanning.* gc.ext_root_scanning.*
  object_copy.* gc.object_copy.*
  processed_buffer.* gc.processed_buffers.*
  scan_rs.* gc.scan_rs.*
  update_rs.* gc.update_rs.*
  termination.* gc.termination.*
  termination.attempts.* gc.termination_attempts.*
  ref.enq gc.ref_enq
  ref.proc gc.ref_proc
  choose_cset gc.choose_cset
  clear_ct gc.clear_ct
  free gc.free_cset
  humongous_reclaim gc.humongous_reclaim
  humongous_register gc.humongous_register
  other gc.other
  parallel_time gc.parallel_time
  redirty_cards gc.redirty_cards
  times.real gc.times_s.real
  times.system gc.times_s.sys
  times.user gc.times_s.user
  eden.memory_before gc.eden_mb.before
  eden.memory_after gc.eden_mb.after
  eden.memory_allocated_before gc.eden_mb.capacity_before
  eden.memory_allocated_after gc.eden_mb.capacity_after
  survivor.memory_before gc.survivors_mb.before
  survivor.memory_after gc.survivors_mb.after
  heap.memory_before gc.heap_mb.before
  heap.memory_after gc.heap_mb.after
  heap.memory_allocated_before gc.heap_mb.capacity_before
  heap.memory_allocated_after gc.heap_mb.capacity_after
  http.referer http.request.referrer
  http.auth user.name 
  http.request_id http.request.id data.request_info.id request_info.id
  duration event.duration
  db.user user.name
  db.instance db.name schemaname database schema dbname
  db.statement db.statement statement query argument
  usr.name user.name
  usr.id user.id user.name user.email
  usr.email user.email
  system.user user.name
  syslog.appname process.name syslog.appname log.syslog.appname service.name
  syslog.hostname host.name syslog.hostname log.syslog.hostname
  syslog.timestamp @timestamp syslog.timestamp
  error.message error.message message
  evt.name event.action event_type
  evt.outcome event.outcome
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
