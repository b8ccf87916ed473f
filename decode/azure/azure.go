// Package azure reads what Microsoft's cloud logs of itself: Entra sign-ins,
// audit, Identity Protection, the Azure activity log, Bastion and, of other
// categories, what was called; as Azure Monitor, Microsoft Graph, Log
// Analytics, the SDKs and the portal's CSV write them. In goes one record, out
// comes one event. Event hubs mix the categories, so one reader takes them all.
package azure

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/kubeaudit"
	"github.com/footfall/footfall/internal/record"
)

const manual = "https://learn.microsoft.com/azure/azure-monitor/reference/tables-category; https://learn.microsoft.com/graph/api/resources/signin"

// Decoder reads the JSON forms.
var Decoder = footfall.Decoder{
	Name: "azure",
	Doc: "Entra ID sign-ins (of users, services and managed identities), audit and Identity Protection, the Azure activity log, Bastion and other categories of Azure Monitor, " +
		"from event hubs, storage, Microsoft Graph, Log Analytics and the SDKs.",
	Source: manual,
	Frame:  footfall.FrameJSON,
	By:     "keys of its schemas, as operationName with category and resourceId, createdDateTime with userPrincipalName, activityDisplayName with loggedByService",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).json, nil
	},
}

// CSV reads what the portals export.
var CSV = footfall.Decoder{
	Name:   "azure-csv",
	Doc:    "Entra ID sign-ins and audit, and the Azure activity log, as the portals export them, and CSV of Log Analytics.",
	Source: manual,
	Frame:  footfall.FrameCSV,
	By:     `column names such as "Date (UTC)", "Event initiated by", TimeGenerated with ResultType`,
	Sniff:  sniffCSV,
	New:    newCSV,
}

var (
	errRecord = errors.New("azure: not a record of Azure or Entra")
	errHeader = errors.New("azure: the CSV has no columns of Azure or Entra")
)

type reader struct {
	values   *record.Values
	audit    *kubeaudit.Reader
	signins  footfall.LogID
	audits   footfall.LogID
	activity footfall.LogID
	risk     footfall.LogID
	other    footfall.LogID
	asked    synthetic

	columns []record.Column // of CSV
	sep     byte
	fields  [][]byte
	buf     []byte
}

func newReader(s *footfall.Schema) *reader {
	log := func(services ...string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "azure", Services: services})
	}
	return &reader{
		values: record.New(s, paths[:], also()), audit: kubeaudit.New(s), asked: newSynthetic(s),
		signins: log("signinlogs"), audits: log("auditlogs"), activity: log("activitylogs"), risk: log("riskdetection", "pim"), other: log("diagnostics"),
	}
}

func newCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	r := newReader(s)
	header = []byte(strings.TrimPrefix(string(header), "\ufeff"))
	r.sep = csvscan.Separator(header)
	r.fields, r.buf = csvscan.Fields(nil, nil, header, r.sep)
	wanted := 0
	for _, name := range r.fields {
		c := r.values.Column(string(name))
		if c.Wanted() {
			wanted++
		}
		r.columns = append(r.columns, c)
	}
	if wanted == 0 {
		return nil, errHeader
	}
	return r.csv, nil
}

func (r *reader) csv(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Len = uint32(len(frame))
	r.values.Begin(b)
	r.fields, r.buf = csvscan.Fields(r.fields[:0], r.buf[:0], frame, r.sep)
	for i, f := range r.fields {
		if i < len(r.columns) && len(f) > 0 && r.columns[i].Wanted() {
			r.values.PutColumn(r.columns[i], b.Keep(f))
		}
	}
	if err := r.nested(); err != nil {
		return err
	}
	return r.mean(b, e)
}

func (r *reader) json(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Len = uint32(len(frame))
	r.values.Begin(b)
	if err := r.values.JSON(frame); err != nil {
		return err
	}
	if err := r.nested(); err != nil {
		return err
	}
	return r.mean(b, e)
}

