package winlogbeat

import (
	"strconv"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
	"github.com/footfall/footfall/internal/winevent"
)

// Winlogbeat's modules move fields of event_data to ECS names and leave
// nothing behind (x-pack/winlogbeat/module in elastic/beats). What follows
// undoes that, for fields that the document lacks.

// An ecs is a value that modules move fields to.
type ecs uint8

const (
	noECS ecs = iota
	processEntity
	processPID
	processImage
	processCommand
	processFolder
	processOriginal
	processSHA1 // the four hashes in the order in which Sysmon writes them
	processMD5
	processSHA256
	processImphash
	parentEntity
	parentPID
	parentImage
	parentCommand
	userName
	userDomain
	userID // of Winlogbeat 6
	fileName
	filePath
	fileOriginal
	fileSHA1
	fileMD5
	fileSHA256
	fileImphash
	sourceIP
	sourcePort
	sourceDomain
	destIP
	destPort
	destDomain
	netTransport
	netDirection
	registryPath
	dnsName
	ruleName
	psCommand
	psScript
	psScriptID
	psSequence
	psTotal
	psHost
	psHostVersion
	psEngine
	sysmonArchived
	sysmonExecutable
	stampTime // @timestamp of the document
	ecsEnd
)

// ecsPaths are where the values stand.
var ecsPaths = map[string]ecs{
	"process.entity_id": processEntity, "process.pid": processPID, "process.executable": processImage,
	"process.command_line": processCommand, "process.working_directory": processFolder,
	"process.pe.original_file_name": processOriginal, "process.hash.md5": processMD5, "process.hash.sha1": processSHA1,
	"process.hash.sha256": processSHA256, "process.hash.imphash": processImphash, "process.pe.imphash": processImphash,
	"process.parent.entity_id": parentEntity, "process.parent.pid": parentPID, "process.parent.executable": parentImage,
	"process.parent.command_line": parentCommand, "user.name": userName, "user.domain": userDomain, "user.identifier": userID,
	"file.name": fileName, "file.path": filePath, "file.pe.original_file_name": fileOriginal, "file.hash.md5": fileMD5,
	"file.hash.sha1": fileSHA1, "file.hash.sha256": fileSHA256, "file.pe.imphash": fileImphash,
	"dll.path": filePath, "dll.pe.original_file_name": fileOriginal, "dll.hash.md5": fileMD5, "dll.hash.sha1": fileSHA1,
	"dll.hash.sha256": fileSHA256, "dll.pe.imphash": fileImphash,
	"source.ip": sourceIP, "source.port": sourcePort, "source.domain": sourceDomain,
	"destination.ip": destIP, "destination.port": destPort, "destination.domain": destDomain,
	"network.transport": netTransport, "network.direction": netDirection, "registry.path": registryPath,
	"dns.question.name": dnsName, "rule.name": ruleName,
	"powershell.command.value": psCommand, "powershell.file.script_block_text": psScript,
	"powershell.file.script_block_id": psScriptID, "powershell.sequence": psSequence, "powershell.total": psTotal,
	"process.title": psHost, "powershell.process.executable_version": psHostVersion, "powershell.engine.version": psEngine,
	"sysmon.file.archived": sysmonArchived, "sysmon.file.is_executable": sysmonExecutable,
}

// ecsObjects are the objects of a document that hold them.
var ecsObjects = [...]string{"process", "user", "file", "dll", "source", "destination", "network", "registry", "dns", "rule", "powershell", "sysmon"}

// how a value becomes what the event held.
type how uint8

const (
	asIs how = iota
	hexNumber
	account   // DOMAIN\name
	hashes    // SHA1=..,MD5=..,SHA256=..,IMPHASH=.. from the four values that begin with this one
	direction // "true" for what went out
	hostApp   // the details of Windows PowerShell, as far as they are known
	sysmonUTC // a time as Sysmon writes it
)

// A move is a field and the value that it went to.
type move struct {
	field string
	from  ecs
	how   how
}

