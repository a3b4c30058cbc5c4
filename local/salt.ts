// Gives the ids that sensors made themselves other values, so that a recording that plays again is not taken for a repetition. Within one
// salt equal ids stay equal: what joins the records of one process or one connection still does.
import { createHash } from 'node:crypto';

/** Sysmon and the event log, Suricata, Zeek, CloudTrail. */
const NUMBERS = /("(?:EventRecordID|RecordNumber|RecordID|flow_id)":\s*"?)(\d+)/g;
const PROCESS_GUIDS = /"\w*ProcessGu?id":\s*"(\{[0-9a-f-]{36}\})"/gi;
const CLOUDTRAIL_IDS = /("(?:eventID|requestID|sharedEventID)":\s*")([0-9A-Za-z-]{16,36})"/g;
const ZEEK_ID =
  /"(?:uid|fuid|id|parent_fuid|(?:conn_)?uids|fuids|(?:client_)?cert_chain_fuids|(?:orig|resp)_fuids|tunnel_parents)":\s*(?:"[CF][0-9A-Za-z]{11,17}"|\[[^\]]*\])/g;
const ZEEK_TOKEN = /(?<![0-9A-Za-z])([CF])([0-9A-Za-z]{11,17})(?![0-9A-Za-z])/g;

export interface Salter {
  readonly salt: (record: string) => string;
}

/** `salt` is any text; other text, other ids. One per file, for Zeek's tab-separated header. */
export function openSalter(salt: string): Salter {
  const shift = Number.parseInt(hash(salt, '').slice(0, 10), 16); // below 2^40, so that a sum stays an exact number
  let idColumns: readonly number[] = [];
  return {
    salt(record) {
      if (record.startsWith('#')) {
        if (record.startsWith('#fields\t'))
          idColumns = record
            .split('\t')
            .slice(1)
            .flatMap((name, index) => (/^(uid|fuid|conn_uids|uids|fuids|parent_fuid|tunnel_parents)$|_fuids$/.test(name) ? [index] : []));
        return record;
      }
      if (idColumns.length > 0 && !record.startsWith('{')) {
        const columns = record.split('\t');
        for (const index of idColumns) columns[index] = saltZeek(columns[index] ?? '', salt);
        return columns.join('\t');
      }
      let text = record
        .replace(NUMBERS, (_, name: string, digits: string) => name + addTo(digits, shift))
        .replace(CLOUDTRAIL_IDS, (_, name: string, id: string) => `${name}${likeId(id, salt)}"`)
        .replace(ZEEK_ID, (found) => saltZeek(found, salt));
      for (const guid of new Set([...record.matchAll(PROCESS_GUIDS)].map((match) => match[1] ?? ''))) text = replaceGuid(text, guid, salt);
      return text;
    },
  };
}

const hash = (salt: string, text: string) => createHash('sha256').update(`${salt}\0${text}`).digest('hex');

/** Ids may have 64 bits. */
const addTo = (digits: string, shift: number): string => String(BigInt(digits) + BigInt(shift));

const saltZeek = (text: string, salt: string) => text.replace(ZEEK_TOKEN, (_, kind: string, rest: string) => kind + hash(salt, rest).slice(0, rest.length));

/** A UUID stays one; an upper-case request id keeps its length and case. */
function likeId(id: string, salt: string): string {
  const digits = hash(salt, id);
  if (!/^[0-9a-f]{8}-/.test(id)) return digits.slice(0, id.length).toUpperCase();
  return [8, 4, 4, 4, 12].map((length, index) => digits.slice(index * 12, index * 12 + length)).join('-');
}

/** Everywhere in the record, the rendered message included; the case of the letters may differ there. */
function replaceGuid(text: string, guid: string, salt: string): string {
  const fresh = `{${likeId(guid.slice(1, -1).toLowerCase(), salt)}}`;
  return text.replaceAll(new RegExp(guid.replaceAll(/[{}]/g, String.raw`\$&`), 'gi'), fresh);
}
