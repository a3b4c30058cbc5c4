import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draft } from './draft.ts';
import { keptUserAgents, readUserAgent, setUserAgent } from './user-agent.ts';

type Parts = readonly [name: string, version: string | null, os: string | null, osVersion: string | null, device: string];
const partsOf = (text: string): Parts => {
  const { name, version, os, device } = readUserAgent(text);
  return [name, version, os?.name ?? null, os?.version ?? null, device];
};

describe('a user agent', () => {
  it.each<[text: string, parts: Parts]>([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.124 Safari/537.36',
      ['Chrome', '91.0.4472.124', 'Windows', '10', 'Other'],
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.3 Safari/605.1.15',
      ['Safari', '14.0.3', 'Mac OS X', '10.15.7', 'Mac'],
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 14_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.1.1 Mobile/15E148 Safari/604.1',
      ['Mobile Safari', '14.1.1', 'iOS', '14.6', 'iPhone'],
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; SM-G973F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/88.0.4324.93 Mobile Safari/537.36',
      ['Chrome', '88.0.4324.93', 'Android', '10', 'Samsung SM-G973F'],
    ],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', ['Googlebot', '2.1', null, null, 'Spider']],
    [
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/103.0.5060.134 Safari/537.36',
      ['bingbot', '2.0', null, null, 'Spider'],
    ],
    ['Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)', ['Slurp', null, null, null, 'Spider']],
    ['curl/7.68.0', ['curl', '7.68.0', null, null, 'Other']],
    ['aws-cli/2.2.0 Python/3.8.8 Linux/5.4', ['aws-cli', '2.2.0', 'Linux', null, 'Other']],
    ['[S3Console/0.4]', ['S3Console', '0.4', null, null, 'Other']],
    ['sqlmap/1.5#stable (http://sqlmap.org)', ['sqlmap', '1.5', null, null, 'Other']],
    ['sqlmap', ['sqlmap', null, null, null, 'Other']],
    ['[Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165]', ['Boto3', '1.26.165', 'Linux', null, 'Other']],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', ['Slackbot-LinkExpanding', '1.0', null, null, 'Spider']],
    ['cloudformation.amazonaws.com', ['Other', null, null, null, 'Other']],
    ['Mozilla/5.0', ['Other', null, null, null, 'Other']],
  ])('%s', (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });
  it('of a robot is not told by an address or a page that has the word in it', () => {
    expect(partsOf('agent (+http://example.com/robots.html; crawler@example.com)')[4]).toBe('Other');
    expect(partsOf('Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/74.0.1 Mobile Safari/537.36')[4]).not.toBe('Spider');
  });
});

describe('of an event', () => {
  const filled = (userAgent: string | null, ecs: Record<string, string> = {}) => {
    const event = draft('x.y', '', Buffer.from('{}'));
    event.http = { ...EMPTY, userAgent };
    event.ecs = ecs;
    setUserAgent(event);
    return event.ecs;
  };
  const EMPTY = { method: null, status: null, userAgent: null, referrer: null };

  it('the parts are filled in', () => {
    expect(filled('Mozilla/5.0 (X11; CrOS x86_64 8172.45.0) AppleWebKit/537.36 Chrome/51.0 Safari/537.36')).toEqual({
      'user_agent.name': 'Chrome',
      'user_agent.version': '51.0',
      'user_agent.device.name': 'Other',
      'user_agent.os.name': 'Chrome OS',
      'user_agent.os.version': '8172.45.0',
      'user_agent.os.full': 'Chrome OS 8172.45.0',
    });
  });
  it('those that the record has are kept, and no others come beside them', () => {
    expect(filled('curl/8.5.0', { 'user_agent.name': 'mine' })).toEqual({ 'user_agent.name': 'mine' });
    expect(filled(null)).toEqual({});
  });
  it('texts are kept to a bound, and mean the same once they were forgotten', () => {
    const before = filled('curl/8.5.0');
    for (let n = 0; n < 6_000; n++) filled(`agent-${n}/1.0`);
    expect(keptUserAgents()).toBeLessThanOrEqual(4_096);
    expect(filled('curl/8.5.0')).toEqual(before);
  });
});

describe('any text', () => {
  it('has parts that are filled, or none', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('Mozilla/5.0 ', '(', ')', '; ', 'Android ', 'Windows NT ', 'bot', '/', '9'.repeat(40), '__proto__', 'constructor', 'Mac OS X 10_'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const [name, version, os, osVersion, device] = partsOf(pieces.join(''));
        for (const part of [name, version, os, osVersion, device]) expect(part === null || (typeof part === 'string' && part !== '')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
  it('takes little, however long and hostile', () => {
    const parts = [
      'a',
      'a-',
      'bot',
      'bo',
      ' ',
      '(',
      ';',
      '/',
      '1',
      '1.',
      'Mozilla/',
      'Android ',
      'Windows ',
      'Mobile ',
      'Opera ',
      'Safari/',
      'Version/1 ',
      '; wv',
      'Build/',
      'SM-',
      'mac os x_',
    ];
    const texts = parts.flatMap((one) => parts.map((other) => (one + other).repeat(30_000)));
    const before = process.cpuUsage();
    for (const text of texts) readUserAgent(text);
    expect(process.cpuUsage(before).user / texts.length).toBeLessThan(5_000); // microseconds
  });
});
