package winevent

import "bytes"

// Lines hands the labels of a rendered message to yield, in their order. The
// head of a section is a label at the front of a line, without a value, with
// indented lines below it; other labels at the front stand in no section. A
// line that begins no label goes on with the value above it, until an empty
// line. Section, name and value point into text.
func Lines(text []byte, yield func(section, name, value []byte)) {
	l := lines{text: text, yield: yield}
	for pos := 0; pos < len(text); {
		end := len(text)
		next := end
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			end, next = pos+i, pos+i+1
		}
		l.line(pos, end, next)
		pos = next
	}
	l.flush()
}

type lines struct {
	text    []byte
	yield   func(section, name, value []byte)
	section []byte
	name    []byte // of the label whose value is being read; nil when none
	from    int    // where its value begins
	to      int    // and ends, as far as known
}

func (l *lines) flush() {
	if l.name != nil {
		l.yield(l.section, l.name, trimmed(l.text[l.from:l.to]))
	}
	l.name = nil
}

// trimmed is v without blanks around it; it is not nil.
func trimmed(v []byte) []byte {
	if t := bytes.Trim(v, " \t\r\n"); t != nil {
		return t
	}
	return v[:0]
}

func (l *lines) line(pos, end, next int) {
	line := l.text[pos:end]
	if onlyBlank(line) {
		l.flush()
		return
	}
	name, n := label(line)
	if n == 0 || l.name != nil && !mayFollow(l.name, name) {
		l.to = end
		return
	}
	indented := line[0] == '\t' || line[0] == ' '
	l.flush()
	if !indented {
		l.section = nil
		if onlyBlank(line[n:]) && next < len(l.text) && (l.text[next] == '\t' || l.text[next] == ' ') {
			l.section = name
			return
		}
	}
	l.name, l.from, l.to = name, pos+n, end
}

// mayFollow says whether a label ends the value of another. Command lines may
// hold line ends and whatever looks like a label; only the one that always
// follows ends them.
func mayFollow(open, name []byte) bool {
	switch string(open) {
	case "CommandLine":
		return string(name) == "CurrentDirectory"
	case "ParentCommandLine":
		return string(name) == "ParentUser"
	case "Process Command Line", "Task Content":
		return false
	}
	return true
}

const maxLabel = 48

// label returns the label that line begins with, and where its value begins; 0 when it begins with none.
func label(line []byte) (name []byte, n int) {
	colon := bytes.IndexByte(line[:min(len(line), maxLabel+16)], ':')
	if colon < 1 {
		return nil, 0
	}
	name = bytes.Trim(line[:colon], " \t")
	if len(name) == 0 || len(name) > maxLabel || name[0] < 'A' || name[0] > 'Z' {
		return nil, 0
	}
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == ' ', c == '-', c == '/', c == '(', c == ')', c == '\'':
		default:
			return nil, 0
		}
	}
	if rest := line[colon+1:]; len(rest) > 0 && rest[0] != ' ' && rest[0] != '\t' && rest[0] != '\r' {
		return nil, 0
	}
	return name, colon + 1
}

