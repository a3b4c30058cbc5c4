// What a message tells of: logons, sessions, statements.
import type { Draft } from '../kit.ts';
import { canonicalIp, setField } from '../kit.ts';

const FAILED = /^(?:password|peer|ident|GSSAPI|LDAP|certificate|SCRAM|PAM|RADIUS|Kerberos|trust)\S{0,20} authentication failed for user "([^"]{1,63})"/i;
const REJECTED = /^(?:no pg_hba\.conf entry|pg_hba\.conf rejects connection) for host "([^"]{1,64})", user "([^"]{1,63})"/;
const AUTHORIZED = /^connection authorized: user=(\S{1,63})/;
const RECEIVED = /^connection received: host=(\S{1,255})(?: port=(\d{1,5}))?/;
const ENDED = /^disconnection: .{0,80}?user=(\S{1,63})(?: database=\S{1,63})?(?: host=(\S{1,255}))?(?: port=(\d{1,5}))?/;
const DURATION = /^duration: (\d{1,15}(?:\.\d{1,6})?) ms/;
const STATEMENT = /^(?:duration: [\d.]{1,20} ms {1,2})?(?:statement|execute [^:]{1,64}|parse [^:]{1,64}|bind [^:]{1,64}): /;

export function setMeaning(event: Draft, message: string): void {
  const short = message.length > 512 ? message.slice(0, 512) : message;
  const milliseconds = DURATION.exec(short)?.[1];
  if (milliseconds !== undefined) setField(event, 'event.duration', Math.round(Number(milliseconds) * 1e6));
  if (STATEMENT.test(short)) event.type = ['access'];
  const failed = FAILED.exec(short);
  const rejected = REJECTED.exec(short);
  const authorized = AUTHORIZED.exec(short);
  if (failed !== null) logon(event, 'failure', failed[1]);
  else if (rejected !== null) {
    logon(event, 'failure', rejected[2]);
    address(event, rejected[1]);
  } else if (authorized !== null) logon(event, 'success', authorized[1]);
  else session(event, short);
}

function logon(event: Draft, outcome: string, name: string | undefined): void {
  event.category = ['database', 'authentication'];
  event.type = ['access', 'start'];
  event.action = 'logon';
  event.outcome = outcome;
  setField(event, 'user.name', name);
}

function session(event: Draft, message: string): void {
  const received = RECEIVED.exec(message);
  const ended = ENDED.exec(message);
  if (received === null && ended === null) return;
  event.category = ['database', 'session'];
  event.type = ['info', received === null ? 'end' : 'start'];
  setField(event, 'user.name', ended?.[1]);
  address(event, received?.[1] ?? ended?.[2]);
  setField(event, 'source.port', received?.[2] ?? ended?.[3]);
}
const address = (event: Draft, host: string | undefined): void => {
  const ip = canonicalIp(host);
  if (ip !== null) setField(event, 'source.ip', ip);
  else if (host !== undefined && host !== '[local]') setField(event, 'source.domain', host);
};
