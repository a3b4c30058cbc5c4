// Information elements: https://www.iana.org/assignments/ipfix. NetFlow v9 has the same numbers up to 127.

/** How a value's bytes are read. Whole numbers may be shortened by the exporter; `bytes` are shown as hex. */
export type ElementType =
  'unsigned' | 'signed' | 'float' | 'boolean' | 'ip' | 'mac' | 'text' | 'bytes' | 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds';
export interface Element {
  readonly name: string;
  readonly type: ElementType;
}

const TABLE = `
1 octetDeltaCount|2 packetDeltaCount|3 deltaFlowCount|4 protocolIdentifier|5 ipClassOfService|6 tcpControlBits|7 sourceTransportPort
8 sourceIPv4Address ip|9 sourceIPv4PrefixLength|10 ingressInterface|11 destinationTransportPort|12 destinationIPv4Address ip|13 destinationIPv4PrefixLength
14 egressInterface|15 ipNextHopIPv4Address ip|16 bgpSourceAsNumber|17 bgpDestinationAsNumber|18 bgpNextHopIPv4Address ip|19 postMCastPacketDeltaCount
20 postMCastOctetDeltaCount|21 flowEndSysUpTime|22 flowStartSysUpTime|23 postOctetDeltaCount|24 postPacketDeltaCount|25 minimumIpTotalLength
26 maximumIpTotalLength|27 sourceIPv6Address ip|28 destinationIPv6Address ip|29 sourceIPv6PrefixLength|30 destinationIPv6PrefixLength|31 flowLabelIPv6
32 icmpTypeCodeIPv4|33 igmpType|34 samplingInterval|35 samplingAlgorithm|36 flowActiveTimeout|37 flowIdleTimeout|38 engineType|39 engineId
40 exportedOctetTotalCount|41 exportedMessageTotalCount|42 exportedFlowRecordTotalCount|44 sourceIPv4Prefix ip|45 destinationIPv4Prefix ip
46 mplsTopLabelType|47 mplsTopLabelIPv4Address ip|48 samplerId|49 samplerMode|50 samplerRandomInterval|51 classId|52 minimumTTL|53 maximumTTL
54 fragmentIdentification|55 postIpClassOfService|56 sourceMacAddress mac|57 postDestinationMacAddress mac|58 vlanId|59 postVlanId|60 ipVersion
61 flowDirection|62 ipNextHopIPv6Address ip|63 bgpNextHopIPv6Address ip|64 ipv6ExtensionHeaders|80 destinationMacAddress mac|81 postSourceMacAddress mac
82 interfaceName text|83 interfaceDescription text|84 samplerName text|85 octetTotalCount|86 packetTotalCount|88 fragmentOffset|89 forwardingStatus
90 mplsVpnRouteDistinguisher bytes|94 applicationDescription text|95 applicationId bytes|96 applicationName text|98 postIpDiffServCodePoint
128 bgpNextAdjacentAsNumber|129 bgpPrevAdjacentAsNumber|130 exporterIPv4Address ip|131 exporterIPv6Address ip|132 droppedOctetDeltaCount
133 droppedPacketDeltaCount|136 flowEndReason|137 commonPropertiesId|138 observationPointId|139 icmpTypeCodeIPv6|141 lineCardId|142 portId
143 meteringProcessId|144 exportingProcessId|145 templateId|147 wlanSSID text|148 flowId|149 observationDomainId|150 flowStartSeconds seconds
151 flowEndSeconds seconds|152 flowStartMilliseconds milliseconds|153 flowEndMilliseconds milliseconds|154 flowStartMicroseconds microseconds
155 flowEndMicroseconds microseconds|156 flowStartNanoseconds nanoseconds|157 flowEndNanoseconds nanoseconds|158 flowStartDeltaMicroseconds
159 flowEndDeltaMicroseconds|160 systemInitTimeMilliseconds milliseconds|161 flowDurationMilliseconds|162 flowDurationMicroseconds
176 icmpTypeIPv4|177 icmpCodeIPv4|178 icmpTypeIPv6|179 icmpCodeIPv6|180 udpSourcePort|181 udpDestinationPort|182 tcpSourcePort|183 tcpDestinationPort
184 tcpSequenceNumber|185 tcpAcknowledgementNumber|186 tcpWindowSize|189 ipHeaderLength|192 ipTTL|193 nextHeaderIPv6|195 ipDiffServCodePoint
208 ipv4Options|210 paddingOctets bytes|218 tcpSynTotalCount|219 tcpFinTotalCount|220 tcpRstTotalCount|224 ipTotalLength|225 postNATSourceIPv4Address ip
226 postNATDestinationIPv4Address ip|227 postNAPTSourceTransportPort|228 postNAPTDestinationTransportPort|229 natOriginatingAddressRealm|230 natEvent
231 initiatorOctets|232 responderOctets|233 firewallEvent|234 ingressVRFID|235 egressVRFID|236 VRFname text|239 biflowDirection|243 dot1qVlanId
252 ingressPhysicalInterface|253 egressPhysicalInterface|256 ethernetType|258 collectionTimeMilliseconds milliseconds|276 dataRecordsReliability boolean
277 observationPointType|278 newConnectionDeltaCount|281 postNATSourceIPv6Address ip|282 postNATDestinationIPv6Address ip|283 natPoolId
284 natPoolName text|298 initiatorPackets|299 responderPackets|300 observationDomainName text|302 selectorId|304 selectorAlgorithm|305 samplingPacketInterval
306 samplingPacketSpace|322 observationTimeSeconds seconds|323 observationTimeMilliseconds milliseconds|324 observationTimeMicroseconds microseconds
325 observationTimeNanoseconds nanoseconds|346 privateEnterpriseNumber|361 portRangeStart|362 portRangeEnd|371 userName text|458 ingressInterfaceType
459 httpRequestMethod text|460 httpRequestHost text|461 httpRequestTarget text|462 httpMessageVersion text|468 httpUserAgent text|469 httpContentType text
457 httpStatusCode|487 threeGPPUserLocationInfo bytes`;

const IANA: ReadonlyMap<number, Element> = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((entry): [number, Element] => {
      const [id, name, type = 'unsigned'] = entry.trim().split(' ');
      return [Number(id), { name: name!, type: type as ElementType }];
    }),
);
/** RFC 5103: the elements of IANA, of the way back. */
const REVERSE = 29_305;

/** What a field of a template means; one that is not known keeps its numbers as its name. @param enterprise 0 for IANA. */
export function elementOf(id: number, enterprise: number): Element {
  const known = enterprise === 0 || enterprise === REVERSE ? IANA.get(id) : undefined;
  if (known === undefined) return { name: enterprise === 0 ? `element${id}` : `enterprise${enterprise}.element${id}`, type: 'bytes' };
  return enterprise === 0 ? known : { name: `reverse${known.name[0]!.toUpperCase()}${known.name.slice(1)}`, type: known.type };
}
