// How likely is a literal in an event? A guess, used to choose between literals: a wrong one costs time, never a match.

/** What stands in many events anyway, with the share of values of its usual field that hold it. */
const COMMON: readonly (readonly [text: string, share: number])[] = [
  ['c:\\windows\\system32\\', 0.4],
  ['c:\\program files\\', 0.1],
  ['c:\\program files (x86)\\', 0.05],
  ['c:\\users\\', 0.15],
  ['\\appdata\\local\\', 0.08],
  ['\\appdata\\roaming\\', 0.05],
  ['\\temp\\', 0.05],
  ['c:\\programdata\\', 0.05],
  ['\\syswow64\\', 0.05],
  ['.exe', 0.6],
  ['.dll', 0.3],
  ['.sys', 0.03],
  ['.ps1', 0.03],
  ['.bat', 0.02],
  ['.cmd', 0.02],
  ['svchost.exe', 0.1],
  ['cmd.exe', 0.08],
  ['powershell.exe', 0.08],
  ['powershell', 0.1],
  ['explorer.exe', 0.06],
  ['conhost.exe', 0.05],
  ['lsass.exe', 0.05],
  ['services.exe', 0.05],
  ['rundll32.exe', 0.03],
  ['rundll32', 0.03],
  ['microsoft-windows-sysmon/operational', 0.5],
  ['microsoft-windows-security-auditing', 0.3],
  ['microsoft windows operating system', 0.2],
  ['winbuild.160101.0800', 0.2],
  ['audit success', 0.2],
  ['information', 0.2],
  ['workstation', 0.2],
  ['process', 0.2],
  ['create', 0.1],
  ['event', 0.1],
  ['audit', 0.1],
  ['security', 0.3],
  ['network', 0.1],
  ['build', 0.1],
  ['hash', 0.1],
  ['sha256=', 0.1],
  ['imphash=', 0.1],
  ['pipe', 0.05],
  ['connection', 0.05],
  ['access', 0.1],
  ['read', 0.1],
  ['write', 0.1],
  ['download', 0.02],
  ['kernel', 0.1],
  ['ntdll.dll', 0.1],
  ['device', 0.1],
  ['harddiskvolume', 0.1],
  ['execut', 0.1],
  ['task', 0.05],
  ['agent', 0.1],
  ['name', 0.1],
  ['command', 0.1],
  ['terminal', 0.03],
  ['desktop', 0.05],
  ['object', 0.1],
  ['account', 0.1],
  ['request', 0.1],
  ['mozilla/5.0', 0.1],
  ['assumed-role', 0.2],
  ['arn:aws:', 0.5],
  ['0x', 0.2],
  ['{00000000-0000-0000-0000-000000000000}', 0.1],
  ['version', 0.1],
  ['controlset001', 0.1],
  ['system: ', 0.05],
  ['root', 0.1],
  ['session', 0.1],
  ['microsoft', 0.3],
  ['windows', 0.5],
  ['corporation', 0.2],
  ['hklm\\', 0.3],
  ['hkcu\\', 0.1],
  ['hku\\', 0.2],
  ['\\software\\', 0.3],
  ['\\system\\currentcontrolset\\', 0.2],
  ['\\services\\', 0.15],
  ['\\currentversion\\', 0.2],
  ['nt authority', 0.5],
  ['system', 0.5],
  ['authority', 0.5],
  ['administrator', 0.1],
  ['true', 0.3],
  ['false', 0.3],
  ['http://', 0.1],
  ['https://', 0.2],
  ['http', 0.25],
  ['.com', 0.3],
  ['www.', 0.1],
  ['amazonaws.com', 0.6],
  ['get', 0.4],
  ['post', 0.3],
  ['user', 0.3],
  ['users', 0.2],
  ['local', 0.2],
  ['service', 0.2],
  ['failed', 0.1],
  ['error', 0.1],
  ['password', 0.05],
  ['/bin/', 0.2],
  ['/usr/', 0.2],
  ['/tmp/', 0.05],
  ['/etc/', 0.1],
  ['invoke-', 0.03],
  ['new-object', 0.03],
];
/** All parts of at most four characters of what is common. */
const COMMON_PARTS: ReadonlySet<string> = new Set(
  COMMON.flatMap(([text]) => Array.from({ length: text.length }, (_, start) => [0, 1, 2, 3, 4].map((length) => text.slice(start, start + length))).flat()),
);
/** Bits of surprise in one character, roughly, in the middle of a text. */
const bitsOf = (code: number): number =>
  code >= 0x61 && code <= 0x7a ? (RARE_LETTERS.has(code) ? 4.5 : 2.6) : code >= 0x30 && code <= 0x39 ? 3 : FREQUENT_SIGNS.has(code) ? 2 : 4.5;
const RARE_LETTERS = new Set(Array.from('jqxzkvbw', (char) => char.charCodeAt(0)));
const FREQUENT_SIGNS = new Set(Array.from(' .\\-/_:', (char) => char.charCodeAt(0)));
const PLACES = 64; // where an unanchored literal may begin

/** Estimated share of events with the field whose value holds the folded text, 0 to 1. Anchored at one end it is rarer. */
export function estimateShare(text: string, isAnchored: boolean): number {
  if (text === '') return isAnchored ? 1 : 0.02;
  let best = Math.min(1, PLACES * 2 ** -surprise(text)) * (isAnchored ? 0.5 : 1);
  for (const [common, share] of COMMON) {
    if (common.includes(text)) best = Math.max(best, share * (isAnchored ? 0.7 : 1));
    // The common part comes at a discount: only what is beside it surprises.
    else if (text.includes(common)) best = Math.max(best, share * 2 ** (surprise(common) - surprise(text)));
  }
  return Math.max(best, 1e-6);
}

/** How much four codes of the index say, in bits: 0x01 stands for the start of a text, 0x02 for its end. */
export function rarityOf(window: readonly [number, number, number, number]): number {
  const text = String.fromCharCode(...window.filter((code) => code >= 0x20));
  const bits = window.reduce((sum, code) => sum + (code >= 0x20 ? bitsOf(code) : code === 0x02 ? 3 : code === 0x01 ? 1 : 5), 0);
  return COMMON_PARTS.has(text) ? bits - 6 : bits;
}

function surprise(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i += 1) bits += bitsOf(text.charCodeAt(i));
  return bits;
}
