import { expect, it } from 'vitest';
import { draft } from '../kit.ts';
import { certificate } from './certificate.ts';

const of = (tls: Readonly<Record<string, unknown>>) => {
  const event = draft('suricata.tls', 'suricata', Buffer.from('{}'));
  certificate(event, tls);
  return event.ecs;
};

it('takes names apart, with commas that are part of a value and parts that come twice', () => {
  expect(of({ subject: 'CN=www.example.com, OU=Web, OU=Shop, O=Acme\\, Inc., ST=Hamburg, C=DE, serialNumber=7' })).toEqual({
    'tls.server.x509.subject.common_name': 'www.example.com',
    'tls.server.x509.subject.organizational_unit': '["Web","Shop"]',
    'tls.server.x509.subject.organization': 'Acme, Inc.',
    'tls.server.x509.subject.state_or_province': 'Hamburg',
    'tls.server.x509.subject.country': 'DE',
  });
});
it('reads the dates, and leaves out what is none', () => {
  expect(of({ notbefore: '2017-02-27T17:54:31', notafter: 'soon' })).toEqual({
    'tls.server.not_before': '2017-02-27T17:54:31.000000Z',
    'tls.server.x509.not_before': '2017-02-27T17:54:31.000000Z',
  });
});
it('says nothing of a certificate that is not told', () => {
  expect(of({ subject: 7, issuerdn: '' })).toEqual({});
});
