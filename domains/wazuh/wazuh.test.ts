// The rules of these tests were written for them, in the form that Wazuh documents.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertWazuh, readWazuh } from './index.ts';
import type { Converted, ConvertOptions } from './index.ts';
import { readPattern } from './pattern.ts';
import type { Language } from './pattern.ts';
import { CannotSay } from './rule.ts';

const rule = (id: number, inner: string, attributes = 'level="5"') => `<rule id="${id}" ${attributes}>${inner}</rule>\n`;
const convert = (rules: string, options?: ConvertOptions): Converted => {
  const { rules: read, unsaid } = readWazuh('local.xml', `<group name="local,test,">\n${rules}</group>`);
  expect(unsaid).toEqual([]);
  return convertWazuh(read, options);
};
const bodyOf = (converted: Converted, id: string) => converted.documents.find(({ wazuhId }) => wazuhId === id)?.body;
const SSH = '<decoded_as>sshd</decoded_as><match>Failed password</match>';
const BASE = rule(100001, SSH);

describe('a file', () => {
  it('has no single root, variables, comments with dashes, and ampersands that stand alone', () => {
    const { rules } = readWazuh(
      'f',
      '<!-- a -- b\n -->\n<var name="WHO">bob|eve</var>\n<group name="a,">\n<rule id="1" level="3">\n<match>x & $WHO \\<b></match><group>b,c,</group><mitre><id>t1110.001</id></mitre><description>d</description></rule></group>\n<group name="z,"></group>',
    );
    expect(rules).toEqual([
      {
        file: 'f',
        line: 5,
        id: '1',
        level: 3,
        attributes: { id: '1', level: '3' },
        groups: ['a', 'b', 'c'],
        mitre: ['T1110.001'],
        description: 'd',
        elements: [{ name: 'match', attributes: {}, text: 'x & bob|eve \\<b>' }],
      },
    ]);
  });
  it.each([
    ['is no XML', '<group name="a"><rule id="1" level="3"></group>', /it is no XML/],
    ['declares entities', '<!DOCTYPE x [<!ENTITY a "aaaa">]><group name="a"><rule id="1" level="3"><match>&a;</match></rule></group>', /no XML/],
    ['is nested without end', '<a>'.repeat(100), /nested more than 16/],
    ['has a rule without an id', '<group name="a"><rule level="3"></rule></group>', /its id is no number/],
    ['has a level beyond 16', '<group name="a"><rule id="1" level="17"></rule></group>', /its level/],
  ])('that %s is told with its line', (_name, text, reason) => {
    const { unsaid } = readWazuh('f', text);
    expect(unsaid).toEqual([expect.objectContaining({ file: 'f', line: 1, reason: expect.stringMatching(reason) as string })]);
  });
  it('of any text ends without an exception', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '<',
            '>',
            '/',
            'rule',
            ' id="1"',
            ' level="3"',
            'match',
            '&',
            ';',
            '!--',
            '-->',
            '<![CDATA[',
            ']]>',
            'x',
            '<group name="a">',
            '</group>',
          ),
        ),
        (parts) => {
          const { rules } = readWazuh('f', parts.join(''));
          expect(() => convertWazuh(rules)).not.toThrow();
        },
      ),
    );
  });
});

