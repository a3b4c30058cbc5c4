// Keys of the CEF standard (revision 27) with the names that they stand for. Keys that are written out already stand for themselves.
const KEYS = `
act deviceAction
app applicationProtocol
art agentReceiptTime
at agentType
atz agentTimeZone
aid agentId
agt agentAddress
ahost agentHostName
amac agentMacAddress
av agentVersion
catdt categoryDeviceType
c6a1 deviceCustomIPv6Address1
c6a2 deviceCustomIPv6Address2
c6a3 deviceCustomIPv6Address3
c6a4 deviceCustomIPv6Address4
cat deviceEventCategory
cfp1 deviceCustomFloatingPoint1
cn1 deviceCustomNumber1
cnt baseEventCount
cs1 deviceCustomString1
dhost destinationHostName
dlat destinationGeoLatitude
dlong destinationGeoLongitude
dmac destinationMacAddress
dntdom destinationNtDomain
dpid destinationProcessId
dpriv destinationUserPrivileges
dproc destinationProcessName
dpt destinationPort
dst destinationAddress
dtz deviceTimeZone
duid destinationUserId
duser destinationUserName
dvc deviceAddress
dvchost deviceHostName
dvcmac deviceMacAddress
dvcpid deviceProcessId
end endTime
fname fileName
fsize fileSize
in bytesIn
msg message
out bytesOut
outcome eventOutcome
proto transportProtocol
request requestUrl
rt deviceReceiptTime
shost sourceHostName
slat sourceGeoLatitude
slong sourceGeoLongitude
smac sourceMacAddress
sntdom sourceNtDomain
spid sourceProcessId
spriv sourceUserPrivileges
sproc sourceProcessName
spt sourcePort
src sourceAddress
start startTime
suid sourceUserId
suser sourceUserName
type type
`;
const NAMES: ReadonlyMap<string, string> = new Map(
  KEYS.trim()
    .split('\n')
    .map((row) => row.split(' ') as [string, string]),
);
/** Families whose members are numbered beyond what the standard lists. */
const NUMBERED: ReadonlyMap<string, string> = new Map([
  ['c6a', 'deviceCustomIPv6Address'],
  ['cfp', 'deviceCustomFloatingPoint'],
  ['cn', 'deviceCustomNumber'],
  ['cs', 'deviceCustomString'],
]);

/** The long name of a key, also of `<key>Label`; a key of the vendor's own is its name. */
export function longName(key: string): string {
  const known = NAMES.get(key);
  if (known !== undefined) return known;
  if (key.endsWith('Label') && key.length > 5) return `${longName(key.slice(0, -5))}Label`;
  let end = key.length;
  while (end > 0 && key.charCodeAt(end - 1) >= 48 && key.charCodeAt(end - 1) <= 57) end--;
  const family = end < key.length && key.length - end <= 3 ? NUMBERED.get(key.slice(0, end)) : undefined;
  return family === undefined ? key : family + key.slice(end);
}
