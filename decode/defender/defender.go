// Package defender reads Microsoft's Defenders: the tables of advanced
// hunting as they are streamed or exported, alerts of Defender for Endpoint,
// alerts and incidents of the Graph security API. One JSON record goes in, one
// event comes out. It holds no state.
package defender

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads advanced hunting, alerts and incidents.
var Decoder = format.Decoder()

const (
	table = iota
	stamp
	streamed
	tenant
	action
	device
	user
	userDomain
	userSID
	userUPN
	remoteIP
	remotePort
	remoteName
	localIP
	localPort
	logonType
	failure
	fileName
	folder
	command
	initUser
	initDomain
	initSID
	logonID
	isAdmin
	title
	category
	created
	firstSeen
	alertDevice
	alertUser
	alertDomain
	incidentTime
	incident
	app
	country
	errorCode
	agent
	initFile
	initFolder
	initCommand
	protocol
	registryKey
	serviceName
	ip
	remoteURL
	registryName
	registryType
	registryData
)

const (
	logAny = iota
	logProcess
	logNetwork
	logFile
	logRegistry
	logModule
	logAlert
	logUnixProcess
	logMacProcess
)

var format = jsonlog.Format{
	Name: "defender",
	Doc: "Microsoft Defender: advanced hunting tables (DeviceLogonEvents, DeviceNetworkEvents, DeviceProcessEvents, IdentityLogonEvents, alerts) streamed to storage or event hubs or exported, " +
		"alerts of Defender for Endpoint, alerts and incidents of the Graph security API.",
	Source: "https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables; https://learn.microsoft.com/graph/api/resources/security-alert",
	Logs: []footfall.Log{
		logAny:      {Product: "m365", Services: []string{"defender"}},
		logProcess:  {Product: "windows", Services: []string{"defender"}, Categories: []string{"process_creation"}},
		logNetwork:  {Product: "windows", Services: []string{"defender"}, Categories: []string{"network_connection"}},
		logFile:     {Product: "windows", Services: []string{"defender"}, Categories: []string{"file_event"}},
		logRegistry: {Product: "windows", Services: []string{"defender"}, Categories: []string{"registry_set", "registry_event"}},
		logModule:   {Product: "windows", Services: []string{"defender"}, Categories: []string{"image_load"}},

		logUnixProcess: {Product: "linux", Services: []string{"defender"}, Categories: []string{"process_creation"}},
		logMacProcess:  {Product: "macos", Services: []string{"defender"}, Categories: []string{"process_creation"}},

		logAlert: {Product: "m365", Services: []string{"threat_management", "defender"}},
	},
	By:     `a category "AdvancedHunting-...", or keys such as ActionType with DeviceName, AlertId with ServiceSource, incidentId with alerts`,
	Rate:   rate,
	Inside: []string{"json"},
	Paths: []string{
		table: "category|TableName|Type|SourceTable", stamp: "properties.Timestamp|Timestamp|TimeGenerated", streamed: "time", tenant: "tenantId|TenantId|aadTenantId|Tenant",
		action: "properties.ActionType|ActionType", device: "properties.DeviceName|DeviceName", user: "properties.AccountName|AccountName", userDomain: "properties.AccountDomain|AccountDomain",
		userSID: "properties.AccountSid|AccountSid", userUPN: "properties.AccountUpn|AccountUpn", remoteIP: "properties.RemoteIP|RemoteIP", remotePort: "properties.RemotePort|RemotePort",
		remoteName: "properties.RemoteDeviceName|RemoteDeviceName|properties.DestinationDeviceName|DestinationDeviceName", localIP: "properties.LocalIP|LocalIP|properties.DestinationIPAddress|DestinationIPAddress", localPort: "properties.LocalPort|LocalPort|properties.DestinationPort|DestinationPort",
		logonType: "properties.LogonType|LogonType", failure: "properties.FailureReason|FailureReason", fileName: "properties.FileName|FileName", folder: "properties.FolderPath|FolderPath",
		command:  "properties.ProcessCommandLine|ProcessCommandLine",
		initUser: "properties.InitiatingProcessAccountName|InitiatingProcessAccountName", initDomain: "properties.InitiatingProcessAccountDomain|InitiatingProcessAccountDomain", initSID: "properties.InitiatingProcessAccountSid|InitiatingProcessAccountSid",
		logonID: "properties.LogonId|LogonId", isAdmin: "properties.IsLocalAdmin|IsLocalAdmin", title: "properties.Title|title|alerts.title|displayName|incidentName|Title|AlertName", category: "properties.Category|alerts.category",
		created: "createdDateTime|alertCreationTime|createdTime|alerts.createdDateTime|creationTime", firstSeen: "firstActivityDateTime|firstEventTime|alerts.firstActivityDateTime|firstActivity",
		alertDevice: "computerDnsName|alerts.evidence.deviceDnsName|evidence.deviceDnsName|alerts.devices.deviceDnsName|devices.deviceDnsName|hostStates.fqdn", alertUser: "relatedUser.userName|evidence.userAccount.accountName|alerts.evidence.userAccount.accountName|userStates.userPrincipalName",
		alertDomain: "relatedUser.domainName|evidence.userAccount.domainName|alerts.evidence.userAccount.domainName", incidentTime: "lastUpdateDateTime|lastUpdateTime", incident: "incidentId",
		app: "properties.Application|Application|properties.ApplicationName", country: "properties.Location|properties.CountryCode|CountryCode|Location", errorCode: "properties.ErrorCode|ErrorCode", agent: "properties.UserAgent|UserAgent",
		initFile: "properties.InitiatingProcessFileName|InitiatingProcessFileName", initFolder: "properties.InitiatingProcessFolderPath|InitiatingProcessFolderPath", initCommand: "properties.InitiatingProcessCommandLine|InitiatingProcessCommandLine",
		protocol: "properties.Protocol|Protocol", registryKey: "properties.RegistryKey|RegistryKey", serviceName: "properties.ServiceSource|serviceSource|alerts.serviceSource",
		ip: "properties.IPAddress|IPAddress|evidence.ipAddress|alerts.evidence.ipAddress", remoteURL: "properties.RemoteUrl|RemoteUrl",
		registryName: "properties.RegistryValueName|RegistryValueName", registryType: "properties.RegistryValueType|RegistryValueType", registryData: "properties.RegistryValueData|RegistryValueData",
	},
	Also:  also(),
	Names: []string{"Image", "ParentImage", "User", "SourceIp", "SourcePort", "DestinationIp", "DestinationPort", "Initiated", "TargetFilename", "ImageLoaded", "TargetObject", "Details"},
	Mean:  mean,
}