describe('a pattern', () => {
  it.each<[language: Language, text: string, tests: unknown, isNegated?: boolean]>([
    ['osmatch', 'a|b', [{ how: 'contains', values: ['a', 'b'] }]],
    [
      'osmatch',
      '^a|b$|^c$',
      [
        { how: 'startswith', values: ['a'] },
        { how: 'endswith', values: ['b'] },
        { how: 'equals', values: ['c'] },
      ],
    ],
    ['osmatch', '!a', [{ how: 'contains', values: ['a'] }], true],
    ['osmatch', 'C:\\x*?', [{ how: 'contains', values: ['C:\\\\x\\*\\?'] }]],
    ['osregex', '^4624$|^4625$', [{ how: 'equals', values: ['4624', '4625'] }]],
    ['osregex', 'a.b+', [{ how: 'contains', values: ['a.b+'] }]],
    ['osregex', '^\\w+ \\d\\.$', [{ how: 're', values: ['(?is)^[A-Za-z0-9@_-]+ [0-9].$'] }]],
    ['osregex', 'a(\\d+)b', [{ how: 're', values: ['(?is)a(?:[0-9]+)b'] }]],
    ['osregex', '\\(x\\)|\\$y', [{ how: 're', values: ['(?is)\\(x\\)|\\$y'] }]],
    ['pcre2', '(?i)a|b', [{ how: 're', values: ['(?i)a|b'] }]],
  ])('of %s: %s', (language, text, tests, isNegated = false) => {
    expect(readPattern(language, text)).toEqual({ tests, isNegated });
  });
  it.each<[Language, string, RegExp]>([
    ['osregex', '\\q', /no expression of OSRegex/],
    ['osregex', '\\d(a|b)', /inside of parentheses/],
    ['osregex', '\\d(', /not closed/],
    ['osregex', '\\d)', /not opened/],
    ['osregex', 'a\\', /ends with a backslash/],
    ['osmatch', 'a||b', /is empty/],
    ['osmatch', '', /is empty/],
  ])('of %s cannot be said: %s', (language, text, reason) => {
    expect(() => readPattern(language, text)).toThrow(reason);
    expect(() => readPattern(language, text)).toThrow(CannotSay);
  });
});

describe('a rule', () => {
  it('carries its level, technique, groups and id', () => {
    expect(bodyOf(convert(rule(100001, `${SSH}<mitre><id>T1110</id></mitre><description>Odd</description>`, 'level="12"')), '100001')).toMatchObject({
      title: 'Odd',
      name: 'wazuh_100001',
      level: 'high',
      tags: ['attack.t1110'],
      wazuh: { id: 100_001, level: 12, groups: ['local', 'test'] },
      logsource: { product: 'linux', service: 'sshd' },
    });
  });
  it.each<[level: number, name: string]>([
    [1, 'informational'],
    [4, 'low'],
    [7, 'medium'],
    [11, 'medium'],
    [12, 'high'],
    [15, 'critical'],
  ])('of level %i is %s', (level, name) => {
    expect(bodyOf(convert(rule(1, SSH, `level="${level}"`)), '1')).toMatchObject({ level: name });
  });
  it('asks for what its parents ask for, too, and leaves out what its children ask for', () => {
    const converted = convert(
      `${BASE}${rule(100002, '<if_sid>100001</if_sid><match>root</match>')}${rule(100003, '<if_sid>100002</if_sid><match>backup</match>', 'level="0"')}`,
    );
    expect(converted.documents.map(({ wazuhId }) => wazuhId)).toEqual(['100001', '100002']);
    expect(bodyOf(converted, '100001')).toMatchObject({
      detection: { r100001_1: ['Failed password'], r100002_1: ['root'], condition: 'r100001_1 and not r100002_1' },
    });
    expect(bodyOf(converted, '100002')).toMatchObject({ detection: { r100003_1: ['backup'], condition: 'r100001_1 and r100002_1 and not r100003_1' } });
  });
  it('may have several parents', () => {
    const converted = convert(
      `${BASE}${rule(100002, '<decoded_as>sshd</decoded_as><match>Invalid</match><match>user</match>')}${rule(100003, '<if_sid>100001, 100002</if_sid><match>eve</match>')}`,
    );
    expect(bodyOf(converted, '100003')).toMatchObject({ detection: { condition: '(r100001_1 or (r100002_1 and r100002_2)) and r100003_1' } });
  });
  it('may have a group for a parent, and be the last word by overwrite', () => {
    const converted = convert(
      `${rule(100001, `${SSH}<group>logon,</group>`)}${rule(100002, '<if_group>logon</if_group><match>old</match>')}${rule(100002, '<if_group>logon</if_group><match>new</match>', 'level="5" overwrite="yes"')}`.replace(
        '<if_group>logon</if_group><match>new',
        '<if_sid>100001</if_sid><match>new',
      ),
    );
    expect(bodyOf(converted, '100002')).toMatchObject({ detection: { r100002_1: ['new'] } });
  });
  it('of Windows asks for the names that events have', () => {
    const converted = convert(
      rule(1, '<if_sid>60000</if_sid><field name="win.system.eventID">^4624$</field><field name="win.eventdata.targetUserName" negate="yes">\\$$</field>'),
    );
    expect(bodyOf(converted, '1')).toMatchObject({
      logsource: { product: 'windows' },
      detection: { r1_1: { EventID: '4624' }, r1_2: { 'TargetUserName|re': '(?is)\\$$' }, condition: 'r1_1 and not r1_2' },
    });
  });
  it('takes the log source and field names that the caller knows', () => {
    const converted = convert(rule(1, '<decoded_as>mine</decoded_as><user>eve</user><srcip>!10.0.0.0/8|192.168.</srcip>'), {
      logsource: { product: 'aws' },
      fields: { user: 'userName', srcip: 'ip' },
    });
    expect(bodyOf(converted, '1')).toMatchObject({
      logsource: { product: 'aws' },
      detection: {
        r1_1: { 'userName|contains': 'eve' },
        r1_2: [{ 'ip|cidr': ['10.0.0.0/8'] }, { 'ip|startswith': ['192.168.'] }],
        condition: 'r1_1 and not r1_2',
      },
    });
  });
});

