// Package cloudtrail reads AWS CloudTrail: the records of its files, of
// LookupEvents and of EventBridge. In goes one record, out comes what was
// called, by whom, from where and with which outcome: console sign-ins, roles
// taken, sessions on instances, keys, users, groups and policies; any other
// call is a call. It keeps no state over records.
package cloudtrail

import (
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads CloudTrail's records.
var Decoder = footfall.Decoder{
	Name: "cloudtrail",
	Doc: "AWS CloudTrail: console sign-ins, assumed roles, Session Manager and EC2 Instance Connect, keys, users, groups, policies and every other API call; " +
		"files as S3 holds them, single records, LookupEvents' answers and EventBridge events.",
	Source: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
	Frame:  footfall.FrameJSON,
	By:     "the keys eventSource and eventName with userIdentity, awsRegion or eventVersion, at the top or in detail, or CloudTrailEvent",
	Sniff:  sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return newReader(s).decode, nil
	},
}

// The values that are read; paths names them.
const (
	eventTime = iota
	eventSource
	eventName
	eventID
	eventType
	sourceIP
	userAgent
	errorCode
	errorMessage
	recipient
	embedded   // the record as a JSON string: of LookupEvents, or behind CloudWatch Logs
	detail     // the record in an event of EventBridge
	lookupTime // of the wrapper
	digestEnd
	newest

	idType
	idPrincipal
	idARN
	idAccount
	idKey
	idName
	idInvoker
	idBehalf
	issuerName
	issuerARN
	issuerPrincipal
	sessionMFA

	moreMFA
	moreName
	moreSwitchTo
	moreCredential
	loginResult
	switchResult
	federationResult
	verifyResult
	challenge

	newKey
	newSession
	commandID
	newUser
	requestUser
	requestGroup
	requestRole
	requestRoleName
	requestRoleSession
	requestPolicy
	requestInstance
	requestInstances
	requestTarget
	requestOSUser
	requestDocument
	requestSession
	requestPrincipal
	requestName
	requestKeyName
	requestSecurityGroup
	requestAttribute
	requestUserData
	requestImage
	requestKeyID
	requestCommands
	slots
)

var paths = [slots]string{
	eventTime: "eventTime|eventtime", eventSource: "eventSource|eventsource", eventName: "eventName|eventname", eventID: "eventID|eventid",
	eventType: "eventType|eventtype", sourceIP: "sourceIPAddress|sourceipaddress|sourceIpAddress", userAgent: "userAgent|useragent",
	errorCode: "errorCode|errorcode", errorMessage: "errorMessage|errormessage", recipient: "recipientAccountId|recipientaccountid",
	embedded: "CloudTrailEvent|message", detail: "detail[]", lookupTime: "EventTime", digestEnd: "digestEndTime", newest: "newestEventTime",

	idType: "userIdentity.type|useridentity.type", idPrincipal: "userIdentity.principalId|useridentity.principalid", idARN: "userIdentity.arn|useridentity.arn",
	idAccount: "userIdentity.accountId|useridentity.accountid", idKey: "userIdentity.accessKeyId|useridentity.accesskeyid",
	idName: "userIdentity.userName|useridentity.username", idInvoker: "userIdentity.invokedBy|useridentity.invokedby",
	idBehalf:   "userIdentity.onBehalfOf.userId",
	issuerName: "userIdentity.sessionContext.sessionIssuer.userName|useridentity.sessioncontext.sessionissuer.username",
	issuerARN:  "userIdentity.sessionContext.sessionIssuer.arn|useridentity.sessioncontext.sessionissuer.arn", issuerPrincipal: "userIdentity.sessionContext.sessionIssuer.principalId",
	sessionMFA: "userIdentity.sessionContext.attributes.mfaAuthenticated|useridentity.sessioncontext.attributes.mfaauthenticated",

	moreMFA: "additionalEventData.MFAUsed|additionaleventdata.MFAUsed|additionalEventData.MfaType|additionaleventdata.mfaused", moreName: "additionalEventData.UserName",
	moreSwitchTo: "additionalEventData.SwitchTo", moreCredential: "additionalEventData.CredentialType|serviceEventDetails.CredentialType",
	loginResult: "responseElements.ConsoleLogin|responseelements.ConsoleLogin|responseelements.consolelogin", switchResult: "responseElements.SwitchRole",
	federationResult: "responseElements.GetSigninToken", challenge: "serviceEventDetails.CredentialChallenge|responseElements.CredentialChallenge",
	verifyResult: "serviceEventDetails.CredentialVerification|serviceEventDetails.UserAuthentication|responseElements.CredentialVerification|responseElements.UserAuthentication",

	newKey: "responseElements.credentials.accessKeyId", newSession: "responseElements.sessionId", commandID: "responseElements.command.commandId",
	newUser:     "responseElements.user.userName|responseElements.accessKey.userName",
	requestUser: "requestParameters.userName", requestGroup: "requestParameters.groupName", requestRole: "requestParameters.roleArn",
	requestRoleName: "requestParameters.roleName", requestRoleSession: "requestParameters.roleSessionName|requestParameters.name",
	requestPolicy: "requestParameters.policyArn|requestParameters.policyName", requestInstance: "requestParameters.instanceId|requestParameters.InstanceId",
	requestInstances: "requestParameters.instanceIds|requestParameters.instancesSet.items.instanceId|responseElements.instancesSet.items.instanceId",
	requestTarget:    "requestParameters.target", requestOSUser: "requestParameters.instanceOSUser|requestParameters.osUser",
	requestDocument: "requestParameters.documentName", requestSession: "requestParameters.sessionId", requestPrincipal: "requestParameters.principalId",
	requestName:    "requestParameters.trailName|requestParameters.detectorId",
	requestKeyName: "requestParameters.keyName|requestParameters.sSHPublicKeyId|requestParameters.accessKeyId|requestParameters.serialNumber", requestSecurityGroup: "requestParameters.groupId",
	requestAttribute: "requestParameters.attribute", requestUserData: "requestParameters.userData", requestImage: "requestParameters.imageId",
	requestKeyID: "responseElements.accessKey.accessKeyId", requestCommands: "requestParameters.parameters.commands",
}

