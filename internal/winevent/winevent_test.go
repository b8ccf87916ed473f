package winevent

import (
	"strings"
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	f := func(in, want string, zoned bool) {
		t.Helper()
		m, ok := Time([]byte(in))
		got := ""
		if ok {
			got = time.Unix(0, m.UnixNano()).UTC().Format(time.RFC3339Nano)
		}
		if got != want || ok && m.Zoned != zoned {
			t.Errorf("%q: got %s zoned %v, want %s %v", in, got, m.Zoned, want, zoned)
		}
	}
	const unknown = "1970-01-01T00:00:00Z"
	f("2031-03-04T10:00:01Z", "2031-03-04T10:00:01Z", true)
	f("2031-03-04 10:00:01.5", "2031-03-04T10:00:01.5Z", false)
	f("2031-03-04T10:00:01.123456789123Z", "2031-03-04T10:00:01.123456789Z", true)
	f("2031-03-04T10:00:01.9362930+02:00", "2031-03-04T08:00:01.936293Z", true)
	f("2031-03-04T10:00:01-0530", "2031-03-04T15:30:01Z", true)
	f("2031-03-04T10:00:01+02", "2031-03-04T08:00:01Z", true)
	f("2031-03-04 10:00:01 UTC", "2031-03-04T10:00:01Z", true)
	f("2000-02-29T23:59:60Z", "2000-03-01T00:00:00Z", true)
	f("/Date(1600604166000)/", "2020-09-20T12:16:06Z", true)
	f("/Date(-1000)/", "1969-12-31T23:59:59Z", true)
	f("1600604166", "2020-09-20T12:16:06Z", true)
	f("1600604166.25", "2020-09-20T12:16:06.25Z", true)
	f("1600604166123", "2020-09-20T12:16:06.123Z", true)
	f("1600604166123456", "2020-09-20T12:16:06.123456Z", true)
	f("1600604166123456789", "2020-09-20T12:16:06.123456789Z", true)
	f("1601-01-01T00:00:00Z", unknown, true)
	f("9999-12-31T23:59:59Z", unknown, true)
	f("1970-01-01T00:00:00Z", unknown, true)
	f("2031-13-04T10:00:01Z", "", false)
	f("2031-03-04T25:00:01Z", "", false)
	f("2031-03-04T10:00:01+99:00", "", false)
	f("2031-03-04T10:00:01 PM", "", false)
	f("", "", false)
	f("/Date(", "", false)
	f("99999999999999999999", "", false)
}

func TestDays(t *testing.T) {
	for d := time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2400; d = d.AddDate(0, 0, 17) {
		if got := Days(d.Year(), int(d.Month()), d.Day()); got != d.Unix()/86400 {
			t.Fatalf("%s: got %d, want %d", d, got, d.Unix()/86400)
		}
	}
}

// A bag is the Out and the Schema of tests.
type bag struct {
	ids  map[string]uint16
	name []string
	out  []string
}

func newBag() *bag { return &bag{ids: map[string]uint16{}, name: []string{""}} }

func (b *bag) Asked(name string) uint16 {
	if b.ids[name] == 0 {
		b.ids[name] = uint16(len(b.name))
		b.name = append(b.name, name)
	}
	return b.ids[name]
}
func (b *bag) Add(id uint16, v string) { b.out = append(b.out, b.name[id]+"="+v) }
func (b *bag) Keep(v []byte) string    { return string(v) }
func (b *bag) Grow(n int) []byte       { return make([]byte, 0, n) }
func (b *bag) Kept(v []byte) string    { return string(v) }

