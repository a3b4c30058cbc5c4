// What has been tried on servers that fetch what users name, a row each. Nothing here may reach a socket.
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalAddress, reachOf } from './address.ts';
import { allowListOf } from './allow-list.ts';
import { openOutbound } from './client.ts';
import { config } from './config.ts';

/** Names that a user has brought, and where they lead. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'public.example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'to-loopback.example.com': ['127.0.0.1'],
  'to-private.example.com': ['10.1.2.3'],
  'to-metadata.example.com': ['169.254.169.254'],
  'half-private.example.com': ['93.184.215.14', '192.168.1.1'],
  'six-private.example.com': ['93.184.215.14', 'fd12::1'],
  'six-mapped.example.com': ['::ffff:10.0.0.1'],
  'six-zone.example.com': ['fe80::1%eth0'],
  'nat64-private.example.com': ['64:ff9b::a00:1'],
  'nat64-public.example.com': ['64:ff9b::5db8:d70e'],
  'intranet.corp': ['93.184.215.14'],
  router: ['93.184.215.14'],
  'metadata.google.internal': ['93.184.215.14'],
};
const asked: string[] = [];
const resolve = async (host: string) => {
  asked.push(host);
  return NAMES[host] ?? ['93.184.215.14'];
};
const outbound = openOutbound(config.parse({}), { resolve });
afterAll(() => outbound.close());
const reasonOf = (url: string, allow: readonly string[] = [], client = outbound) =>
  client.check(url, allowListOf(allow, 'allow')).then(
    () => 'allowed',
    (error: { readonly code: string; readonly details: { readonly reason?: string } }) =>
      error.code === 'OUTBOUND_REFUSED' ? error.details.reason : error.code,
  );

describe('an address that a user names', () => {
  it.each<[name: string, url: string]>([
    ['a public name', 'https://public.example.com/path?query=1'],
    ['a public address', 'https://93.184.215.14/'],
    ['a public IPv6 address', 'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/'],
    ['a public IPv6 address in another spelling', 'https://[2606:2800:021F:cb07:6820:80da:af6b:8b2c]/'],
    ['the port of HTTPS, written out', 'https://public.example.com:443/'],
    ['a name with capitals', 'https://Public.Example.Com/'],
    ['a name in punycode', 'https://xn--bcher-kva.example/'],
    ['a public address behind a translator', 'https://nat64-public.example.com/'],
  ])('may be %s', async (_name, url) => {
    expect(await reasonOf(url)).toBe('allowed');
  });

  it.each<[name: string, url: string, reason: string]>([
    ['loopback', 'https://127.0.0.1/', 'address'],
    ['all of loopback', 'https://127.255.3.4/', 'address'],
    ['this network', 'https://0.0.0.0/', 'address'],
    ['a private network, 10', 'https://10.0.0.1/', 'address'],
    ['a private network, 172', 'https://172.31.255.255/', 'address'],
    ['a private network, 192', 'https://192.168.0.1/', 'address'],
    ['a carrier', 'https://100.64.0.1/', 'address'],
    ['link-local', 'https://169.254.1.1/', 'address'],
    ['documentation', 'https://192.0.2.1/', 'address'],
    ['benchmarks', 'https://198.19.0.1/', 'address'],
    ['multicast', 'https://224.0.0.1/', 'address'],
    ['broadcast', 'https://255.255.255.255/', 'address'],
    ['reserved', 'https://240.0.0.1/', 'address'],
    ['metadata of most clouds', 'https://169.254.169.254/latest/meta-data/', 'address'],
    ['metadata of Alibaba', 'https://100.100.100.200/', 'address'],
    ['metadata of Oracle', 'https://192.0.0.192/', 'address'],
    ['the wire server of Azure, in a public range', 'https://168.63.129.16/', 'address'],
    ['credentials of tasks', 'https://169.254.170.2/', 'address'],
    ['metadata over IPv6', 'https://[fd00:ec2::254]/', 'address'],
    ['metadata by name', 'https://metadata.google.internal/', 'address'],
    ['metadata by its short name', 'https://metadata/', 'address'],
    ['a decimal address', 'https://2130706433/', 'spelling'],
    ['a public decimal address', 'https://1572395790/', 'spelling'],
    ['an octal address', 'https://0177.0.0.1/', 'spelling'],
    ['a hexadecimal address', 'https://0x7f.0.0.1/', 'spelling'],
    ['one hexadecimal number', 'https://0x7f000001/', 'spelling'],
    ['a short address', 'https://127.1/', 'spelling'],
    ['zero', 'https://0/', 'spelling'],
    ['leading zeros', 'https://127.000.000.001/', 'spelling'],
    ['an address with a dot behind it', 'https://127.0.0.1./', 'spelling'],
    ['a name with a dot behind it', 'https://public.example.com./', 'spelling'],
    ['digits of full width', 'https://１２７.0.0.1/', 'spelling'],
    ['letters in circles', 'https://ⓛocalhost/', 'spelling'],
    ['percent-encoded digits', 'https://%31%32%37.0.0.1/', 'spelling'],
    ['a percent-encoded name', 'https://public.example%2ecom/', 'spelling'],
    ['a soft hyphen', 'https://local\u00adhost/', 'spelling'],
    ['IPv6 loopback', 'https://[::1]/', 'address'],
    ['IPv6 loopback, in full', 'https://[0:0:0:0:0:0:0:1]/', 'address'],
    ['no IPv6 address', 'https://[::]/', 'address'],
    ['IPv4 mapped to IPv6', 'https://[::ffff:127.0.0.1]/', 'address'],
    ['IPv4 mapped, in hexadecimal', 'https://[::ffff:7f00:1]/', 'address'],
    ['metadata mapped to IPv6', 'https://[::ffff:a9fe:a9fe]/', 'address'],
    ['IPv4 in the compatible form', 'https://[::127.0.0.1]/', 'address'],
    ['loopback behind a translator', 'https://[64:ff9b::127.0.0.1]/', 'address'],
    ['metadata behind a translator', 'https://[64:ff9b::a9fe:a9fe]/', 'address'],
    ['a private translator', 'https://[64:ff9b:1::1]/', 'address'],
    ['6to4', 'https://[2002:7f00:1::]/', 'address'],
    ['Teredo', 'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/', 'address'],
    ['IPv6 documentation', 'https://[2001:db8::1]/', 'address'],
    ['IPv6 private', 'https://[fd12:3456::1]/', 'address'],
    ['IPv6 link-local', 'https://[fe80::1]/', 'address'],
    ['IPv6 site-local', 'https://[fec0::1]/', 'address'],
    ['IPv6 multicast', 'https://[ff02::1]/', 'address'],
    ['IPv6 that nobody was given', 'https://[4000::1]/', 'address'],
    ['IPv6 with a zone', 'https://[fe80::1%25eth0]/', 'spelling'],
    ['a name that leads to loopback', 'https://to-loopback.example.com/', 'address'],
    ['a name that leads to a private network', 'https://to-private.example.com/', 'address'],
    ['a name that leads to metadata', 'https://to-metadata.example.com/', 'address'],
    ['a name with one private address among public ones', 'https://half-private.example.com/', 'address'],
    ['a name with a private IPv6 address', 'https://six-private.example.com/', 'address'],
    ['a name that leads to a mapped address', 'https://six-mapped.example.com/', 'address'],
    ['a name that leads to an address with a zone', 'https://six-zone.example.com/', 'address'],
    ['a name that leads to a private address behind a translator', 'https://nat64-private.example.com/', 'address'],
    ['localhost', 'https://localhost/', 'name'],
    ['a name below localhost', 'https://x.localhost/', 'name'],
    ['a name of one word, which the search list completes', 'https://router/', 'name'],
    ['a name of a network of its own', 'https://intranet.corp/', 'name'],
    ['a name that is too long', `https://${'a.'.repeat(130)}com/`, 'name'],
    ['plain HTTP', 'http://public.example.com/', 'scheme'],
    ['a file', 'file:///etc/passwd', 'scheme'],
    ['gopher', 'gopher://127.0.0.1:6379/_INFO', 'scheme'],
    ['a WebSocket', 'wss://public.example.com/', 'scheme'],
    ['data', 'data:text/plain,x', 'spelling'],
    ['no scheme', '//public.example.com/', 'spelling'],
    ['one slash', 'https:/127.0.0.1/', 'spelling'],
    ['no slash', 'https:127.0.0.1', 'spelling'],
    ['three slashes', 'https:///public.example.com/', 'spelling'],
    ['a user before the host', 'https://public.example.com@127.0.0.1/', 'user-info'],
    ['a user and a password', 'https://a:b@public.example.com/', 'user-info'],
    ['an empty user', 'https://@public.example.com/', 'user-info'],
    ['a backslash that some take for a slash', 'https://public.example.com\\@127.0.0.1/', 'spelling'],
    ['a backslash for the slashes', 'https:\\\\127.0.0.1\\', 'spelling'],
    ['a tab inside', 'https://127.0\t.0.1/', 'spelling'],
    ['a line break', 'https://public.example.com/\r\nHost: x', 'spelling'],
    ['a NUL', 'https://public.example.com\u0000.evil.example/', 'spelling'],
    ['a space before', ' https://public.example.com/', 'spelling'],
    ['a port of another service', 'https://public.example.com:6379/', 'port'],
    ['port 0', 'https://public.example.com:0/', 'port'],
    ['a port that is none', 'https://public.example.com:70000/', 'spelling'],
    ['what is too long', `https://public.example.com/${'x'.repeat(9_000)}`, 'spelling'],
    ['nothing', '', 'spelling'],
  ])('may not be %s', async (_name, url, reason) => {
    expect(await reasonOf(url)).toBe(reason);
  });

  it('is not even looked up when its name, scheme or port is refused', async () => {
    asked.length = 0;
    for (const url of ['https://localhost/', 'https://public.example.com:22/', 'http://public.example.com/', 'https://metadata.google.internal/'])
      await reasonOf(url);
    expect(asked).toEqual([]);
  });

  it('never leads to a special address, however IPv4 is written in IPv6', () => {
    const special = fc.constantFrom('127.0.0.1', '10.9.8.7', '192.168.4.3', '169.254.169.254', '100.64.9.9', '0.0.0.0', '224.1.1.1');
    const wrap = fc.constantFrom('', '::ffff:', '::', '64:ff9b::', '64:ff9b:1::', '2002:');
    fc.assert(
      fc.property(special, wrap, (ipv4, prefix) => {
        const [a, b, c, d] = ipv4.split('.').map(Number) as [number, number, number, number];
        const pair = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        const text = prefix === '' ? ipv4 : prefix === '2002:' ? `2002:${pair}::1` : `${prefix}${pair}`;
        return reachOf(canonicalAddress(text)!).kind !== 'public';
      }),
    );
  });

  it('has one canonical form, which is stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const once = canonicalAddress(text)!;
        return canonicalAddress(once) === once;
      }),
    );
  });
});

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

describe('what an operator opens', () => {
  it.each<[name: string, entry: string, url: string, reason: string]>([
    ['a host', 'to-private.example.com', 'https://to-private.example.com/', 'allowed'],
    ['a host on its port', 'to-private.example.com:8088', 'https://to-private.example.com:8088/', 'allowed'],
    ['a host, but on no other port', 'to-private.example.com:8088', 'https://to-private.example.com/', 'address'],
    ['a host, but not without TLS', 'to-private.example.com', 'http://to-private.example.com/', 'scheme'],
    ['a host without TLS', 'http://to-private.example.com', 'http://to-private.example.com/', 'allowed'],
    ['what is below a name', '*.example.com', 'https://to-private.example.com/', 'allowed'],
    ['what is below a name, not what ends alike', '*.example.com', 'https://toexample.com.corp/', 'name'],
    ['a name of one word', 'router', 'https://router/', 'allowed'],
    ['a network, for a name that leads into it', '10.0.0.0/8', 'https://to-private.example.com/', 'allowed'],
    ['a network, for an address in it', '127.0.0.0/8:8443', 'https://127.0.0.1:8443/', 'allowed'],
    ['a network, for a mapped address in it', '10.0.0.0/8', 'https://six-mapped.example.com/', 'allowed'],
    ['a network, not what is beside it', '10.2.0.0/16', 'https://to-private.example.com/', 'address'],
    ['a network of IPv6', '[fd12::]/16', 'https://[fd12::5]/', 'allowed'],
    ['one address of IPv6', '[::1]:9443', 'https://[::1]:9443/', 'allowed'],
    ['a network, but no other port of a public host', '10.0.0.0/8:22', 'https://public.example.com:22/', 'port'],
    ['metadata by address: never', '169.254.169.254', 'https://169.254.169.254/', 'address'],
    ['metadata by network: never', '169.254.0.0/16', 'https://169.254.169.254/', 'address'],
    ['metadata by host: never', 'to-metadata.example.com', 'https://to-metadata.example.com/', 'address'],
    ['metadata by all there is: never', '0.0.0.0/0', 'https://to-metadata.example.com/', 'address'],
    ['metadata by its name: never', 'metadata.google.internal', 'https://metadata.google.internal/', 'address'],
    ['spelling stays refused', '127.0.0.0/8', 'https://127.1/', 'spelling'],
  ])('%s', async (_name, entry, url, reason) => {
    const operator = openOutbound(config.parse({ allow: [entry] }), { resolve });
    expect(await reasonOf(url, [], operator)).toBe(reason);
    operator.close();
  });

  it.each<[name: string, entry: string, url: string, reason: string]>([
    ['may open a private host', 'to-private.example.com', 'https://to-private.example.com/', 'allowed'],
    ['may open a port of a public host', 'public.example.com:8088', 'https://public.example.com:8088/', 'allowed'],
    ['may open a network of IPv6, without brackets', 'fd12::/16', 'https://[fd12::5]/', 'allowed'],
    ['may not open this machine, where our own servers listen', '127.0.0.0/8', 'https://127.0.0.1/', 'address'],
    ['may not open this machine by a name of its own', 'to-loopback.example.com', 'https://to-loopback.example.com/', 'address'],
    ['may not open this machine by all there is', '0.0.0.0/0', 'https://to-loopback.example.com/', 'address'],
    ['may not open this machine over IPv6', '::/0', 'https://[::1]/', 'address'],
    ['may not open what is link-local', '169.254.0.0/16', 'https://169.254.7.7/', 'address'],
  ])('an organization that is let %s', async (_name, entry, url, reason) => {
    const trusting = openOutbound(config.parse({ organizationNetworks: PRIVATE }), { resolve });
    expect(await reasonOf(url, [entry], trusting)).toBe(reason);
    trusting.close();
  });

  it('an organization opens nothing inside unless the operator wants it so, and is told who could', async () => {
    const shared = openOutbound(config.parse({}), { resolve });
    const tried = shared.check('https://to-private.example.com/', allowListOf(['to-private.example.com', '0.0.0.0/0'], 'outboundHosts'));
    await expect(tried).rejects.toMatchObject({ details: { reason: 'address' }, message: expect.stringContaining('whoever runs it does, by outbound.allow') });
    expect(await reasonOf('https://public.example.com:8088/', ['public.example.com:8088'], shared)).toBe('allowed');
    shared.close();
  });

  it.each(['', 'a b', 'https://x/path', 'x:99999', 'x:0', '10.0.0.0/33', '127.1', '0x7f.1', 'ftp://x', '*', 'a..b', '[::1', 'user@x'])(
    '%j cannot be read, which is said',
    (entry) => {
      expect(() => allowListOf([entry, 'fine.example.com'], 'outbound.allow')).toThrow(
        expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(`outbound.allow: ${JSON.stringify(entry)} cannot`) }),
      );
      expect(config.safeParse({ allow: [entry] }).success).toBe(false);
    },
  );
});
