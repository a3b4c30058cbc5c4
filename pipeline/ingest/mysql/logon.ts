// Who connects, from the wording of connections.
import type { Draft } from '../kit.ts';
import { canonicalIp, setField } from '../kit.ts';

const DENIED = /Access denied for user '([^']{0,80})'@'([^']{1,255})'/;
const CONNECTED = /^(\S{1,80})@(\S{1,255}) (?:as |on )/;

/** `name` of `name[name]`. */
export function account(event: Draft, written: string): void {
  const name = /^([^[\s]{1,80})/.exec(written)?.[1];
  setField(event, 'user.name', name);
}

/** @param isConnect Whether the text is the argument of a Connect. */
export function setLogon(event: Draft, text: string, isConnect = false): void {
  const short = text.length > 1024 ? text.slice(0, 1024) : text;
  const denied = DENIED.exec(short);
  const found = denied ?? (isConnect ? CONNECTED.exec(short) : null);
  if (found === null) return;
  event.category = ['database', 'authentication'];
  event.type = ['access', 'start'];
  event.outcome = denied === null ? 'success' : 'failure';
  setField(event, 'user.name', found[1]);
  const ip = canonicalIp(found[2]);
  setField(event, ip === null ? 'source.domain' : 'source.ip', ip ?? found[2]);
}