// also are further names of values. SigmaHQ's rules look for texts in whole
// request and response objects, and data lakes (Athena among them) fold names
// to lower case.
var also = map[string][]string{
	"requestParameters[]":   {"requestParameters"},
	"requestparameters[]":   {"requestParameters"},
	"responseElements[]":    {"responseElements"},
	"responseelements[]":    {"responseElements"},
	"additionalEventData[]": {"additionalEventData"},
	"resources[]":           {"resources"},
	"eventname":             {"eventName"},
	"eventsource":           {"eventSource"},
	"eventtype":             {"eventType"},
	"errorcode":             {"errorCode"},
	"errormessage":          {"errorMessage"},
	"useragent":             {"userAgent"},
	"sourceipaddress":       {"sourceIPAddress"},
	"useridentity.type":     {"userIdentity.type"},
	"useridentity.arn":      {"userIdentity.arn"},
	"useridentity.username": {"userIdentity.userName"},
}

var errRecord = errors.New("cloudtrail: not a record of CloudTrail")

type reader struct {
	log    footfall.LogID
	values *record.Values
}

func newReader(s *footfall.Schema) *reader {
	return &reader{
		log:    s.AddLog(footfall.Log{Product: "aws", Services: []string{"cloudtrail"}}),
		values: record.New(s, paths[:], also),
	}
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Log, e.Len = r.log, uint32(len(frame))
	v := r.values
	v.Begin(b)
	if err := v.JSON(frame); err != nil {
		return err
	}
	if err := unwrap(v); err != nil {
		return err
	}
	if v.Get(eventName) == "" && v.Get(eventSource) == "" && v.Get(idType) == "" && v.Get(digestEnd) == "" {
		return errRecord
	}
	e.Time, _ = clock.ISO(v.First(eventTime, lookupTime, digestEnd))
	if e.Time == 0 {
		e.Time = unix(v.Get(lookupTime))
	}
	if v.Get(digestEnd) != "" {
		return nil // a digest of a trail's files says nothing of what was done
	}
	who(e, v)
	mean(e, v)
	return nil
}

// unwrap reads the record that the frame only carries.
func unwrap(v *record.Values) error {
	if v.Get(eventName) != "" {
		return nil
	}
	text := v.Get(embedded)
	if text == "" {
		text = v.Get(detail)
	}
	if text == "" || text[0] != '{' {
		return nil
	}
	return v.JSONBelow("", footfall.Bytes(text))
}

// unix reads seconds since 1970, as the command line tool writes times.
func unix(s string) int64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 1e8 || f > 9e9 {
		return 0
	}
	return int64(f*1e3) * 1e6
}

func sniff(head []byte) int {
	if !record.Mentions(head, "eventSource", "eventsource", "userIdentity", "CloudTrailEvent", "digestS3Bucket") {
		return 0
	}
	sh := record.ShapeOf(head)
	switch {
	case sh.Has("CloudTrailEvent"), strings.Contains(sh["message"], `\"eventSource\"`) && strings.Contains(sh["message"], `\"userIdentity\"`):
		return 96
	case sh.Has("eventSource", "eventName") && sh.Any("userIdentity", "awsRegion", "eventVersion"),
		sh.Has("eventsource", "eventname") && sh.Any("useridentity", "awsregion", "eventversion"):
		return 96
	case sh.Has("detail.eventSource", "detail.eventName"), sh.Has("digestS3Bucket", "digestEndTime"):
		return 95
	case sh.Has("eventName", "userIdentity.type"), sh.Has("eventSource", "userIdentity.type"):
		return 90
	case sh.Has("userIdentity.type", "userIdentity.principalId"):
		return 70
	}
	return 0
}
