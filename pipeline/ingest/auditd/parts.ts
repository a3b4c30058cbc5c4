// Which lines are one event, and which is its last. The kernel writes all records of a call under one time and serial number, but other
// processors may write theirs between: https://github.com/linux-audit/audit-documentation/wiki/SPEC-Writing-Good-Events
import type { Part } from '../kit.ts';
import { readHead } from './line.ts';

/** Says that an event is over, and nothing else. */
export const END = 'EOE';
/** The last that the kernel writes of a call, but for END, which auditd keeps out of its file (audit_log_exit, kernel/auditsc.c). */
const LAST = new Set([END, 'PROCTITLE']);
/** Sent by programs, each an event by itself: 1005, 1100 to 1299, 2000 and 2100 to 2999 of linux/audit.h and libaudit.h. */
const ALONE =
  /^(?:USER|USER_.*|USYS_CONFIG|CRED_.*|DAEMON_.*|(?:ADD|DEL)_(?:USER|GROUP)|GRP_.*|CHGRP_ID|CHUSER_ID|ACCT_(?:UN)?LOCK|DAC_CHECK|MAC_CHECK|SERVICE_.*|SYSTEM_(?:BOOT|SHUTDOWN|RUNLEVEL)|SOFTWARE_UPDATE|TEST|TRUSTED_APP|KERNEL|RESP_.*|ROLE_.*|LABEL_.*|DEV_(?:DE)?ALLOC|FS_RELABEL|CRYPTO_.*|VIRT_.*|ANOM_(?!PROMISCUOUS$|ABEND$|LINK$|CREAT$).*)$/;
/** Of the log's own time: an event whose lines have not all been written by then is written by no working kernel. */
const OVER_MILLIS = 2000;

/** Name of an event; in code-unit order of time and serial number within a node. */
const eventName = (node: string, millis: number, serial: string): string => `${timeName(node, millis)}:${serial.padStart(20, '0')}`;
const timeName = (node: string, millis: number): string => `${node} ${String(millis).padStart(15, '0')}`;

/**
 * @param text Lines of the log. Those that are none are parts by themselves.
 * @param sender Whose log it is where its lines do not say: one relay may bring those of many hosts, whose clocks differ.
 */
export function linesOf(text: string, sender: string | null): readonly Part[] {
  const parts: Part[] = [];
  for (const written of text.split('\n')) {
    if (written.trim() === '') continue;
    const head = readHead(written);
    if (head === undefined || ALONE.test(head.type)) {
      parts.push({ text: written });
      continue;
    }
    const { type, serial } = head;
    const node = (head.node ?? sender ?? '').replaceAll(' ', '_');
    const millis = Number(head.time.replace('.', ''));
    parts.push({
      text: type === END ? '' : written,
      event: eventName(node, millis, serial),
      isLast: LAST.has(type),
      completes: [`${node} `, timeName(node, Math.max(0, millis - OVER_MILLIS))],
    });
  }
  return parts;
}
