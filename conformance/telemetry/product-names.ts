// Names that other tools have for products, and our datasets. A name that is not here is one we do not tell apart: counted as wrong.
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
