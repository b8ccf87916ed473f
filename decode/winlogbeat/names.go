package winlogbeat

import (
	"slices"
	"strings"

	"github.com/footfall/footfall/internal/winevent"
)

// A context is an object whose keys have a meaning of their own.
type context uint8

const (
	inDocument context = iota
	inWinlog
	inData
	inProcess
	inThread
	inUser
	inLog
	inHost
	inEvent // event of ECS
	inText  // names in XML and messages, which need no reading
	inEnd
)

var contexts = [inEnd]func(string) (string, winevent.Role){
	inDocument: documentKey,
	inWinlog:   winlogKey,
	inData:     dataKey,
	inProcess:  func(k string) (string, winevent.Role) { return lookup(processKeys, k) },
	inThread:   func(k string) (string, winevent.Role) { return lookup(threadKeys, k) },
	inUser:     func(k string) (string, winevent.Role) { return lookup(userKeys, k) },
	inLog:      func(k string) (string, winevent.Role) { return lookup(logKeys, k) },
	inHost:     func(k string) (string, winevent.Role) { return lookup(hostKeys, k) },
	inEvent:    func(k string) (string, winevent.Role) { return lookup(eventKeys, k) },
	inText:     func(k string) (string, winevent.Role) { return k, winevent.Data },
}

var (
	winlogKeys = map[string]winevent.Role{
		"channel": winevent.Channel, "computer_name": winevent.Computer, "provider_name": winevent.ProviderName,
		"provider_guid": winevent.ProviderGuid, "event_id": winevent.EventID, "record_id": winevent.RecordID,
		"time_created": winevent.SystemTime, "level": winevent.Level, "task": winevent.Task, "opcode": winevent.Opcode,
		"keywords": winevent.Keywords, "version": winevent.Version, "activity_id": winevent.ActivityID,
		"related_activity_id": winevent.RelatedActivityID, "event_data": eventData, "user_data": eventData,
		"process": process, "user": userObj,
	}
	processKeys = map[string]winevent.Role{"pid": winevent.ProcessID, "thread": thread}
	threadKeys  = map[string]winevent.Role{"id": winevent.ThreadID}
	userKeys    = map[string]winevent.Role{"identifier": winevent.UserID}
	logKeys     = map[string]winevent.Role{"level": winevent.Level}
	eventKeys   = map[string]winevent.Role{"original": original}
	hostKeys    = map[string]winevent.Role{"name": hostName, "hostname": hostName}

	documentKeys = map[string]winevent.Role{
		"winlog": winlog, "_source": document, "fields": document, "@timestamp": stamp, "message": text,
		"log": logObj, "host": hostObj, "event": ecsEvent, "xml": original, "event.original": original,
		// Winlogbeat up to 6.
		"log_name": winevent.Channel, "computer_name": winevent.Computer, "source_name": winevent.ProviderName,
		"provider_guid": winevent.ProviderGuid, "event_id": winevent.EventID, "record_number": winevent.RecordID,
		"level": winevent.Level, "opcode": winevent.Opcode, "keywords": winevent.Keywords, "version": winevent.Version,
		"process_id": winevent.ProcessID, "thread_id": winevent.ThreadID, "activity_id": winevent.ActivityID,
		"related_activity_id": winevent.RelatedActivityID, "event_data": eventData, "user_data": eventData,
	}
)

func lookup(keys map[string]winevent.Role, key string) (string, winevent.Role) {
	if r, ok := keys[key]; ok {
		return key, r
	}
	return key, winevent.Skip
}

// documentKey reads the keys of a document, also those with dots that
// Elasticsearch answers with when it is asked for fields.
func documentKey(key string) (string, winevent.Role) {
	if r, ok := documentKeys[key]; ok {
		return key, r
	}
	if slices.Contains(ecsObjects[:], key) {
		return key, ecsObject
	}
	rest, ok := strings.CutPrefix(key, "winlog.")
	if !ok {
		return key, winevent.Skip
	}
	return winlogKey(rest)
}

// winlogKey reads the keys of winlog, with dots or without.
func winlogKey(key string) (string, winevent.Role) {
	if r, ok := winlogKeys[key]; ok {
		return key, r
	}
	for _, object := range [...]string{"event_data.", "user_data."} {
		if name, ok := strings.CutPrefix(key, object); ok {
			return dataKey(name)
		}
	}
	switch key {
	case "process.pid":
		return key, winevent.ProcessID
	case "process.thread.id":
		return key, winevent.ThreadID
	case "user.identifier":
		return key, winevent.UserID
	}
	return key, winevent.Skip
}

// dataKey reads the keys of event_data and user_data.
func dataKey(key string) (string, winevent.Role) {
	switch key {
	case "xml_name", "AccessMaskDescription", "AccessListDescription", "NewUACList", "OldUACList", "NewUacList", "OldUacList",
		"StatusDescription", "TicketOptionsDescription", "TicketEncryptionTypeDescription":
		return key, winevent.Skip // added by Beats and their modules
	}
	if _, ok := winevent.ParamNumber(key); ok {
		return key, winevent.Param
	}
	return key, winevent.Data
}
