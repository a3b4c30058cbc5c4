import { describe, expect, it } from 'vitest';
import { NEW_TRUST_DOMAIN, trustDomainDraftOf, trustDomainInputOf, type TrustDomain } from './trust-domain-draft.ts';

const DOMAIN: TrustDomain = {
  name: 'prod.example',
  endpoint: null,
  bundle: { keys: [{ kid: 'k' }] },
  keys: ['k'],
  workloads: [{ id: 'spiffe://prod.example/*', roles: ['viewer'] }],
  audience: '',
  fetchedAt: null,
  changedAt: '2026-01-02T00:00:00Z',
  changedBy: 'ada',
};
const WORKLOADS = [{ id: 'spiffe://prod.example/*', roles: ['viewer'] }];

describe('a trust domain in its form', () => {
  it('comes out as it went in: a bundle by hand as it is, another one fetched anew', () => {
    expect(trustDomainInputOf(trustDomainDraftOf(DOMAIN))).toEqual({ bundle: DOMAIN.bundle, workloads: WORKLOADS });
    const endpoint = 'https://spire.example.com/bundle';
    expect(trustDomainInputOf(trustDomainDraftOf({ ...DOMAIN, endpoint }))).toEqual({ endpoint, workloads: WORKLOADS });
  });

  it('keeps what was typed of the other source to itself', () => {
    const draft = { ...NEW_TRUST_DOMAIN, endpoint: 'https://x.example', bundle: '{"keys":[]}' };
    expect(trustDomainInputOf({ ...draft, from: 'bundle' })).toEqual({ bundle: { keys: [] }, workloads: [] });
    expect(trustDomainInputOf({ ...draft, from: 'endpoint' })).toEqual({ endpoint: 'https://x.example', workloads: [] });
  });

  it.each(['', '{', '[]', 'null', '"x"', '1'])('says why %j is no bundle', (bundle) => {
    expect(trustDomainInputOf({ ...NEW_TRUST_DOMAIN, bundle })).toMatch(/^The bundle is n/);
  });
});
