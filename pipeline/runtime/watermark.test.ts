import { describe, expect, it } from 'vitest';
import { APPEND_CLOCK } from '../core/index.ts';
import { Watermarks } from './watermark.ts';

const NOW = 1_700_000_000_000_000;
const MINUTE = 60_000_000;

describe('the watermark of a dataset that is idle', () => {
  it('follows the furthest of the others, so nothing of it waits for a slow one', () => {
    const marks = new Watermarks();
    marks.update({ 'aws.cloudtrail': NOW - 20 * MINUTE, 'windows.sysmon': NOW - MINUTE, 'zeek.dhcp': NOW - 30 * MINUTE, [APPEND_CLOCK]: NOW });
    expect(marks.of('zeek.dhcp')).toBe(NOW - 30 * MINUTE);
    marks.update({ 'aws.cloudtrail': NOW - 20 * MINUTE, 'windows.sysmon': NOW - MINUTE, [APPEND_CLOCK]: NOW });
    expect(marks.of()).toBe(NOW - 20 * MINUTE);
    expect(['zeek.dhcp', 'zeek.*', 'never.seen', 'aws.cloudtrail', 'aws.*'].map((dataset) => marks.of(dataset))).toEqual(
      [1, 1, 1, 20, 20].map((minutes) => NOW - minutes * MINUTE),
    );
  });

  it('goes no further than append time: one sensor whose clock is ahead makes nobody late', () => {
    const marks = new Watermarks();
    marks.update({ 'aws.cloudtrail': NOW - 20 * MINUTE, 'windows.sysmon': NOW + 4 * MINUTE, [APPEND_CLOCK]: NOW });
    expect(marks.of('zeek.dhcp')).toBe(NOW);
  });

  it('does not go back, over a restart either, when the furthest falls silent', () => {
    const marks = new Watermarks();
    marks.update({ 'aws.cloudtrail': NOW - 20 * MINUTE, 'windows.sysmon': NOW - MINUTE, [APPEND_CLOCK]: NOW });
    marks.update({ 'aws.cloudtrail': NOW - 19 * MINUTE, [APPEND_CLOCK]: NOW });
    const again = new Watermarks();
    again.load(marks.save());
    expect([marks, again].map((each) => each.of('zeek.dhcp'))).toEqual([NOW - MINUTE, NOW - MINUTE]);
  });
});
