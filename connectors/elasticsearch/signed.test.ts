import { afterEach, describe, expect, it } from 'vitest';
import { signatureProblem } from '../_aws/test/signature.ts';
import { assumeRoleAnswer } from '../_aws/test/sts.ts';
import { openFarSide } from '../_contract/far-side.ts';
import type { FarAnswer, FarRequest, FarSide } from '../_contract/far-side.ts';
import { sinkDeps } from '../_contract/one-sink.ts';
import elasticsearch from './index.ts';
import { openRequests } from './requests.ts';

const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', region: 'eu-central-1' };
const RIGHT: FarAnswer = { status: 200, body: { errors: false, items: [] } };
let side: FarSide | undefined;
afterEach(() => side?.close());

async function asking(answer: (request: FarRequest) => FarAnswer | Promise<FarAnswer>, options: object = {}) {
  side = await openFarSide({ answer, throttled: { status: 429 } });
  const config = elasticsearch.config.parse({ urls: [side.url], awsSigned: true, ...KEY, ...options });
  const request = openRequests(config, sinkDeps(side.outboundAllow));
  return () => request(config.urls[0]!, '/logs-a%2Bb/_bulk?filter_path=items.*.status&timeout=1m', { method: 'POST', body: '{"create":{}}\n' });
}

describe('requests to Amazon OpenSearch Service', () => {
  it("are signed as AWS's own signer does it", async () => {
    const problems: unknown[] = [];
    const ask = await asking(async (request) => {
      problems.push(await signatureProblem(request, { ...KEY, service: 'es' }));
      return RIGHT;
    });
    expect((await ask()).status).toBe(200);
    expect(problems).toEqual([null]);
  });

  it.each<[string, FarAnswer]>([
    ['by its header', { status: 403, headers: { 'x-amzn-errortype': 'ExpiredTokenException:http://x' }, body: {} }],
    ['in words', { status: 403, body: { message: 'The security token included in the request is expired' } }],
  ])('are sent once more by new keys of the role when AWS calls them ended %s', async (_how, ended) => {
    const signedBy: (string | undefined)[] = [];
    let lent = 0;
    const answer = ({ path, headers }: FarRequest): FarAnswer => {
      if (path === '/sts') return { status: 200, headers: { 'content-type': 'text/xml' }, body: assumeRoleAnswer(`ASIA${(lent += 1)}`) };
      signedBy.push(/Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
      return signedBy.length === 1 ? ended : RIGHT;
    };
    side = await openFarSide({ answer, throttled: { status: 429 } });
    const { url } = side;
    const config = elasticsearch.config.parse({
      urls: [url],
      awsSigned: true,
      ...KEY,
      roleArn: 'arn:aws:iam::123456789012:role/writes-logs',
      stsUrl: `${url}/sts`,
    });
    const { status } = await openRequests(config, sinkDeps(side.outboundAllow))(url, '/');
    expect([status, ...signedBy]).toEqual([200, 'ASIA1', 'ASIA2']);
  });

  it('are not sent again when they are refused for another reason', async () => {
    let asked = 0;
    const ask = await asking(() => {
      asked += 1;
      return { status: 403, body: { message: 'User: arn:aws:iam::1:user/x is not authorized to perform: es:ESHttpPost' } };
    });
    expect([(await ask()).status, asked]).toEqual([403, 1]);
  });
});
