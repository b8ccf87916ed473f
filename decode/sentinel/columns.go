package sentinel

import "strings"

// table is the columns of CommonSecurityLog and the keys of CEF that they are, in
// the order of the documentation.
const table = `DeviceAction act|ApplicationProtocol app|DeviceEventCategory cat|EventCount cnt
DestinationDnsDomain destinationDnsDomain|DestinationServiceName destinationServiceName|DestinationTranslatedAddress destinationTranslatedAddress|DestinationTranslatedPort destinationTranslatedPort
CommunicationDirection deviceDirection|DeviceDnsDomain deviceDnsDomain|DeviceExternalID,DeviceExternalId deviceExternalId|DeviceFacility deviceFacility|DeviceInboundInterface deviceInboundInterface
DeviceNtDomain deviceNtDomain|DeviceOutboundInterface deviceOutboundInterface|DevicePayloadId devicePayloadId|ProcessName deviceProcessName|DeviceTranslatedAddress deviceTranslatedAddress
DestinationHostName dhost|DestinationMACAddress dmac|DestinationNTDomain dntdom|DestinationProcessId dpid|DestinationUserPrivileges dpriv|DestinationProcessName dproc|DestinationPort dpt|DestinationIP dst
DeviceTimeZone dtz|DestinationUserId,DestinationUserID duid|DestinationUserName duser|DeviceMacAddress dvcmac|ProcessID dvcpid|EndTime end|ExternalID,ExtID externalId|FileName fname|FilePath filePath|FileHash fileHash|FileSize fsize
ReceivedBytes in|EventOutcome outcome|SentBytes out|Protocol proto|Reason reason|RequestURL request|RequestClientApplication requestClientApplication|RequestContext requestContext|RequestCookies requestCookies|RequestMethod requestMethod
ReceiptTime rt|SourceHostName shost|SourceMACAddress smac|SourceNTDomain sntdom|SourceDnsDomain sourceDnsDomain|SourceServiceName sourceServiceName|SourceTranslatedAddress sourceTranslatedAddress|SourceTranslatedPort sourceTranslatedPort
SourceProcessId spid|SourceUserPrivileges spriv|SourceProcessName sproc|SourcePort spt|SourceIP src|StartTime start|SourceUserID,SourceUserId suid|SourceUserName suser|EventType type
DeviceCustomString1 cs1|DeviceCustomString1Label cs1Label|DeviceCustomString2 cs2|DeviceCustomString2Label cs2Label|DeviceCustomString3 cs3|DeviceCustomString3Label cs3Label
DeviceCustomString4 cs4|DeviceCustomString4Label cs4Label|DeviceCustomString5 cs5|DeviceCustomString5Label cs5Label|DeviceCustomString6 cs6|DeviceCustomString6Label cs6Label
DeviceCustomNumber1,FieldDeviceCustomNumber1 cn1|DeviceCustomNumber1Label cn1Label|DeviceCustomNumber2,FieldDeviceCustomNumber2 cn2|DeviceCustomNumber2Label cn2Label|DeviceCustomNumber3,FieldDeviceCustomNumber3 cn3|DeviceCustomNumber3Label cn3Label
DeviceCustomFloatingPoint1 cfp1|deviceCustomFloatingPoint1Label,DeviceCustomFloatingPoint1Label cfp1Label|DeviceCustomFloatingPoint2 cfp2|deviceCustomFloatingPoint2Label,DeviceCustomFloatingPoint2Label cfp2Label
DeviceCustomIPv6Address1 c6a1|DeviceCustomIPv6Address1Label c6a1Label|DeviceCustomIPv6Address2 c6a2|DeviceCustomIPv6Address2Label c6a2Label|DeviceCustomIPv6Address3 c6a3|DeviceCustomIPv6Address3Label c6a3Label
DeviceCustomDate1 deviceCustomDate1|DeviceCustomDate1Label deviceCustomDate1Label|DeviceCustomDate2 deviceCustomDate2|DeviceCustomDate2Label deviceCustomDate2Label
FlexString1 flexString1|FlexString1Label flexString1Label|FlexString2 flexString2|FlexString2Label flexString2Label|FlexNumber1 flexNumber1|FlexNumber2 flexNumber2|FlexDate1 flexDate1
OldFileName oldFileName|OldFilePath oldFilePath|FileType fileType
DeviceAddress dvc|DeviceName dvchost|Message msg`

// rest are the columns of no key, and those of the header.
const rest = `AdditionalExtensions|DeviceVendor|DeviceProduct|DeviceVersion|DeviceEventClassID|Activity|LogSeverity|TimeGenerated|TimeGenerated [UTC]|Computer`

// keys are the keys of CEF by slot, "" for a column that is none; paths are the
// columns by slot.
var keys, paths = func() (keys, paths []string) {
	for c := range strings.SplitSeq(strings.ReplaceAll(table, "\n", "|"), "|") {
		names, key, _ := strings.Cut(c, " ")
		keys, paths = append(keys, key), append(paths, strings.ReplaceAll(names, ",", "|"))
	}
	return keys, append(paths, strings.Split(rest, "|")...)
}()

// Slots behind those of the table.
var (
	extensions    = len(keys)
	vendor        = extensions + 1
	product       = extensions + 2
	version       = extensions + 3
	class         = extensions + 4
	activity      = extensions + 5
	severity      = extensions + 6
	when          = extensions + 7
	whenUTC       = extensions + 8
	computer      = extensions + 9
	deviceAddress = extensions - 3
	deviceName    = extensions - 2
	text          = extensions - 1
)