// dynamic are columns of Log Analytics that hold JSON, often as text.
var dynamic = []struct {
	slot   int
	prefix string
}{
	{dynDevice, "DeviceDetail."},
	{dynStatus, "Status."},
	{dynLocation, "LocationDetails."},
	{dynInitiated, "InitiatedBy."},
	{dynTargets, "TargetResources."},
	{dynAuth, "AuthenticationDetails."},
	{dynMFA, "MfaDetail."},
	{dynProperties, "properties."},
	{dynAuthorization, "Authorization."},
	{dynClaims, "Claims_d."},
}

func (r *reader) nested() error {
	for _, d := range dynamic {
		text := strings.TrimLeft(r.values.Get(d.slot), "[ \n")
		if len(text) > 1 && text[0] == '{' {
			if err := r.values.JSONBelow(d.prefix, footfall.Bytes(text)); err != nil {
				return err
			}
		}
	}
	return nil
}

// others are categories that decoders of network devices read.
func others(category string) bool {
	return strings.HasPrefix(category, "AdvancedHunting-") || strings.HasPrefix(category, "AzureFirewall") || strings.HasPrefix(category, "AZFW") || strings.HasPrefix(category, "NetworkSecurityGroup") || strings.HasPrefix(category, "FlowLog")
}

func sniff(head []byte) int {
	if !record.Mentions(head, "peration", "ategory", "TimeGenerated", "createdDateTime", "activityDisplayName", "risk") {
		return 0
	}
	sh := record.ShapeOf(head)
	category := sh["category"] + sh["Category"]
	switch {
	case others(category):
		return 40
	case sh.Has("properties.log") && strings.HasPrefix(category, "kube-audit"):
		return 97
	case sh.Any("operationName", "operationname", "OperationName") && sh.Any("category", "Category") && sh.Any("resourceId", "resourceid", "ResourceId", "_ResourceId", "time", "uri"):
		return 93
	case sh.Has("time", "operationName") && sh.Any("resourceId", "callerIpAddress", "properties"):
		return 90
	case sh.Has("operation_name", "event_timestamp"), sh.Has("operationName.value", "eventTimestamp"), sh.Has("operationName", "eventTimestamp", "subscriptionId"):
		return 93
	case sh.Has("TimeGenerated") && sh.Any("OperationNameValue", "LoggedByService", "RiskEventType", "ActivityStatusValue"), sh.Has("TimeGenerated", "UserPrincipalName", "ResultType"),
		sh.Has("TimeGenerated", "ServicePrincipalId", "ResultType"), sh.Has("TimeGenerated", "TargetVMIPAddress"):
		return 94
	case sh.Has("createdDateTime", "userPrincipalName", "appDisplayName"), sh.Has("createdDateTime", "conditionalAccessStatus"), sh.Has("createdDateTime", "servicePrincipalId", "status.errorCode"):
		return 93
	case sh.Has("activityDisplayName", "loggedByService"), sh.Has("activityDisplayName", "initiatedBy", "targetResources[]"):
		return 93
	case sh.Has("riskEventType") && sh.Any("riskState", "riskLevel"), sh.Has("riskLastUpdatedDateTime", "riskState"):
		return 92
	}
	return 0
}

func sniffCSV(head []byte) int {
	line, _, _ := strings.Cut(strings.TrimPrefix(string(head[:min(len(head), 8192)]), "\ufeff"), "\n")
	has := func(names ...string) bool {
		for _, n := range names {
			if !strings.Contains(line, n) {
				return false
			}
		}
		return true
	}
	switch {
	case has("Date (UTC)", "IP address", "Sign-in error code"), has("Date (UTC)", "Username", "Conditional Access"), has("Date (UTC)", "Service principal ID", "Status"):
		return 95
	case has("Date (UTC)", "ActorUserPrincipalName", "Target1"), has("Correlation id", "Operation name", "Event initiated by"):
		return 95
	case has("TimeGenerated", "UserPrincipalName", "ResultType"), has("TimeGenerated", "OperationNameValue"), has("TimeGenerated", "LoggedByService"):
		return 92
	}
	return 0
}