var (
	subject = []move{
		{"ProcessGuid", processEntity, asIs},
		{"ProcessId", processPID, asIs},
		{"Image", processImage, asIs},
		{"RuleName", ruleName, asIs},
		{"UtcTime", stampTime, sysmonUTC},
	}
	actor    = []move{{"User", userName, account}}
	target   = []move{{"TargetFilename", filePath, asIs}}
	registry = []move{{"TargetObject", registryPath, asIs}}
	pipe     = []move{{"PipeName", fileName, asIs}}
	origin   = []move{
		{"SourceProcessGuid", processEntity, asIs},
		{"SourceProcessGUID", processEntity, asIs},
		{"SourceProcessId", processPID, asIs},
		{"SourceImage", processImage, asIs},
		{"UtcTime", stampTime, sysmonUTC},
	}
	removed = []move{
		{"Hashes", processSHA1, hashes},
		{"Archived", sysmonArchived, asIs},
		{"IsExecutable", sysmonExecutable, asIs},
	}
	sysmonMoves = map[uint32][][]move{
		1: {subject, actor, {
			{"CommandLine", processCommand, asIs},
			{"CurrentDirectory", processFolder, asIs},
			{"OriginalFileName", processOriginal, asIs},
			{"Hashes", processSHA1, hashes},
			{"ParentProcessGuid", parentEntity, asIs},
			{"ParentProcessId", parentPID, asIs},
			{"ParentImage", parentImage, asIs},
			{"ParentCommandLine", parentCommand, asIs},
		}},
		2: {subject, actor, target},
		3: {subject, actor, {
			{"Protocol", netTransport, asIs},
			{"Initiated", netDirection, direction},
			{"SourceIp", sourceIP, asIs},
			{"SourcePort", sourcePort, asIs},
			{"SourceHostname", sourceDomain, asIs},
			{"DestinationIp", destIP, asIs},
			{"DestinationPort", destPort, asIs},
			{"DestinationHostname", destDomain, asIs},
		}},
		5: {subject, actor},
		6: {{{"ImageLoaded", filePath, asIs}, {"Hashes", fileSHA1, hashes}}},
		7: {subject, actor, {
			{"ImageLoaded", filePath, asIs},
			{"OriginalFileName", fileOriginal, asIs},
			{"Hashes", fileSHA1, hashes},
		}},
		8:  {origin},
		9:  {subject, actor},
		10: {origin},
		11: {subject, actor, target},
		12: {subject, actor, registry}, 13: {subject, actor, registry}, 14: {subject, actor, registry},
		15: {subject, actor, target, {{"Hash", fileSHA1, hashes}}},
		17: {subject, actor, pipe}, 18: {subject, actor, pipe},
		22: {subject, actor, {{"QueryName", dnsName, asIs}}},
		23: {subject, actor, target, removed},
		24: {subject, actor}, 25: {subject, actor},
		26: {subject, actor, target, removed},
	}

	client = []move{
		{"IpAddress", sourceIP, asIs},
		{"IpPort", sourcePort, asIs},
		{"WorkstationName", sourceDomain, asIs},
		{"ProcessId", processPID, hexNumber},
		{"ProcessName", processImage, asIs},
	}
	station = []move{{"ClientAddress", sourceIP, asIs}, {"ClientName", sourceDomain, asIs}}

	securityMoves = map[uint32][][]move{
		4624: {client}, 4625: {client}, 4648: {client}, 4673: {client}, 4674: {client}, 4697: {client[3:4]},
		4768: {client[:2]}, 4769: {client[:2]}, 4770: {client[:2]}, 4771: {client[:2]},
		4776: {{{"Workstation", sourceDomain, asIs}}},
		4778: {station}, 4779: {station}, 4798: {client[3:]}, 4799: {client[3:]}, 5140: {client[:2]}, 5145: {client[:2]},
		4688: {{
			{"NewProcessId", processPID, hexNumber},
			{"NewProcessName", processImage, asIs},
			{"ParentProcessName", parentImage, asIs},
			{"CommandLine", processCommand, asIs},
		}},
		4689: {{{"ProcessId", processPID, hexNumber}, {"ProcessName", processImage, asIs}}},
	}

	script = [][]move{{
		{"ScriptBlockText", psScript, asIs},
		{"ScriptBlockId", psScriptID, asIs},
		{"MessageNumber", psSequence, asIs},
		{"MessageTotal", psTotal, asIs},
		{"Path", filePath, asIs},
	}}
	engine = [][]move{{{"Data", processCommand, hostApp}}}
)

// details are the lines of the details of Windows PowerShell.
var details = [...]move{
	{"\tHostName=", psHost, asIs},
	{"\tHostVersion=", psHostVersion, asIs},
	{"\tHostApplication=", processCommand, asIs},
	{"\tEngineVersion=", psEngine, asIs},
	{"\tCommandLine=", psCommand, asIs},
}

// moves returns what may have been moved in an event.
func moves(h *winevent.Head) [][]move {
	switch h.Provider {
	case "Microsoft-Windows-Sysmon":
		return sysmonMoves[h.EventID]
	case "Microsoft-Windows-Security-Auditing":
		return securityMoves[h.EventID]
	case "Microsoft-Windows-PowerShell":
		if h.EventID == 4104 {
			return script
		}
	case "PowerShell":
		return engine
	}
	return nil
}

