package wazuh

import (
	"strings"

	"github.com/footfall/footfall/internal/winevent"
)

var contexts = [inEnd]func(string) (string, winevent.Role){
	inRoot:       in(rootKeys, winevent.Skip),
	inWin:        in(winKeys, userObj),
	inSystem:     in(systemKeys, winevent.Skip),
	inEventData:  eventKey,
	inUserData:   userKey,
	inAgent:      in(map[string]winevent.Role{"name": agentName}, winevent.Skip),
	inPredecoder: in(map[string]winevent.Role{"program_name": program, "hostname": hostname}, winevent.Skip),
}

var (
	rootKeys = map[string]winevent.Role{
		"win": winObj, "data": wrapper, "_source": wrapper, "agent": agentObj, "predecoder": predecoder,
		"full_log": fullLog, "timestamp": stamp, "@timestamp": stamp,
	}
	winKeys    = map[string]winevent.Role{"system": systemObj, "eventdata": eventObj}
	systemKeys = map[string]winevent.Role{
		"providerName": winevent.ProviderName, "providerGuid": winevent.ProviderGuid, "eventID": winevent.EventID,
		"version": winevent.Version, "level": winevent.Level, "task": winevent.Task, "opcode": winevent.Opcode,
		"keywords": winevent.Keywords, "systemTime": winevent.SystemTime, "eventRecordID": winevent.RecordID,
		"processID": winevent.ProcessID, "threadID": winevent.ThreadID, "channel": winevent.Channel,
		"computer": winevent.Computer, "message": winevent.Message, "userID": winevent.UserID,
		"activityID": winevent.ActivityID, "relatedActivityID": winevent.RelatedActivityID,
	}
)

func in(keys map[string]winevent.Role, others winevent.Role) func(string) (string, winevent.Role) {
	return func(key string) (string, winevent.Role) {
		if r, ok := keys[key]; ok {
			return key, r
		}
		return key, others
	}
}

// small are the names of EventData that begin with a small letter in the event
// too: of BITS, Windows Update and DNS events.
var small = map[string]bool{
	"transferId": true, "name": true, "url": true, "peer": true, "fileTime": true, "fileLength": true,
	"bytesTotal": true, "bytesTransferred": true, "bytesTransferredFromPeer": true, "jobTitle": true, "jobId": true,
	"jobOwner": true, "fileCount": true, "updateTitle": true, "updateGuid": true, "updateRevisionNumber": true,
	"serviceGuid": true, "errorCode": true, "updatelist": true,
}

// eventKey gives a name of EventData its first letter back, which Wazuh writes small.
func eventKey(key string) (string, winevent.Role) {
	if _, ok := winevent.ParamNumber(key); ok {
		return key, winevent.Param
	}
	if small[key] {
		return key, winevent.Data
	}
	return userKey(key)
}

// userKey does so for UserData, where Param1 is written with a capital.
func userKey(key string) (string, winevent.Role) {
	if key == "" {
		return key, winevent.Skip
	}
	return strings.ToUpper(key[:1]) + key[1:], winevent.Data
}