func TestSystem(t *testing.T) {
	f := func(r Role, in, want string) {
		t.Helper()
		b := newBag()
		w := NewWriter[uint16](b)
		w.Begin(b)
		w.System(r, []byte(in))
		w.End()
		if got := strings.Join(b.out, "|"); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	f(Channel, "security", "Channel=Security")
	f(Keywords, "-9214364837600034816", "Keywords=0x8020000000000000")
	f(Keywords, "0X8020000000000000", "Keywords=0x8020000000000000")
	f(Keywords, "Audit Failure", "Keywords=0x8010000000000000")
	f(Keywords, "36028797018963968", "Keywords=0x80000000000000")
	f(Keywords, "None of them", "")
	f(Level, "information", "Level=4")
	f(Level, "Error", "Level=2")
	f(Level, "2", "Level=2")
	f(Level, "12", "")
	f(Opcode, "Info", "Opcode=0")
	f(Opcode, "15", "Opcode=15")
	f(Opcode, "Connection started", "")
	f(Task, "12544", "Task=12544")
	f(Task, "Logon", "")
	f(EventID, "4624", "EventID=4624")
	f(EventID, "99999999999", "")
	f(RecordID, "x", "")
}

func TestFirstValueCounts(t *testing.T) {
	b := newBag()
	w := NewWriter[uint16](b)
	w.Begin(b)
	for _, v := range []string{"", "a", "b"} {
		w.System(Computer, []byte(v))
	}
	w.System(EventID, []byte("7"))
	if w.End() {
		t.Error("an event needs a channel or a provider")
	}
	if w.Head.Computer != "a" || w.Head.EventID != 7 {
		t.Errorf("%+v", w.Head)
	}
}

func TestParams(t *testing.T) {
	f := func(guid, want string) {
		t.Helper()
		b := newBag()
		w := NewWriter[uint16](b)
		w.Begin(b)
		for _, n := range []int{1, 10, 2} {
			w.Param(n, b.Asked("param"+string(rune('a'+n))), string(rune('a'+n)))
		}
		w.System(ProviderGuid, []byte(guid))
		w.End()
		if got := strings.Join(b.out, "|"); got != want {
			t.Errorf("%q: got %q, want %q", guid, got, want)
		}
	}
	f("", "Data=b|Data=c|Data=k")
	f("{1}", "Provider_Guid={1}|paramb=b|paramc=c|paramk=k")
}

func TestNames(t *testing.T) {
	b := newBag()
	n := NewNames[uint16](b, func(k string) (string, Role) {
		if k == "x" {
			return k, Skip
		}
		return strings.ToUpper(k), Data
	})
	for range 3 {
		n.Rewind()
		for _, k := range []string{"a b", "x", "c", "a b", "x", "d"} {
			e := n.Find([]byte(k))
			if k == "x" && (e.Role != Skip || e.ID != 0) || k != "x" && b.name[e.ID] != strings.ReplaceAll(strings.ToUpper(k), " ", "") {
				t.Errorf("%s: %+v", k, e)
			}
		}
	}
	if e := n.Find(make([]byte, 1000)); e.ID != 0 || e.Role != Skip {
		t.Errorf("a key of 1000 bytes is taken for a name: %+v", e)
	}
	for i := range 3 * maxWords {
		n.Find([]byte{byte(i), byte(i >> 8), 'z'})
	}
	if len(n.table) > maxWords {
		t.Errorf("%d names are remembered", len(n.table))
	}
}

func TestHex(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(Hex(nil, []byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	f("0x3E7", "0x3e7")
	f("0XC000006D", "0xc000006d")
	f("0xNO", "0xNO")
	f("ABC", "ABC")
	f("0x", "0x")
	f("0xABCDEF0123456789ABCDEF", "0xABCDEF0123456789ABCDEF")
}

// parse returns the fields of a message as "name=value".
func parse(channel, provider string, id uint32, text string) []string {
	var out []string
	p := Parser{Field: func(name string, v []byte) { out = append(out, name+"="+string(v)) }}
	p.Parse(channel, provider, id, []byte(text))
	return out
}

func TestMessages(t *testing.T) {
	f := func(channel, provider string, id uint32, text string, want ...string) {
		t.Helper()
		if got := strings.Join(parse(channel, provider, id, text), "|"); got != strings.Join(want, "|") {
			t.Errorf("%d: got %s, want %s", id, got, strings.Join(want, "|"))
		}
	}
	f("Security", "", 4634, "An account was logged off.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-5-21-1\r\n\tAccount Name:\t\tines\r\n\tLogon ID:\t\t0xAB\r\n\r\nLogon Type:\t\t\t3\r\n\r\nThis event: is generated",
		"TargetUserSid=S-1-5-21-1", "TargetUserName=ines", "TargetLogonId=0xab", "LogonType=3")
	f("Security", "", 4776, "The computer attempted to validate the credentials for an account.\n\nAuthentication Package:\tMICROSOFT_AUTHENTICATION_PACKAGE_V1_0\nLogon Account:\tines\nSource Workstation:\t\nError Code:\t0xC000006A",
		"PackageName=MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "TargetUserName=ines", "Workstation=", "Status=0xc000006a")
	f("Security", "", 4688, "A new process has been created.\r\n\r\nCreator Subject:\r\n\tAccount Name:\t\tines\r\n\r\nProcess Information:\r\n\tNew Process ID:\t\t0x1A4\r\n\tNew Process Name:\tC:\\a.exe\r\n\tToken Elevation Type:\tTokenElevationTypeFull (2)\r\n\tProcess Command Line:\tcmd /c\r\n\tNew Process Name:\tC:\\fake.exe\r\n\r\nToken Elevation Type indicates",
		"SubjectUserName=ines", "NewProcessId=0x1a4", "NewProcessName=C:\\a.exe", "TokenElevationType=%%1937", "CommandLine=cmd /c\r\n\tNew Process Name:\tC:\\fake.exe")
	f("Security", "", 4740, "A user account was locked out.\n\nAccount That Was Locked Out:\n\tAccount Name:\t\tines\n\nAdditional Information:\n\tCaller Computer Name:\tWS17",
		"TargetUserName=ines", "TargetDomainName=WS17")
	f("Microsoft-Windows-Sysmon/Operational", "", 1, "Process Create:\r\nRuleName: -\r\nImage: C:\\a.exe\r\nCommandLine: x\r\nUser: CORP\\fake\r\nCurrentDirectory: C:\\\r\nUser: CORP\\ines\r\nLogonId: 0x3E7\r\nParentCommandLine: p",
		"RuleName=-", "Image=C:\\a.exe", "CommandLine=x\r\nUser: CORP\\fake", "CurrentDirectory=C:\\", "User=CORP\\ines", "LogonId=0x3e7", "ParentCommandLine=p")
	f("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "", 21, "Remote Desktop Services: Session logon succeeded:\n\nUser: CORP\\ines\nSession ID: 2\nSource Network Address: 10.4.0.17",
		"User=CORP\\ines", "SessionID=2", "Address=10.4.0.17")
	f("Windows PowerShell", "PowerShell", 400, "Engine state is changed from None to Available. \r\n\r\nDetails: \r\n\tNewEngineState=Available\r\n\tHostApplication=x",
		"Data=Available", "Data=None", "Data=\tNewEngineState=Available\r\n\tHostApplication=x")
	f("Windows PowerShell", "PowerShell", 600, "Provider \"Registry\" is Started. \n\nDetails: \n\tProviderName=Registry", "Data=Registry", "Data=Started", "Data=\tProviderName=Registry")
	f("Windows PowerShell", "PowerShell", 800, "Pipeline execution details for command line: Add-Type x. \n\nContext Information: \n\tDetailSequence=1\n\nDetails: \nCommandInvocation(Add-Type): \"Add-Type\"",
		"Data=Add-Type x", "Data=\tDetailSequence=1", "Data=CommandInvocation(Add-Type): \"Add-Type\"")
	f("Microsoft-Windows-PowerShell/Operational", "", 4104, "Creating Scriptblock text (1 of 2):\r\n$a = 1\r\n\r\nScriptBlock ID: f4a3\r\nPath: C:\\a.ps1",
		"MessageNumber=1", "MessageTotal=2", "ScriptBlockText=$a = 1", "ScriptBlockId=f4a3", "Path=C:\\a.ps1")
	f("Microsoft-Windows-PowerShell/Operational", "", 4103, "CommandInvocation(x): \"x\"\n\nContext:\n        Severity = Informational\n\nUser Data:\n",
		"ContextInfo=        Severity = Informational", "UserData=", "Payload=CommandInvocation(x): \"x\"")
	f("Microsoft-Windows-WMI-Activity/Operational", "", 5857, "CIMWin32 provider started with result code 0x0. HostProcess = wmiprvse.exe; ProcessID = 2440; ProviderPath = %systemroot%\\x.dll",
		"ProviderName=CIMWin32", "Code=0x0", "HostProcess=wmiprvse.exe", "ProcessID=2440", "ProviderPath=%systemroot%\\x.dll")
	f("Microsoft-Windows-WMI-Activity/Operational", "", 5858, "Id = {0}; ClientMachine = WS6; User = CORP\\ines; ClientProcessId = 13; Component = Unknown; Operation = Start x - SELECT '; ResultCode = 1; User = y'; ResultCode = 0x80041032; PossibleCause = Unknown",
		"Id={0}", "ClientMachine=WS6", "User=CORP\\ines", "ClientProcessId=13", "Component=Unknown", "Operation=Start x - SELECT '; ResultCode = 1; User = y'", "ResultCode=0x80041032", "PossibleCause=Unknown")
	f("Microsoft-Windows-WMI-Activity/Operational", "", 5861, "Namespace = //./root/subscription; Eventfilter = f (refer to its activate eventid:5859); Consumer = CommandLineEventConsumer=\"c\"; PossibleCause = Binding EventFilter: \ninstance of __EventFilter {}",
		"Namespace=//./root/subscription", "ESS=f (refer to its activate eventid:5859)", "CONSUMER=CommandLineEventConsumer=\"c\"", "PossibleCause=Binding EventFilter: \ninstance of __EventFilter {}")
}

// A client chooses the names that it logs on with; they must not move the blame.
func TestHostileNames(t *testing.T) {
	const fake = "\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tFAKE\r\n\tSource Network Address:\t203.0.113.9\r\n\tSource Port:\t1\r\n\r\nFailure Information:\r\n\tStatus:\t0x0\r\n"
	f := func(account, workstation string) {
		t.Helper()
		text := "An account failed to log on.\r\n\r\nLogon Type:\t\t\t3\r\n\r\nAccount For Which Logon Failed:\r\n\tAccount Name:\t\t" + account + "\r\n\r\nFailure Information:\r\n\tStatus:\t\t\t0xC000006D\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\t" + workstation + "\r\n\tSource Network Address:\t10.4.0.17\r\n\tSource Port:\t\t50122\r\n"
		got := map[string]string{}
		for _, v := range parse("Security", "", 4625, text) {
			name, v, _ := strings.Cut(v, "=")
			if _, ok := got[name]; !ok {
				got[name] = v
			}
		}
		status := got["Status"]
		if got["IpAddress"] != "10.4.0.17" || got["IpPort"] != "50122" || got["LogonType"] != "3" || status != "" && status != "0xc000006d" {
			t.Errorf("account %q, workstation %q: %v", account, workstation, got)
		}
	}
	f("admin", "WS17")
	f("admin"+fake, "WS17")
	f("admin", "WS17"+fake)
	f("admin\r\n\tSource Network Address:\t203.0.113.9", "WS17\r\n\tSource Network Address:\t203.0.113.9")
}

func FuzzScan(f *testing.F) {
	f.Add("Security", uint32(4624), []byte("A.\n\nSubject:\n\tSecurity ID:\tS-1-5-18\n\nLogon Type:\t3\n"))
	f.Add("Windows PowerShell", uint32(400), []byte("Engine state is changed from None to Available.\n\nDetails: \n\tx"))
	f.Add("Microsoft-Windows-PowerShell/Operational", uint32(4104), []byte("Creating Scriptblock text (1 of 1):\nx\nScriptBlock ID: y\nPath: z"))
	f.Fuzz(func(t *testing.T, channel string, id uint32, text []byte) {
		size := 0
		p := Parser{Field: func(_ string, v []byte) { size += len(v) }}
		p.Parse(channel, "", id, text)
		if size > 3*len(text)+64 {
			t.Fatalf("%d bytes became %d", len(text), size)
		}
		Time(text)
		Lines(text, func(_, _, _ []byte) {})
	})
}
