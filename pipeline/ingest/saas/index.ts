// Further services whose logs are JSON objects: one entry each in the tables beside.
import { jsonLogs } from '../kit.ts';
import { AI } from './ai.ts';
import { DATA } from './data.ts';
import { SECURITY } from './security.ts';
import { SECURITY_FINDINGS } from './findings.ts';
import { WORK } from './work.ts';
import { ACCESS } from './access.ts';
import { EDGE } from './edge.ts';

export default jsonLogs({
  name: 'saas',
  version: 2,
  reads:
    'Audit logs of services: Aliyun, Anthropic, Asana, Atlassian, Axonius, Bitbucket, Box, Cisco Umbrella, Cloudflare, Databricks, Docusign, Dropbox, MongoDB Atlas, Netskope, Notion, OpenAI, Panther, Proofpoint, Push Security, Salesforce, Snowflake, Snyk, Sophos Central, Sublime, Tailscale, Teleport, Thinkst Canary, Tines, Trend Micro Deep Security, Upwind, Wiz, Zendesk, Zoom, Zscaler',
  recognisedBy: 'members that only this service has together; one row each in the tables of this folder',
  arrays: ['data', 'entries', 'events', 'value', 'result', 'audit_logs', 'values', 'results'],
  objects: ['detail'],
  logs: [...ACCESS, ...AI, ...DATA, ...SECURITY, ...SECURITY_FINDINGS, ...WORK, ...EDGE],
});