// also are the names that rules for Sysmon's events use, and the columns by
// their own names when they lie in properties.
func also() map[string][]string {
	m := map[string][]string{}
	for from, to := range map[string]string{
		"ProcessCommandLine": "CommandLine", "InitiatingProcessCommandLine": "ParentCommandLine", "ProcessVersionInfoOriginalFileName": "OriginalFileName", "ProcessVersionInfoProductName": "Product",
		"ProcessVersionInfoFileDescription": "Description", "ProcessVersionInfoCompanyName": "Company", "ProcessId": "ProcessId", "ProcessIntegrityLevel": "IntegrityLevel", "SHA256": "sha256", "MD5": "md5", "SHA1": "sha1",
		"RemoteUrl": "DestinationHostname", "DeviceName": "Computer", "ActionType": "ActionType",
	} {
		if from != to {
			m[from] = []string{to}
			m["properties."+from] = []string{from, to}
		} else {
			m["properties."+from] = []string{from}
		}
	}
	return m
}

func rate(rec []byte) int {
	switch {
	case hasText(rec, `"AdvancedHunting-`):
		return 97
	case jsonlog.All(rec, "Timestamp", "DeviceId", "DeviceName", "ActionType"), jsonlog.All(rec, "Timestamp", "ActionType", "AccountName", "DeviceName"), jsonlog.All(rec, "AlertId", "ServiceSource", "Timestamp"),
		jsonlog.All(rec, "TimeGenerated", "ActionType", "DeviceName"):
		return 93
	case hasText(rec, "#microsoft.graph.security."):
		return 95
	case jsonlog.All(rec, "alertCreationTime", "machineId"), jsonlog.All(rec, "incidentId", "alerts", "incidentName"), jsonlog.All(rec, "providerAlertId", "detectionSource"), jsonlog.All(rec, "alertWebUrl", "detectionSource"),
		jsonlog.All(rec, "incidentWebUrl", "determination"):
		return 95
	case jsonlog.All(rec, "vendorInformation", "userStates", "hostStates"):
		return 90
	case len(rec) < 64 && jsonlog.All(rec, "value"): // an empty answer of the API
		return 30
	}
	return 0
}

func hasText(rec []byte, s string) bool { return strings.Contains(footfall.Str(rec), s) }

func mean(r *jsonlog.Reader) {
	e := r.Event
	e.Tenant = r.Get(tenant)
	t := strings.TrimPrefix(r.Get(table), "AdvancedHunting-")
	if r.Get(action) == "" && (r.Get(created) != "" || r.Get(incident) != "" && r.Get(stamp) == "") {
		verdict(r)
		return
	}
	if t == "AlertInfo" || t == "AlertEvidence" {
		r.UTC(stamp, streamed)
		evidenceRow(r, t)
		return
	}
	hunting(r, t)
}

// verdict is an alert or an incident.
func verdict(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(firstSeen, created, incidentTime)
	r.SetLog(logAlert)
	e.Kind, e.Object = footfall.KindAlert, r.Get(title)
	e.Computer = r.Get(alertDevice)
	e.User = footfall.Account{Name: r.Get(alertUser), Domain: r.Get(alertDomain)}
	e.From.Addr = r.Addr(ip)
}

func evidenceRow(r *jsonlog.Reader, t string) {
	e := r.Event
	e.Kind, e.Object, e.Computer = footfall.KindAlert, r.First(title, category), r.Get(device)
	e.User = footfall.Account{Name: r.Get(user), Domain: r.Get(userDomain), SID: r.Get(userSID)}
	e.From.Addr, e.Command = r.Addr(remoteIP), r.Get(command)
	if t == "AlertEvidence" {
		e.Image = path(r, folder, fileName)
		if e.Object == "" {
			e.Object = r.Get(serviceName)
		}
	}
}

// path is the file of a row: FolderPath has the name in it, or is the folder.
func path(r *jsonlog.Reader, folder, file int) string {
	dir, name := r.Get(folder), r.Get(file)
	switch {
	case dir == "":
		return name
	case name == "" || len(dir) >= len(name) && strings.EqualFold(dir[len(dir)-len(name):], name):
		return dir
	}
	sep := `\`
	if dir[0] == '/' {
		sep = "/"
	}
	if strings.HasSuffix(dir, sep) {
		sep = ""
	}
	s := r.Batch.Grow(len(dir) + len(sep) + len(name))
	return r.Batch.Kept(append(append(append(s, dir...), sep...), name...))
}
