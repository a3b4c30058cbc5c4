// Names that other tools have for products, and our datasets; behind a colon the vendor, where a format is of many products. A name that is not here is one we do not tell apart: counted as wrong.
const table = (rows: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    rows
      .trim()
      .split('\n')
      .map((row): [string, readonly string[]] => {
        const [name = '', ...datasets] = row.trim().split(/\s+/);
        return [name, datasets];
      }),
  );

/** Splunk sourcetypes. */
const SOURCETYPES = table(`
  nix:syslog linux.* syslog.other
  cisco:asa cisco-asa.*
  cisco:ios cisco-ios.*
  cisco:xr cisco-ios.*
  cisco:ise cisco-ise.*
  cisco:ucm cisco-ucm.*
  cisco:dna cisco-dna.*
  cisco:ms cisco-meeting.*
  cisco:ucs:hx cisco-hyperflex.*
  cisco:viptela cisco-viptela.*
  vmware:airwatch vmware.airwatch
  vmware:cb:protect vmware.appcontrol
  aruba:syslog aruba.*
  avi:events avi.events
  avi:logs avi.logs
  broadcom:layer7_api_gateway broadcom.layer7
  brocade:syslog brocade.*
  cp_log:syslog checkpoint.*
  clearswift* clearswift.*
  darktrace:audit darktrace.audit
  darktrace darktrace.alert
  dell:emc:powerstore dell-powerstore.*
  dell:sonic dell-sonic.*
  rsa:securid:admin:syslog rsa-securid.admin
  rsa:securid:system:syslog rsa-securid.system
  rsa:securid:runtime:syslog rsa-securid.runtime
  websense:cg:kv forcepoint.*
  github:enterprise:audit github.*
  hpe:procurve hpe-procurve.*
  isc:bind:query isc-bind.query
  isc:bind:queryerror isc-bind.queryerror
  isc:dhcpd isc-dhcpd.*
  netscreen:firewall juniper-netscreen.*
  kaspersky:es kaspersky.*
  netapp:ontap:audit netapp.audit
  netapp:ontap:ems netapp.ems
  polycom:rprm:syslog polycom.*
  pps_filter_log proofpoint.filter
  pps_mail_log proofpoint.mail
  qumulo:storage qumulo.*
  radware:defensepro radware.*
  secureauth:idp secureauth.*
  sophos:webappliance sophos-web.*
  StealthINTERCEPT stealthintercept.log
  StealthINTERCEPT:alerts stealthintercept.alerts
  bluecoat:proxysg:access:kv bluecoat.*
  bluecoat:proxysg:access:syslog bluecoat.*
  tintri tintri.*
  guardicore:centra:cef cef.event:guardicore
  kaspersky:klprci cef.event:kasperskylab
  netscout:aed cef.event:netscout
  opswat:mscl:cef cef.event:opswat
  vectra:cognito:hostscoring cef.event:vectra_networks
  vectra:cognito:accountscoring cef.event:vectra_networks
  vectra:cognito:detect cef.event:vectra_networks
  vectra:cognito:accountdetect cef.event:vectra_networks
  vectra:cognito:accountlockdown cef.event:vectra_networks
  vectra:cognito:campaigns cef.event:vectra_networks
  vectra:cognito:audit cef.event:vectra_networks
  vectra:cognito:health cef.event:vectra_networks
  sc4s:fallback syslog.other
  cef cef.*
  WinEventLog:Security windows.*
`);
export const datasetsOfSourcetype = (name: string): readonly string[] => SOURCETYPES.get(name) ?? [];

/** StreamAlert log schemas. */
const SCHEMAS = table(`
  cloudtrail:events aws.cloudtrail
  cloudwatch:events aws.cloudtrail aws.eventbridge aws.*
  cloudwatch:cloudtrail aws.cloudtrail
  cloudwatch:rds_aurora aws.*
  ghe:general github.*
  aliyun:actiontrail aliyun.*
  osquery:differential osquery.*
  trendmicro:malwareevent trendmicro.*
  slack:integration slack.*
  slack:access slack.*
  duo:administrator duo.*
  duo:authentication duo.*
  packetbeat:flow ecs.* packetbeat.*
  carbonblack:ingress.event.procstart carbonblack.*
  okta:logevents okta.*
  onelogin:events onelogin.*
`);
export const datasetsOfSchema = (name: string): readonly string[] => SCHEMAS.get(name) ?? [];