func onlyBlank(v []byte) bool {
	for _, c := range v {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// A Parser takes rendered English messages apart into the fields that they
// were made of. It belongs to one goroutine.
type Parser struct {
	Field func(name string, value []byte) // gets the fields; value is good during the call

	id    uint32
	kind  messageKind
	key   []byte
	buf   []byte
	lines func(section, name, value []byte) // p.label, bound once
	late  [maxLate]late
	n     int // of late
}

// A late is a label whose last occurrence counts.
type late struct {
	field string
	value []byte
}

const maxLate = 24

type messageKind uint8

const (
	plainMessage messageKind = iota
	securityMessage
	sysmonMessage
)

// Parse hands the fields of the message of an event to p.Field. A field may
// come twice; the first counts.
func (p *Parser) Parse(channel, provider string, id uint32, text []byte) {
	if p.lines == nil {
		p.lines = p.label
	}
	p.id, p.kind, p.n = id, plainMessage, 0
	switch {
	case channel == "Microsoft-Windows-Sysmon/Operational" || provider == "Microsoft-Windows-Sysmon":
		p.kind = sysmonMessage
	case channel == "Security" || provider == "Microsoft-Windows-Security-Auditing":
		p.kind = securityMessage
	case provider == "Microsoft-Windows-PowerShell" || channel == "Microsoft-Windows-PowerShell/Operational":
		p.powerShell(text)
		return
	case provider == "Microsoft-Windows-WMI-Activity" || channel == "Microsoft-Windows-WMI-Activity/Operational":
		p.wmi(text)
		return
	case provider == "PowerShell" || channel == "Windows PowerShell":
		p.classicPowerShell(text)
		return
	}
	Lines(text, p.lines)
	for _, l := range p.late[:p.n] {
		if l.value == nil {
			continue
		}
		if v, ok := p.value(l.field, l.value); ok {
			p.Field(l.field, v)
		}
	}
}

// chosen says whether the client chose names in the message: of account,
// domain and workstation, line ends included. What stands in other lines must
// not be taken from them.
func (p *Parser) chosen() bool {
	switch p.id {
	case 4624, 4625, 4648, 4768, 4769, 4771:
		return p.kind == securityMessage
	}
	return false
}

var networkSection = []byte("Network Information")

// comesLate says whether the last occurrence of a label counts, because it
// stands below such names.
func (p *Parser) comesLate(section, name []byte) bool {
	if p.id == 4776 {
		return string(name) == "Source Workstation" || string(name) == "Error Code"
	}
	switch string(section) {
	case "Failure Information", "Process Information", "Network Information", "Additional Information", "Detailed Authentication Information":
		return p.chosen()
	}
	return false
}

// keepLate remembers the newest value of a field. Where names stand above and
// below, nobody can tell which of two values is the true one: none is kept.
func (p *Parser) keepLate(field string, value []byte, between bool) {
	for i := range p.late[:p.n] {
		l := &p.late[i]
		if l.field != field {
			continue
		}
		if between && !bytes.Equal(l.value, value) {
			value = nil
		}
		l.value = value
		return
	}
	if p.n < maxLate {
		p.late[p.n] = late{field, value}
		p.n++
	}
}

func (p *Parser) label(section, name, value []byte) {
	if p.kind == sysmonMessage {
		if len(section) == 0 && bytes.IndexByte(name, ' ') < 0 {
			p.sysmon(name, value)
		}
		return
	}
	p.key = append(append(append(p.key[:0], section...), '|'), name...)
	field, ok := eventLabels[p.id][string(p.key)]
	if !ok && p.kind == securityMessage {
		field, ok = securityLabels[string(p.key)]
	}
	if !ok && p.chosen() {
		// A name may have brought the head of another section along.
		section = networkSection
		p.key = append(append(append(p.key[:0], section...), '|'), name...)
		field, ok = securityLabels[string(p.key)]
	}
	if !ok {
		return
	}
	if p.comesLate(section, name) {
		p.keepLate(field, value, string(section) == "Failure Information")
		return
	}
	if v, ok := p.value(field, value); ok {
		p.Field(field, v)
	}
}

// sysmon hands on a label of Sysmon, which are the names of its fields.
func (p *Parser) sysmon(name, value []byte) {
	if field, ok := sysmonFields[string(name)]; ok {
		p.Field(field, p.lower(value))
	}
}

// value is v as the event holds it.
func (p *Parser) value(field string, v []byte) ([]byte, bool) {
	switch field {
	case "ElevatedToken", "VirtualAccount", "RestrictedAdminMode", "ImpersonationLevel", "FailureReason", "Direction", "TokenElevationType":
		if s, ok := insertions[string(v)]; ok {
			p.buf = append(p.buf[:0], s...)
			return p.buf, true
		}
		if field == "TokenElevationType" && len(v) > 3 {
			return p.elevation(v), true
		}
		return v, true
	}
	if len(field) > 3 && field[len(field)-3:] == "Sid" {
		return sid(v)
	}
	return p.lower(v), true
}

// lower is Hex of v; it grows p.buf only when it has to.
func (p *Parser) lower(v []byte) []byte {
	if len(v) < 3 || v[0] != '0' {
		return v
	}
	p.buf = append(p.buf[:0], v...)
	return Hex(p.buf, p.buf)
}

// elevation is the number of a text such as "TokenElevationTypeFull (2)".
func (p *Parser) elevation(v []byte) []byte {
	if c := v[len(v)-2]; v[len(v)-1] == ')' && c >= '1' && c <= '3' {
		p.buf = append(append(p.buf[:0], "%%193"...), c+5)
		return p.buf
	}
	return v
}

// sid is v if it is a SID, or the SID of a name that is the same everywhere;
// other names are not what the event holds.
func sid(v []byte) ([]byte, bool) {
	if bytes.HasPrefix(v, []byte("S-1-")) {
		return v, true
	}
	switch string(v) {
	case "NULL SID":
		return []byte("S-1-0-0"), true
	case "SYSTEM", "LOCAL SYSTEM", `NT AUTHORITY\SYSTEM`:
		return []byte("S-1-5-18"), true
	case "LOCAL SERVICE", `NT AUTHORITY\LOCAL SERVICE`:
		return []byte("S-1-5-19"), true
	case "NETWORK SERVICE", `NT AUTHORITY\NETWORK SERVICE`:
		return []byte("S-1-5-20"), true
	case "ANONYMOUS LOGON", `NT AUTHORITY\ANONYMOUS LOGON`:
		return []byte("S-1-5-7"), true
	}
	return nil, false
}

// classicPowerShell reads the messages of Windows PowerShell 400, 403, 600 and
// 800, whose values have no names: what stands in the first sentence, the
// context, and the details as they are.
func (p *Parser) classicPowerShell(text []byte) {
	head, details, ok := bytes.Cut(text, []byte("Details:"))
	if !ok {
		return
	}
	details = bytes.Trim(details, " \r\n")
	if p.id == 800 {
		line, context, _ := bytes.Cut(head, []byte("Context Information:"))
		_, line, _ = bytes.Cut(line, []byte("command line:"))
		p.Field("Data", bytes.Trim(bytes.TrimRight(bytes.TrimSpace(line), "."), " "))
		p.Field("Data", bytes.Trim(context, " \r\n"))
		p.Field("Data", details)
		return
	}
	switch p.id {
	case 400, 403: // Engine state is changed from None to Available.
		_, states, _ := bytes.Cut(head, []byte(" from "))
		before, after, _ := bytes.Cut(states, []byte(" to "))
		p.Field("Data", bytes.TrimRight(after, " .\r\n"))
		p.Field("Data", bytes.TrimSpace(before))
	case 600: // Provider "Registry" is Started.
		_, name, _ := bytes.Cut(head, []byte(`"`))
		name, state, _ := bytes.Cut(name, []byte(`" is `))
		p.Field("Data", name)
		p.Field("Data", bytes.TrimRight(state, " .\r\n"))
	}
	p.Field("Data", details)
}

// powerShell reads the messages of PowerShell/Operational 4104 and 4103.
func (p *Parser) powerShell(text []byte) {
	switch p.id {
	case 4104: // Creating Scriptblock text (1 of 2):
		head, rest, ok := bytes.Cut(text, []byte("):"))
		i := bytes.LastIndex(rest, []byte("ScriptBlock ID:"))
		if _, of, has := bytes.Cut(head, []byte("(")); ok && has && i >= 0 {
			n, total, _ := bytes.Cut(of, []byte(" of "))
			id, path, _ := bytes.Cut(rest[i+len("ScriptBlock ID:"):], []byte("Path:"))
			p.Field("MessageNumber", n)
			p.Field("MessageTotal", total)
			p.Field("ScriptBlockText", bytes.Trim(rest[:i], "\r\n"))
			p.Field("ScriptBlockId", bytes.TrimSpace(id))
			p.Field("Path", bytes.TrimSpace(path))
		}
	case 4103:
		i := bytes.LastIndex(text, []byte("\nUser Data:"))
		j := bytes.LastIndex(text[:max(i, 0)], []byte("\nContext:"))
		if j >= 0 {
			p.Field("ContextInfo", bytes.Trim(text[j+len("\nContext:"):i], "\r\n"))
			p.Field("UserData", bytes.TrimSpace(text[i+len("\nUser Data:"):]))
			p.Field("Payload", bytes.Trim(text[:j], "\r\n"))
		}
	}
}

// wmiLabels are the labels of WMI-Activity messages, in their order, and the
// fields that they stand for.
var wmiLabels = map[uint32][][2]string{
	5857: {{"HostProcess", "HostProcess"}, {"ProcessID", "ProcessID"}, {"ProviderPath", "ProviderPath"}},
	5858: {
		{"Id", "Id"},
		{"ClientMachine", "ClientMachine"},
		{"User", "User"},
		{"ClientProcessId", "ClientProcessId"},
		{"Component", "Component"},
		{"Operation", "Operation"},
		{"ResultCode", "ResultCode"},
		{"PossibleCause", "PossibleCause"},
	},
	5860: {
		{"Namespace", "NamespaceName"},
		{"NotificationQuery", "Query"},
		{"UserName", "User"},
		{"ClientProcessID, ClientMachine", "ProcessID"},
		{"PossibleCause", "PossibleCause"},
	},
	5861: {{"Namespace", "Namespace"}, {"Eventfilter", "ESS"}, {"Consumer", "CONSUMER"}, {"PossibleCause", "PossibleCause"}},
}

// wmi reads "Name = value; Name = value". A value ends where the next label
// that is there begins; an operation, which holds queries, at the last such place.
func (p *Parser) wmi(text []byte) {
	labels := wmiLabels[p.id]
	if p.id == 5857 {
		if name, rest, ok := bytes.Cut(text, []byte(" provider started with result code ")); ok {
			code, _, _ := bytes.Cut(rest, []byte("."))
			p.Field("ProviderName", name)
			p.Field("Code", code)
		}
	}
	at := 0
	for i, l := range labels {
		from := p.after(text, at, l[0])
		if from < 0 {
			continue
		}
		end := len(text)
		for _, next := range labels[i+1:] {
			if e := p.before(text, from, next[0], l[0] == "Operation"); e >= 0 {
				end = e
				break
			}
		}
		p.Field(l[1], bytes.Trim(text[from:end], " ;\r\n"))
		at = end
	}
}

// after returns where the value of a label begins, -1 if it is not there.
func (p *Parser) after(text []byte, at int, label string) int {
	p.key = append(append(p.key[:0], label...), " = "...)
	i := bytes.Index(text[at:], p.key)
	if i < 0 {
		return -1
	}
	return at + i + len(p.key)
}

// before returns where "; label = " stands behind at, the last time or the first.
func (p *Parser) before(text []byte, at int, label string, last bool) int {
	p.key = append(append(append(p.key[:0], "; "...), label...), " = "...)
	i := bytes.Index(text[at:], p.key)
	if last {
		i = bytes.LastIndex(text[at:], p.key)
	}
	if i < 0 {
		return -1
	}
	return at + i
}