// A moved holds the ECS part of a document: its objects as they stand, and
// their values once somebody needs one.
type moved struct {
	objects [len(ecsObjects)][]byte
	values  [ecsEnd][]byte
	s       jsonscan.Scanner
	read    bool
	path    []byte
	buf     []byte // decoded values
}

func (m *moved) reset() {
	if m.read {
		m.values = [ecsEnd][]byte{}
	}
	m.objects, m.read, m.buf = [len(ecsObjects)][]byte{}, false, m.buf[:0]
}

// value returns a value, nil when the document lacks it.
func (m *moved) value(v ecs) []byte {
	if !m.read {
		m.read = true
		for i, name := range ecsObjects {
			if m.objects[i] != nil && m.s.Reset(m.objects[i]) == jsonscan.Object {
				m.walk(append(m.path[:0], name...))
			}
		}
	}
	return m.values[v]
}

func (m *moved) walk(path []byte) {
	n := len(path)
	m.s.Enter()
	for m.s.Next() {
		path = append(append(path[:n], '.'), m.s.Key()...)
		m.path = path[:0]
		if m.s.Kind() == jsonscan.Object {
			m.walk(path)
			continue
		}
		if v := ecsPaths[string(path)]; v != noECS && m.values[v] == nil {
			raw, esc := m.s.Raw()
			if esc {
				from := len(m.buf)
				m.buf = jsonscan.Unescape(m.buf, raw)
				raw = m.buf[from:len(m.buf):len(m.buf)]
			}
			m.values[v] = raw
		}
	}
}

// restore adds the fields that were moved away.
func (d *decoder) restore(b *footfall.Batch, e *footfall.Event) {
	for _, list := range moves(&d.w.Head) {
		for i := range list {
			mv := &list[i]
			n := d.names[inData].FindString(mv.field)
			if n.ID == 0 {
				continue
			}
			if _, ok := e.Get(n.ID); ok {
				continue
			}
			if v := d.moved.value(mv.from); len(v) > 0 {
				d.back(b, n.ID, mv, v)
			} else if mv.how == hashes {
				d.back(b, n.ID, mv, nil)
			}
		}
	}
}

// back adds one field as the event held it.
func (d *decoder) back(b *footfall.Batch, id footfall.FieldID, mv *move, v []byte) {
	m := &d.moved
	out := m.path[:0]
	switch mv.how {
	case asIs:
		b.Add(id, b.Keep(v))
		return
	case hexNumber:
		n, ok := winevent.Uint(v)
		if !ok {
			return
		}
		out = strconv.AppendUint(append(out, "0x"...), n, 16)
	case account:
		if domain := m.value(userDomain); len(domain) > 0 {
			out = append(append(out, domain...), '\\')
		}
		out = append(out, v...)
	case direction:
		out = strconv.AppendBool(out, string(v) == "egress" || string(v) == "outbound")
	case hostApp:
		if u := m.value(userName); len(u) > 0 {
			out = append(append(out, "\tUserId="...), m.value(userDomain)...)
			out = append(append(append(out, '\\'), u...), "\r\n"...)
		}
		for _, l := range details {
			if v := m.value(l.from); len(v) > 0 {
				out = append(append(append(out, l.field...), v...), "\r\n"...)
			}
		}
	case sysmonUTC:
		out = sysmonTime(out, v)
	case hashes:
		for i, name := range [...]string{"SHA1=", "MD5=", "SHA256=", "IMPHASH="} {
			if h := m.value(mv.from + ecs(i)); len(h) > 0 {
				if len(out) > 0 {
					out = append(out, ',')
				}
				out = appendUpper(append(out, name...), h)
			}
		}
	}
	m.path = out[:0]
	if len(out) > 0 {
		b.Add(id, b.Keep(out))
	}
}

// sysmonTime appends 2031-03-04 10:00:01.320 for 2031-03-04T10:00:01.32Z.
func sysmonTime(out, v []byte) []byte {
	if len(v) < 20 || v[10] != 'T' || v[len(v)-1] != 'Z' {
		return out
	}
	out = append(append(append(out, v[:10]...), ' '), v[11:19]...)
	out = append(out, '.')
	for i := 20; i < 23; i++ {
		if i < len(v)-1 {
			out = append(out, v[i])
		} else {
			out = append(out, '0')
		}
	}
	return out
}

func appendUpper(out, v []byte) []byte {
	for _, c := range v {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		out = append(out, c)
	}
	return out
}
