// How late an event may be, by dataset: declared once, here. Sources take it off the watermark of the dataset, and correlations keep their
// state for so much longer. `./goshawk gen` prints it to docs/reference/lateness.md.
import type { Micros } from './index.ts';

const SECOND: Micros = 1_000_000;
const MINUTE = 60 * SECOND;

export interface LatenessRow {
  /** A dataset, or all whose names begin alike: `zeek.*`. The longest that fits holds. */
  readonly datasets: string;
  readonly lateness: Micros;
  readonly because: string;
  /** Where the vendor says how late it delivers. Nothing here was measured. */
  readonly source?: string;
}
const AWS = 'https://docs.aws.amazon.com';
const MICROSOFT = 'https://learn.microsoft.com/en-us';
const GOOGLE = 'https://cloud.google.com';
export const LATENESS: readonly LatenessRow[] = [
  { datasets: '*', lateness: 30 * SECOND, because: 'Shippers that read files and send batches.' },
  { datasets: 'windows.*', lateness: 30 * SECOND, because: 'Agents read event logs at once and send batches.' },
  { datasets: 'linux.*', lateness: 30 * SECOND, because: 'Syslog daemons write at once.' },
  { datasets: 'suricata.*', lateness: 30 * SECOND, because: 'Events are written as they happen; flows are stamped when they end.' },
  { datasets: 'zeek.*', lateness: MINUTE, because: 'Logs are written when a transaction is complete, and stamped with its beginning.' },
  {
    datasets: 'zeek.conn',
    lateness: 6 * MINUTE,
    because: 'Stamped with the beginning, written after the end: an idle TCP connection ends after five minutes.',
  },
  {
    datasets: 'aws.cloudtrail',
    lateness: 20 * MINUTE,
    because: 'Delivered about every five minutes, most of it within fifteen of the call.',
    source: `${AWS}/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html`,
  },
  {
    datasets: 'aws.cloudtrail_insight',
    lateness: 30 * MINUTE,
    because: 'Insights follow unusual activity within about half an hour.',
    source: `${AWS}/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html`,
  },
  {
    datasets: 'aws.elb',
    lateness: 10 * MINUTE,
    because: 'Each node publishes a file every five minutes, without a promise.',
    source: `${AWS}/elasticloadbalancing/latest/application/load-balancer-access-logs.html`,
  },
  {
    datasets: 'aws.guardduty',
    lateness: 10 * MINUTE,
    because: 'New findings are exported within about five minutes.',
    source: `${AWS}/guardduty/latest/ug/guardduty_exportfindings.html`,
  },
  {
    datasets: 'aws.s3access',
    lateness: 180 * MINUTE,
    because: 'Most records are delivered within a few hours.',
    source: `${AWS}/AmazonS3/latest/userguide/ServerLogs.html`,
  },
  {
    datasets: 'aws.securityhub',
    lateness: 10 * MINUTE,
    because: 'Sent at once, but the services behind it tell their findings up to five minutes later.',
    source: `${AWS}/securityhub/latest/userguide/securityhub-cloudwatch-events.html`,
  },
  {
    datasets: 'aws.vpcflow',
    lateness: 20 * MINUTE,
    because: 'Aggregated over up to ten minutes, then delivered within about ten more.',
    source: `${AWS}/vpc/latest/userguide/flow-log-records.html`,
  },
  {
    datasets: 'aws.waf',
    lateness: 10 * MINUTE,
    because: 'Published to a bucket every five minutes.',
    source: `${AWS}/waf/latest/developerguide/logging-s3.html`,
  },
  {
    datasets: 'azure.*',
    lateness: 10 * MINUTE,
    because: 'Some seconds to five minutes; sign-ins and audit of Entra within five for all but one in a hundred.',
    source: `${MICROSOFT}/azure/azure-monitor/logs/data-ingestion-time`,
  },
  {
    datasets: 'm365.audit',
    lateness: 90 * MINUTE,
    because: 'Available 60 to 90 minutes after the event for core services, later for some others.',
    source: `${MICROSOFT}/purview/audit-search`,
  },
  {
    datasets: 'gcp.*',
    lateness: 5 * MINUTE,
    because: 'Cloud Logging routes entries as they come and names no time; this leaves room for pulling them.',
    source: `${GOOGLE}/logging/docs/routing/overview`,
  },
  { datasets: 'gcp.vpcflow', lateness: 20 * MINUTE, because: 'Aggregated over up to fifteen minutes.', source: `${GOOGLE}/vpc/docs/flow-logs` },
  {
    datasets: 'google_workspace.*',
    lateness: 10 * MINUTE,
    because: 'A couple of minutes for most applications.',
    source: 'https://support.google.com/a/answer/7061566',
  },
  {
    datasets: 'google_workspace.calendar',
    lateness: 60 * MINUTE,
    because: 'Tens of minutes, sometimes a couple of hours.',
    source: 'https://support.google.com/a/answer/7061566',
  },
  {
    datasets: 'okta.system',
    lateness: 5 * MINUTE,
    because: 'Near real time by best effort, out of order at times, without a figure.',
    source: 'https://help.okta.com/en-us/Content/Topics/Reports/log-streaming/about-log-streams.htm',
  },
  { datasets: 'unparsed', lateness: 0, because: 'Has no time of its own but that of the broker.' },
];