/** Panther's log types. */
const LOG_TYPES = table(`
  AWS.ALB aws.elb
  AWS.BedrockModelInvocation aws.bedrock
  AWS.CloudTrail aws.cloudtrail
  AWS.GuardDuty aws.guardduty
  AWS.S3ServerAccess aws.s3access
  AWS.SecurityFindingFormat aws.securityhub
  AWS.VPCDns aws.route53_resolver
  AWS.VPCFlow aws.vpcflow
  AWS.WAFWebACL aws.waf
  Amazon.EKS.Audit kubernetes.audit
  Anthropic.Activity anthropic.activity
  Asana.Audit asana.audit
  Auth0.Events auth0.logs
  Axonius.Activity axonius.activity
  Azure.Audit azure.auditlogs azure.signinlogs azure.riskdetection
  Azure.MonitorActivity azure.activitylogs azure.platformlogs
  Box.Event box.event
  CarbonBlack.Audit carbonblack.audit
  CiscoUmbrella.DNS umbrella.dns
  Cloudflare.HttpRequest cloudflare.http
  Crowdstrike.EventStreams crowdstrike.stream
  Crowdstrike.FDREvent crowdstrike.fdr
  Custom.TailscaleAudit tailscale.audit
  Databricks.Audit databricks.audit
  Docusign.Connect docusign.connect
  Dropbox.TeamEvent dropbox.team
  Duo.Administrator duo.administrator
  Duo.Authentication duo.authentication
  GCP.AuditLog gcp.audit
  GCP.HTTPLoadBalancer gcp.loadbalancer
  GSuite.ActivityEvent google_workspace.*
  GitHub.Audit github.audit
  GitHub.Webhook github.webhook
  GitLab.Audit gitlab.audit
  Gravitational.TeleportAudit teleport.audit
  Microsoft365.Audit.AzureActiveDirectory m365.audit
  Microsoft365.Audit.SharePoint m365.audit
  MicrosoftDefenderXDR.AdvancedHunting defender-xdr.*
  MongoDB.OrganizationEvent mongodb.organization
  Netskope.Audit netskope.audit
  Notion.AuditLogs notion.audit
  OCSF.NetworkActivity ocsf.network_activity
  Okta.SystemLog okta.system
  OneLogin.Events onelogin.events
  OnePassword.ItemUsage onepassword.item_usage
  OnePassword.SignInAttempt onepassword.sign_in
  OpenAI.Audit openai.audit
  Osquery.Differential osquery.result
  Panther.Audit panther.audit
  Proofpoint.Event proofpoint.message
  PushSecurity.Activity push.event
  PushSecurity.Entities push.event
  Salesforce.ApiConnectedApp salesforce.event_log
  Salesforce.ConnectedAppUsageEventStore salesforce.event_log
  Salesforce.Login salesforce.event_log
  SentinelOne.Activity sentinelone.activity
  Slack.AuditLogs slack.audit
  Snowflake.GrantsToUsers snowflake.grant
  Snowflake.LoginHistory snowflake.login
  Snowflake.QueryHistory snowflake.query
  Snyk.GroupAudit snyk.audit
  Sublime.Audit sublime.audit
  Sublime.MessageEvent sublime.message
  Tailscale.Audit tailscale.audit
  ThinkstCanary.Alert canary.incident
  Tines.Audit tines.audit
  Upwind.Detections upwind.detection
  Wiz.Audit wiz.audit
  Wiz.Detections wiz.detection
  Wiz.Issues wiz.issue
  Zendesk.Audit zendesk.audit
  Zoom.Operation zoom.operation
  Zscaler.ZIA.AdminAuditLog zscaler.admin_audit
`);
export const datasetsOfLogType = (name: string): readonly string[] => LOG_TYPES.get(name) ?? [];

/** Datasets of Wazuh's engine. */
const INTEGRATIONS = table(`
  aws-elb aws.elb
  aws-s3access aws.s3access
  wodle-docker-listener docker.event
  system-auth linux.auth linux.cron
  sysmon windows.sysmon linux.sysmon
  f5.bigipapm f5.apm
  sonicwall.firewall sonicwall.*
  sophos.xg sophos.*
  apache-access web.access
  apache-error apache.error
  powershell windows.powershell-classic windows.powershell
  security windows.security
`);
export const datasetsOfIntegration = (name: string): readonly string[] => INTEGRATIONS.get(name) ?? [];

/** Metron's parsers. */
const PARSERS = table(`
  asa cisco-asa.*
  bro zeek.*
  leef leef.*
  snort snort.*
  squid squid.*
  syslog3164 cisco-asa.* linux.* syslog.*
  syslog5424 linux.* syslog.*
  websphere datapower.*
  yaf yaf.*
`);
export const datasetsOfParser = (name: string): readonly string[] => PARSERS.get(name) ?? [];

/** @param name A dataset, or a family of datasets (`cisco-asa.*`). */
export const isOfDataset = (dataset: string, name: string): boolean => dataset === name || (name.endsWith('*') && dataset.startsWith(name.slice(0, -1)));