describe('a composite rule', () => {
  const composite = (inner: string, attributes = 'level="10" frequency="8" timeframe="120"') => convert(`${BASE}${rule(100009, inner, attributes)}`);
  it.each<[name: string, inner: string, correlation: object]>([
    [
      'counts',
      '<if_matched_sid>100001</if_matched_sid>',
      { type: 'event_count', rules: ['wazuh_100001'], 'group-by': ['host.name'], timespan: '120s', condition: { gte: 8 }, generate: true },
    ],
    ['counts over all agents', '<if_matched_sid>100001</if_matched_sid><global_frequency/>', { 'group-by': [] }],
    ['counts what is alike', '<if_matched_sid>100001</if_matched_sid><same_source_ip/><same_user/>', { 'group-by': ['host.name', 'source.ip', 'user.name'] }],
    [
      'counts fields that are alike',
      '<if_matched_sid>100001</if_matched_sid><same_field>win.eventdata.ipAddress</same_field>',
      { 'group-by': ['host.name', 'IpAddress'] },
    ],
    [
      'counts what is different',
      '<if_matched_sid>100001</if_matched_sid><same_srcip/><different_user/>',
      { type: 'value_count', condition: { field: 'user.name', gte: 8 } },
    ],
    ['counts the rules of a group', '<if_matched_group>test</if_matched_group>', { rules: ['wazuh_100001'] }],
  ])('%s', (_name, inner, correlation) => {
    expect(bodyOf(composite(inner), '100009')).toMatchObject({ level: 'medium', correlation });
  });
  it('that ends with another rule is a sequence', () => {
    const converted = convert(
      `${BASE}${rule(100002, '<decoded_as>sshd</decoded_as><match>Accepted password</match>')}${rule(100009, '<if_matched_sid>100001</if_matched_sid><if_sid>100002</if_sid><same_srcip/>', 'level="12" timeframe="60"')}`,
    );
    expect(bodyOf(converted, '100009')).toMatchObject({ correlation: { type: 'temporal_ordered', rules: ['wazuh_100001', 'wazuh_100002'], timespan: '60s' } });
  });
  it('makes a document of a rule of level 0 that it counts, which alerts only with it', () => {
    const converted = convert(`${rule(100001, SSH, 'level="0"')}${rule(100009, '<if_matched_sid>100001</if_matched_sid>', 'level="10" frequency="8"')}`);
    expect(converted.documents.map(({ wazuhId }) => wazuhId)).toEqual(['100001', '100009']);
    expect(bodyOf(converted, '100009')).toMatchObject({ correlation: { timespan: '360s' } });
    expect(bodyOf(converted, '100009')!['correlation']).not.toHaveProperty('generate');
  });
});

