import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { canonicalIp, communityId } from './address.ts';

describe('canonicalIp', () => {
  it.each<[given: unknown, canonical: string | null]>([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['256.1.1.1', null],
    ['01.2.3.4', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['1..2.3', null],
    ['FE80:0:0:0:0:0:0:1', 'fe80::1'],
    ['2001:0db8:0a0b:12f0:0000:0000:0000:0001', '2001:db8:a0b:12f0::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[::1]', '::1'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['::ffff:a00:1', '::ffff:10.0.0.1'],
    ['1:2:3:4:5:6:7', null],
    ['1:2:3:4:5:6:7:8:9', null],
    ['1::2::3', null],
    ['12345::', null],
    [':1', null],
    ['-', null],
    ['', null],
    ['example.com', null],
    ['1.2.3.4::', null],
    ['::1.2.3.4', '::102:304'],
    [7, null],
    [null, null],
  ])('%s is %s', (given, canonical) => {
    expect(canonicalIp(given)).toBe(canonical);
  });

  it('takes what Node takes and writes IPv6 as the URL standard does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom('1', 'f', ':', '.', '0') })), (text) => {
        const ip = canonicalIp(text);
        expect(ip !== null).toBe(isIP(text) !== 0);
        if (isIP(text) === 6 && ip !== null && !ip.includes('.')) expect(`[${ip}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
    );
  });
});

describe('communityId', () => {
  // From the baseline of the specification's repository.
  it.each<[transport: string, source: string, sourcePort: number, destination: string, destinationPort: number, id: string]>([
    ['tcp', '128.232.110.120', 34855, '66.35.250.204', 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    ['tcp', '66.35.250.204', 80, '128.232.110.120', 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    ['udp', '192.168.1.52', 54585, '8.8.8.8', 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  ])('%s %s:%s %s:%s', (transport, source, sourcePort, destination, destinationPort, id) => {
    expect(communityId(transport, source, sourcePort, destination, destinationPort)).toBe(id);
  });
  it('is the same for both directions', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), fc.nat(65_535), fc.nat(65_535), (a, b, p, q) => {
        const [source, destination] = [canonicalIp(a)!, canonicalIp(b)!];
        if (source.includes('.') || destination.includes('.')) return;
        expect(communityId('tcp', source, p, destination, q)).toBe(communityId('tcp', destination, q, source, p));
      }),
    );
  });
  it.each([
    ['icmp', '10.0.0.1', '10.0.0.2'],
    ['tcp', '10.0.0.1', '::1'],
    ['tcp', null, '10.0.0.1'],
  ])('has none for %s %s %s', (transport, source, destination) => {
    expect(communityId(transport, source, 1, destination, 2)).toBeNull();
  });
});
