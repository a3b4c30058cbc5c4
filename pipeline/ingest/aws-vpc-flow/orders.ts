// In which order the fields of a flow log stand: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
import { count, table } from '../kit.ts';

const order = (names: string): readonly string[] => names.split(' ');
const V2 = 'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
const V3 = 'vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr';
const V4 = 'region az-id sublocation-type sublocation-id';
const V5 = 'pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path';
const V7 =
  'ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id';
const V8 = 'reject-reason';
const V9 = 'resource-id encryption-status';

/** Orders that are tried on lines without a header: the default one, each version's fields behind it, and those of the guide's examples. */
export const ORDERS: readonly (readonly string[])[] = [
  V2,
  `${V2} ${V3}`,
  `${V2} ${V3} ${V4}`,
  `${V2} ${V3} ${V4} ${V5}`,
  `${V2} ${V3} ${V4} ${V5} ${V7}`,
  `${V2} ${V3} ${V4} ${V5} ${V7} ${V8}`,
  `${V2} ${V3} ${V4} ${V5} ${V7} ${V8} ${V9}`,
  'version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status',
  'instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr',
  'version interface-id account-id vpc-id subnet-id instance-id srcaddr dstaddr srcport dstport protocol tcp-flags type pkt-srcaddr pkt-dstaddr action log-status',
  'version srcaddr dstaddr srcport dstport protocol start end type packets bytes account-id vpc-id subnet-id instance-id interface-id region az-id sublocation-type sublocation-id action tcp-flags pkt-srcaddr pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service traffic-path flow-direction log-status',
].map(order);

const KNOWN: ReadonlySet<string> = new Set(ORDERS.flat());
/** A line of names of fields, with dashes or underscores. @returns the names with dashes; undefined when it is none. */
export function headerOf(line: string): readonly string[] | undefined {
  if (!/addr|interface/i.test(line)) return undefined; // most lines are none, and are many
  const names = line
    .trim()
    .split(/[ ,]+/)
    .map((name) => name.toLowerCase().replaceAll('_', '-'));
  return names.length >= 3 && names.every((name) => KNOWN.has(name)) ? names : undefined;
}

/** Looks like one; whether it is one is asked when it becomes a field. */
const isAddress = (value: string): boolean => /^[0-9a-fA-F]*[.:][0-9a-fA-F.:]+$/.test(value);
const begins =
  (...beginnings: readonly string[]) =>
  (value: string): boolean =>
    beginnings.some((beginning) => value.startsWith(beginning));
const isOneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);
const isCount = (value: string): boolean => count(value) !== null;
/** What a field may be; a field that is not here may be anything. */
const SHAPES = table<(value: string) => boolean>({
  version: (value) => /^[2-9]$|^1\d$/.test(value),
  'account-id': (value) => /^\d{12}$|^unknown$/.test(value),
  'interface-id': begins('eni-'),
  srcaddr: isAddress,
  dstaddr: isAddress,
  'pkt-srcaddr': isAddress,
  'pkt-dstaddr': isAddress,
  srcport: isCount,
  dstport: isCount,
  protocol: isCount,
  packets: isCount,
  bytes: isCount,
  start: isCount,
  end: isCount,
  'tcp-flags': isCount,
  action: isOneOf('ACCEPT', 'REJECT'),
  'log-status': isOneOf('OK', 'NODATA', 'SKIPDATA'),
  'vpc-id': begins('vpc-'),
  'subnet-id': begins('subnet-'),
  'instance-id': begins('i-'),
  type: isOneOf('IPv4', 'IPv6', 'EFA'),
  'flow-direction': isOneOf('ingress', 'egress'),
  'traffic-path': isCount,
});
/** Fields of which one tells a flow from other lines of as many words. */
const TELLING = ['interface-id', 'log-status', 'action', 'vpc-id'];

/** Whether the cells may stand in the order; `-` may stand anywhere. */
export function fits(names: readonly string[], cells: readonly string[]): boolean {
  if (names.length !== cells.length) return false;
  let isTold = false;
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!;
    const cell = cells[index]!;
    if (cell === '-') continue;
    if (SHAPES.get(name)?.(cell) === false) return false;
    if (TELLING.includes(name)) isTold = true;
  }
  return isTold;
}
