import { describe, expect, it } from 'vitest';
import { isSelected, LATENESS, openLateness, selectionOf, union } from './lateness.ts';

const SECOND = 1_000_000;

it.each<[name: string, dataset: string, seconds: number]>([
  ['is that of the dataset', 'aws.cloudtrail', 1200],
  ['is that of the longest prefix', 'zeek.ssl', 60],
  ['prefers the dataset to its prefix', 'zeek.conn', 360],
  ['is by service where a cloud has many', 'aws.s3access', 10_800],
  ['has a value for datasets that nobody declared', 'acme.firewall', 30],
])('lateness %s', (_name, dataset, seconds) => {
  expect(openLateness().of(dataset)).toBe(seconds * SECOND);
});

it('names each row once, with a source where a vendor delivers', () => {
  const names = LATENESS.map(({ datasets }) => datasets);
  expect(new Set(names).size).toBe(names.length);
  const unsourced = LATENESS.filter(({ lateness, source }) => lateness > 360 * SECOND && source === undefined);
  expect(unsourced).toEqual([]);
});

it('can be set for an installation, by dataset or prefix', () => {
  const lateness = openLateness({ 'zeek.*': 5, 'windows.sysmon': 7, 'acme.*': 9 });
  expect(['zeek.ssl', 'zeek.conn', 'windows.sysmon', 'windows.security', 'acme.x'].map((dataset) => lateness.of(dataset) / SECOND)).toEqual([5, 360, 7, 30, 9]);
});

describe('of a selection', () => {
  it.each<[selection: string, seconds: number]>([
    ['windows.sysmon', 30],
    ['zeek.*', 360],
    ['zeek.ssl', 60],
    ['windows.sysmon,aws.cloudtrail', 1200],
    ['aws.cloudtrail,okta.system', 1200],
    ['*', 10_800],
  ])('%s is the largest', (selection, seconds) => {
    expect(openLateness().ofSelection(selection)).toBe(seconds * SECOND);
  });
});

it.each<[product: string | null, service: string | null, selection: string]>([
  ['windows', 'sysmon', 'windows.sysmon'],
  ['windows', null, 'windows.*'],
  ['linux', 'sshd', 'linux.*'],
  ['aws', 'cloudtrail', 'aws.cloudtrail'],
  [null, 'proxy', '*'],
  ['constructor', null, '*'],
])('a rule of %s %s reads %s', (product, service, selection) => {
  expect(selectionOf({ product, service })).toBe(selection);
});

it('unites selections, without what others take in', () => {
  expect(union(['windows.sysmon', 'aws.cloudtrail', 'windows.*'])).toBe('aws.cloudtrail,windows.*');
  expect(union(['windows.sysmon', '*'])).toBe('*');
  expect(isSelected('aws.cloudtrail,windows.*', 'windows.security')).toBe(true);
  expect(isSelected('windows.*', 'windowsill')).toBe(false);
});
