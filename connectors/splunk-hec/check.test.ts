import { afterEach, describe, expect, it } from 'vitest';
import { sinkDeps } from '../_contract/one-sink.ts';
import splunkHec from './index.ts';
import { openHec, TOKEN } from './test/stand-in.ts';
import type { Hec, HecOptions } from './test/stand-in.ts';

let hec: Hec | undefined;
afterEach(() => hec?.close());
const checked = (options: object) => splunkHec.check!(splunkHec.config.parse({ urls: [hec!.url], token: TOKEN, ...options }), sinkDeps(hec!.outboundAllow));

describe('the check of a configuration', () => {
  it.each<[name: string, far: HecOptions, options: object, problems: readonly (readonly [option: string, part: string])[]]>([
    ['finds nothing wrong', {}, {}, []],
    ['finds nothing wrong with acknowledgement', { hasAcks: true }, { acks: true }, []],
    ['says that a token is wrong', {}, { token: 'wrong' }, [['token', 'Invalid token (code 4)']]],
    ['says that a token has no acknowledgement', {}, { acks: true }, [['acks', 'ACK is disabled']]],
    ['finds nothing wrong with an index of the token', { indexes: ['soc'] }, { index: 'soc' }, []],
    ['says that the token may not write to an index', { indexes: ['main'] }, { index: 'soc' }, [['index', 'may not write to the index soc']]],
    [
      'says it of each kind of document',
      { indexes: ['soc_alert'] },
      { index: 'soc_{kind}' },
      [
        ['index', 'soc_event'],
        ['index', 'soc_finding'],
      ],
    ],
    ['does not ask about an index that is not known yet', { indexes: ['main'] }, { index: '{topic}' }, []],
  ])('%s', async (_name, far, options, problems) => {
    hec = await openHec(far);
    const found = await checked(options);
    expect(found.map(({ option }) => option)).toEqual(problems.map(([option]) => option));
    for (const [n, [, part]] of problems.entries()) expect(found[n]!.message).toContain(part);
  });

  it('writes nothing where no index is named, and one event for each index otherwise', async () => {
    hec = await openHec();
    await checked({});
    expect(hec.events).toEqual([]);
    await checked({ index: 'soc', compression: 'gzip' });
    expect(hec.events.map(({ envelope }) => [envelope.sourcetype, envelope.index])).toEqual([['goshawk:check', 'soc']]);
  });

  it.each<[name: string, answer: Hec['answer'], part: string]>([
    ['something else', { status: 200, body: '<html>' }, 'is not HEC'],
    ['another port of Splunk', { status: 404, body: { text: 'The requested URL was not found on this server.', code: 404 } }, 'does not take events'],
    ['a server that is busy', { status: 503, body: { text: 'Server is busy', code: 9 } }, 'takes nothing now'],
  ])('says that there is %s at an address', async (_name, answer, part) => {
    hec = await openHec();
    hec.answer = answer;
    expect(await checked({})).toMatchObject([{ option: 'urls', message: expect.stringContaining(part) }]);
  });

  it('says that an address does not answer, or may not be reached', async () => {
    hec = await openHec();
    const config = splunkHec.config.parse({ urls: [hec.url], token: TOKEN });
    expect(await splunkHec.check!(config, sinkDeps([]))).toMatchObject([{ option: 'urls', message: expect.stringContaining('outbound.allow') }]);
    await hec.fail('down');
    expect(await checked({})).toMatchObject([{ option: 'urls' }]);
  });
});
