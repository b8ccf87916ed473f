package velociraptor

import (
	"bytes"

	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/jsonscan"
)

// A sort of rows is how they are read.
type sort uint8

const (
	other       sort = iota // of an artifact that says nothing of access
	windows                 // a Windows event
	secureShell             // what was taken from a line of sshd
	login                   // a record of wtmp
	line                    // a line of another log
)

// A shape is which of the names that tell rows apart a row has.
type shape struct{ has bits }

type bits uint32

const (
	system bits = 1 << iota
	data
	channel
	eventID
	recordID
	eventTime
	path
	explicit
	fewNames
	tried
	result
	method
	userName
	sourceIP
	loginTime
	lineText
	artifact
	clientID
)

var names = map[string]bits{
	"Channel": channel, "Provider": channel, "EventID": eventID, "EventRecordID": recordID, "EventTime": eventTime, "OSPath": path, "FullPath": path,
	"TargetServerName": explicit, "SubjectUserName": explicit, "DomainName": fewNames, "AttemptedUser": tried, "Result": result, "Method": method, "User": userName, "SourceIP": sourceIP,
	"login_time": loginTime, "Line": lineText, "_Source": artifact, "ClientId": clientID,
}

// add takes the name of a column; object says that it holds an object, or may.
func (s *shape) add(name []byte, object bool) {
	switch string(name) {
	case "System":
		if object {
			s.has |= system
		}
	case "EventData", "UserData":
		if object {
			s.has |= data
		}
	default:
		s.has |= names[string(name)]
	}
}

func (s *shape) all(b bits) bool { return s.has&b == b }

func (s *shape) sort() sort {
	switch {
	case s.has&system != 0, s.all(eventID) && s.has&(channel|data|explicit|recordID) != 0:
		return windows
	case s.all(tried | method), s.all(userName | method | sourceIP):
		return secureShell
	case s.all(loginTime):
		return login
	case s.all(lineText):
		return line
	}
	return other
}

// sure says how sure the names are of Velociraptor. source says that _Source has
// the name of an artifact; it is so for CSV, where the header does not tell.
func (s *shape) sure(source bool) int {
	known := s.sort() != other
	switch {
	case source && known:
		return 97
	case s.all(eventTime|eventID|recordID|channel) && s.has&(path|clientID) != 0:
		return 97
	case s.all(eventTime | eventID | recordID | explicit | path), s.all(fewNames | sourceIP | eventID | recordID | path):
		return 96
	case s.all(system | path), s.all(system | clientID):
		return 96
	case s.all(tried | result | method), s.all(loginTime | sourceIP), s.all(lineText | path), known && s.all(clientID):
		return 92
	case source:
		return 88
	}
	return 0
}

func sniffJSON(head []byte) int {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t[")
	if len(head) == 0 || head[0] != '{' {
		return 0
	}
	var sh shape
	var s jsonscan.Scanner
	source := false
	s.Reset(head)
	s.Enter()
	for n := 0; n < 400 && s.Next(); n++ {
		sh.add(s.Key(), s.Kind() == jsonscan.Object)
		if string(s.Key()) == "_Source" && s.Kind() == jsonscan.String {
			v, _ := s.Raw()
			source = isArtifact(v)
		}
		if string(s.Key()) == "login_User" {
			sh.has |= sourceIP
		}
	}
	return sh.sure(source)
}

// isArtifact tells the name of an artifact: Windows.EventLogs.RDPAuth, Custom.X.
func isArtifact(v []byte) bool {
	family, rest, ok := bytes.Cut(v, []byte("."))
	if !ok || len(rest) == 0 {
		return false
	}
	switch string(family) {
	case "Windows", "Linux", "MacOS", "Generic", "Custom", "Server", "Exchange", "Admin", "Network", "Notebook":
		return true
	}
	return false
}

func sniffCSV(head []byte) int {
	first, rest, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	if len(first) > 8192 || bytes.HasPrefix(first, []byte("{")) {
		return 0
	}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(first, "\r"), csvscan.Separator(first))
	if len(fields) < 2 {
		return 0
	}
	var sh shape
	for _, f := range fields {
		sh.add(f, true)
		if string(f) == "login_User" {
			sh.has |= sourceIP
		}
	}
	source := false
	if sh.all(artifact) {
		for _, family := range [...]string{"Windows.", "Linux.", "MacOS.", "Generic.", "Custom.", "Exchange."} {
			source = source || bytes.Contains(rest, []byte(family))
		}
	}
	return sh.sure(source)
}
