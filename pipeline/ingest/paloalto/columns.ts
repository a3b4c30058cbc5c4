// Columns of PAN-OS logs in their order: https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions
const names = (text: string): readonly string[] => text.trim().split(/[\s,]+/);
const HEAD = '_, receive_time, serial, type, subtype, config_version, time_generated,';
const FLOW =
  'src, dst, natsrc, natdst, rule, srcuser, dstuser, app, vsys, from, to, inbound_if, outbound_if, logset, time_logged, sessionid, repeatcnt, sport, dport, natsport, natdport, flags, proto, action,';

export const COLUMNS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'TRAFFIC',
    names(
      `${HEAD} ${FLOW} bytes, bytes_sent, bytes_received, packets, start, elapsed, category, padding, seqno, actionflags, srcloc, dstloc, padding2, pkts_sent, pkts_received, session_end_reason, dg1, dg2, dg3, dg4, vsys_name, device_name, action_source, src_uuid, dst_uuid, tunnelid, monitortag, parent_session_id, parent_start_time, tunnel, assoc_id, chunks, chunks_sent, chunks_received, rule_uuid`,
    ),
  ],
  [
    'THREAT',
    names(
      `${HEAD} ${FLOW} misc, threatid, category, severity, direction, seqno, actionflags, srcloc, dstloc, padding, contenttype, pcap_id, filedigest, cloud, url_idx, user_agent, filetype, xff, referer, sender, subject, recipient, reportid, dg1, dg2, dg3, dg4, vsys_name, device_name, file_url, src_uuid, dst_uuid, http_method, tunnelid, monitortag, parent_session_id, parent_start_time, tunnel, thr_category, contentver`,
    ),
  ],
  [
    'SYSTEM',
    names(`${HEAD} vsys, eventid, object, padding, padding2, module, severity, opaque, seqno, actionflags, dg1, dg2, dg3, dg4, vsys_name, device_name`),
  ],
  [
    'CONFIG',
    names(`${HEAD} host, vsys, cmd, admin, client, result, path, before_change, after_change, seqno, actionflags, dg1, dg2, dg3, dg4, vsys_name, device_name`),
  ],
  [
    'GLOBALPROTECT',
    names(
      `${HEAD} vsys, eventid, stage, auth_method, tunnel_type, srcuser, srcregion, machinename, public_ip, public_ipv6, private_ip, private_ipv6, hostid, serialnumber, client_ver, client_os, client_os_ver, repeatcnt, reason, error, opaque, status, location, login_duration, connect_method, error_code, portal, seqno, actionflags`,
    ),
  ],
  ['USERID', names(`${HEAD} vsys, ip, user, datasourcename, eventid, repeatcnt, timeout, beginport, endport, datasource, datasourcetype, seqno, actionflags`)],
]);