/** Datasets of products whose rules name them by service. Rules of other products are taken to read any dataset. */
const PREFIX_OF_PRODUCT: Readonly<Record<string, { readonly prefix: string; readonly isByService: boolean }>> = {
  windows: { prefix: 'windows.', isByService: true },
  zeek: { prefix: 'zeek.', isByService: true },
  suricata: { prefix: 'suricata.', isByService: true },
  aws: { prefix: 'aws.', isByService: true },
  linux: { prefix: 'linux.', isByService: false }, // `sshd` and `auth` are both in linux.auth
};

export interface Lateness {
  /** How long after its time an event of the dataset is still expected. */
  readonly of: (dataset: string) => Micros;
  /** The largest of all datasets that the selection takes in; see `selectionOf`. */
  readonly ofSelection: (selection: string) => Micros;
}

/** @param seconds In place of what the table says: by dataset, or by prefix and `*`. */
export function openLateness(seconds: Readonly<Record<string, number>> = {}): Lateness {
  const rows = new Map(LATENESS.map(({ datasets, lateness }) => [datasets, lateness]));
  for (const [datasets, value] of Object.entries(seconds)) rows.set(datasets, value * SECOND);
  const known = new Map<string, Micros>(); // datasets are a closed set
  const of = (dataset: string): Micros => {
    let lateness = known.get(dataset);
    if (lateness === undefined) {
      const [longest] = [...rows].filter(([datasets]) => isSelected(datasets, dataset)).sort(([a], [b]) => b.length - a.length);
      known.set(dataset, (lateness = longest?.[1] ?? 30 * SECOND));
    }
    return lateness;
  };
  return {
    of,
    ofSelection: (selection) =>
      Math.max(
        ...selection.split(',').flatMap((part) => {
          const within = [...rows].filter(([datasets]) => isSelected(part, datasets)).map(([, lateness]) => lateness);
          return [of(part.endsWith('*') ? part.slice(0, -1) : part), ...within];
        }),
      ),
  };
}

/** Datasets that a rule with this log source reads: a dataset, a prefix and `*`, or `*` for any. */
export function selectionOf({ product, service }: { readonly product: string | null; readonly service: string | null }): string {
  const known = product === null || !Object.hasOwn(PREFIX_OF_PRODUCT, product) ? undefined : PREFIX_OF_PRODUCT[product];
  if (known === undefined) return '*';
  return known.isByService && service !== null ? known.prefix + service : `${known.prefix}*`;
}

/** Several selections as one, with commas between; what another takes in is left out. */
export function union(selections: Iterable<string>): string {
  const all = [...new Set(selections)].sort();
  return all.filter((one) => !all.some((other) => other !== one && isSelected(other, one))).join(',') || '*';
}

/** @param selection Datasets, or prefixes and `*`, with commas between. */
export function isSelected(selection: string, dataset: string): boolean {
  return selection.split(',').some((part) => part === dataset || (part.endsWith('*') && dataset.startsWith(part.slice(0, -1))));
}