describe('what cannot be said is named', () => {
  it.each<[name: string, rules: string, reason: RegExp]>([
    ['a parent that is not there', rule(1, '<if_sid>5716</if_sid><match>x</match>'), /its parent 5716 is not in the files given/],
    ['a list', rule(1, '<decoded_as>sshd</decoded_as><list field="srcip">etc/lists/x</list>'), /it looks up a list/],
    ['a time of day', rule(1, `${SSH}<time>6 pm - 8 am</time>`), /time of day/],
    ['what was never seen before', rule(1, `${SSH}<if_fts/>`), /never seen before/],
    ['a decoder that is not known', rule(1, '<decoded_as>mine</decoded_as><match>x</match>'), /decoder "mine" is of no known log source; say --logsource/],
    ['no decoder at all', rule(1, '<match>x</match>'), /no decoder says/],
    ['a field whose name is not known', rule(1, '<decoded_as>sshd</decoded_as><user>x</user>'), /say --field user=NAME/],
    ['an element that is not known', rule(1, `${SSH}<moon>full</moon>`), /<moon> is not known/],
    ['a rule that is its own parent', rule(1, `${SSH}<if_sid>1</if_sid>`), /its own parent/],
    ['two rules of one id', `${rule(1, SSH)}${rule(1, SSH)}`, /already a rule 1/],
    ['a rule that asks nothing', rule(1, '<decoded_as>sshd</decoded_as>'), /asks nothing of an event/],
    ['a count without a frequency', `${BASE}${rule(1, '<if_matched_sid>100001</if_matched_sid>')}`, /no frequency/],
    [
      'a count of what cannot be said',
      `${rule(2, `${SSH}<weekday>monday</weekday>`)}${rule(1, '<if_matched_sid>2</if_matched_sid>', 'level="5" frequency="2"')}`,
      /it counts rule 2, which cannot be said: it asks for a day/,
    ],
    ['a count of itself', rule(1, '<if_matched_sid>1</if_matched_sid>', 'level="5" frequency="2"'), /it counts itself/],
    [
      'a question to the last event alone',
      `${BASE}${rule(1, '<if_matched_sid>100001</if_matched_sid><match>root</match>', 'level="5" frequency="2"')}`,
      /asks <match> of the last event/,
    ],
    [
      'two fields that differ',
      `${BASE}${rule(1, '<if_matched_sid>100001</if_matched_sid><different_user/><different_srcip/>', 'level="5" frequency="2"')}`,
      /differ in more than one field/,
    ],
    [
      'a sequence of many',
      `${BASE}${rule(2, '<decoded_as>sshd</decoded_as><match>y</match>')}${rule(1, '<if_matched_sid>100001</if_matched_sid><if_sid>2</if_sid>', 'level="5" frequency="5"')}`,
      /counts one rule and ends with another/,
    ],
  ])('%s', (_name, rules, reason) => {
    const { refused, documents } = convert(rules);
    expect(refused.filter(({ id }) => id === '1')).toEqual([
      expect.objectContaining({ file: 'local.xml', id: '1', reason: expect.stringMatching(reason) as string }),
    ]);
    expect(documents.filter(({ wazuhId }) => wazuhId === '1').length).toBe(_name === 'two rules of one id' ? 1 : 0);
  });
  it('also what is only nearly the same', () => {
    const { notes, documents } = convert(`${rule(100001, SSH, 'level="5" ignore="60"')}${rule(100002, '<if_sid>100001</if_sid><time>6 pm - 8 am</time>')}`);
    expect(documents).toHaveLength(1);
    expect(notes.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/silent for 60 s/),
      expect.stringMatching(/its child 100002, which cannot be said/),
    ]);
  });
});
