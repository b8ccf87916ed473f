package windows

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// TestTable holds the table to what New and readers of the reference rely on.
func TestTable(t *testing.T) {
	for _, c := range Channels {
		if len(c.Services) == 0 {
			t.Errorf("%s: no service", c.Name)
		}
		seen := map[string]bool{}
		for _, m := range c.Events {
			if m.Doc == "" {
				t.Errorf("%s %d: no doc", c.Name, m.ID)
			}
			key := string(rune(m.ID)) + m.Provider
			if seen[key] {
				t.Errorf("%s %d: twice", c.Name, m.ID)
			}
			seen[key] = true
			fields := map[string]bool{}
			for _, b := range m.Reads {
				if fields[b.field] {
					t.Errorf("%s %d: field %s twice", c.Name, m.ID, b.field)
				}
				fields[b.field] = true
				if b.to.String() == "" {
					t.Errorf("%s %d: field %s feeds nothing", c.Name, m.ID, b.field)
				}
			}
		}
	}
	for r := toNothing + 1; r < roleEnd; r++ {
		if roleNames[r] == "" {
			t.Errorf("role %d has no name", r)
		}
	}
}

func TestEventsSorted(t *testing.T) {
	list := Events()
	if len(list) < 200 {
		t.Fatalf("%d events", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b Meaning) int {
		if a.Channel != b.Channel {
			return strings.Compare(a.Channel, b.Channel)
		}
		return int(a.ID) - int(b.ID)
	}) {
		t.Error("not in order")
	}
}

// TestAsks holds that New asks for what the table reads and for nothing that
// only rules could want.
func TestAsks(t *testing.T) {
	s := footfall.NewSchema(false)
	New(s)
	f := func(name string, want bool) {
		t.Helper()
		if got := s.Asked(name) != 0; got != want {
			t.Errorf("asked for %s: %v", name, got)
		}
	}
	f("TargetUserName", true)
	f("IpAddress", true)
	f("Keywords", true)
	f("ScriptBlockText", true)
	f("MandatoryLabel", false)
	f("Hashes", false)
	f("EventID", false)

	s = footfall.NewSchema(false)
	s.Field("Imphash")
	s.Field("IntegrityLevel")
	New(s)
	f("Hashes", true)
	f("MandatoryLabel", true)
}

// TestWorkersAgree holds that Readers of one Schema give the same events.
func TestWorkersAgree(t *testing.T) {
	s := footfall.NewSchema(false)
	rulesAsk(s)
	a, b := New(s), New(s)
	for _, sample := range []string{logon4624, process4688} {
		var x, y footfall.Batch
		if err := fill(s, &x, sample); err != nil {
			t.Fatal(err)
		}
		if err := fill(s, &y, sample); err != nil {
			t.Fatal(err)
		}
		a.Read(&x, &x.Events[0])
		b.Read(&y, &y.Events[0])
		if got, want := dump(s, &y.Events[0], 0), dump(s, &x.Events[0], 0); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// unmapped are log sources of SigmaHQ's Windows rules that no channel feeds.
var unmapped = []string{"category file_access", "category file_rename"}

// TestSigmaSources holds that every log source that SigmaHQ's Windows rules
// ask for is one that some event here has.
func TestSigmaSources(t *testing.T) {
	have := map[string]bool{}
	for _, c := range Channels {
		for _, x := range c.Services {
			have["service "+x] = true
		}
		for _, m := range c.Events {
			for _, x := range m.Categories {
				have["category "+x] = true
			}
		}
	}
	missing := map[string]string{}
	root := filepath.Join(shared.Dir(t), "data", "dev", "sigma")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, source := range logsource(data) {
			if !have[source] {
				missing[source] = path
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for source, path := range missing {
		if !slices.Contains(unmapped, source) {
			t.Errorf("%s: no event has %s", path, source)
		}
	}
	for _, source := range unmapped {
		if missing[source] == "" {
			t.Errorf("%s is said to be unmapped and is not asked for", source)
		}
	}
}

// logsource reads the parts of a Windows rule's log source.
func logsource(rule []byte) (parts []string) {
	_, rest, ok := bytes.Cut(rule, []byte("\nlogsource:"))
	if !ok {
		return nil
	}
	windows := false
	for text := range strings.Lines(strings.TrimLeft(string(rest), "\r\n")) {
		if text[0] != ' ' {
			break
		}
		key, val, _ := strings.Cut(strings.TrimSpace(text), ":")
		val, _, _ = strings.Cut(val, "#")
		val = strings.TrimSpace(val)
		switch key {
		case "product":
			windows = val == "windows"
		case "service", "category":
			parts = append(parts, key+" "+val)
		}
	}
	if !windows {
		return nil
	}
	return parts
}

func TestAddress(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		got := ""
		if a := address(in); a.IsValid() {
			got = a.String()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f("10.0.0.1", "10.0.0.1")
	f("::ffff:10.0.0.1", "10.0.0.1")
	f("fe80::1%12", "fe80::1")
	f("[2001:db8::1]", "2001:db8::1")
	f("0.0.0.0", "")
	f("::", "")
	f("-", "")
	f("LOCAL", "")
	f("cafe", "")
	f("10.0.0", "")
	f("255.255.255.255", "255.255.255.255")
	f("10.0.0.256", "")
	f("10.0.0.1000", "")
	f("10.0.0.01", "")
	f("10.0.0.1.2", "")
	f("10..0.1", "")
	f("10.0.0.", "")
	f("::ffff:0.0.0.0", "")
	f("1:2", "")
	f("10.0.0.1 ", "")
	f(strings.Repeat("1", 100), "")
}

func TestLogonID(t *testing.T) {
	var b footfall.Batch
	f := func(in, want string) {
		t.Helper()
		if got := logonID(&b, in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f("0x3e7", "0x3e7")
	f("0x3E7", "0x3e7")
	f("0X3e7", "0x3e7")
	f("0x00000000000003e7", "0x3e7")
	f("999", "0x3e7")
	f("0x0", "")
	f("0", "")
	f("", "")
	f("0xzz", "")
	f("0x1ffffffffffffffff", "")
}

func TestKeywords(t *testing.T) {
	f := func(in string, want bool) {
		t.Helper()
		if got := auditFailure(in); got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
	f("0x8020000000000000", false)
	f("0x8010000000000000", true)
	f("-9214364837600034816", false)
	f("-9218868437227405312", true)
	f("9232379236109516800", false)
	f("9227875636482146304", true)
	f("Audit Success", false)
	f("Audit Failure", true)
	f("AUDIT_FAILURE", true)
	f("-", false)
}

func TestReasons(t *testing.T) {
	nt := func(in string, want footfall.Reason) {
		t.Helper()
		if got := ntReason(in); got != want {
			t.Errorf("%s: got %v, want %v", in, got, want)
		}
	}
	nt("0xC0000064", footfall.ReasonNoUser)
	nt("3221225578", footfall.ReasonBadPassword)
	nt("0xc0000072", footfall.ReasonDisabled)
	nt("0xc0000234", footfall.ReasonLocked)
	nt("0xc0000193", footfall.ReasonExpired)
	nt("0xc000015b", footfall.ReasonRestricted)
	nt("0xc0000133", footfall.ReasonProtocol)
	nt("0xc000006d", footfall.ReasonUnknown)
	nt("%%2313", footfall.ReasonUnknown)
	krb := func(in string, want footfall.Reason) {
		t.Helper()
		if got := krbReason(in); got != want {
			t.Errorf("%s: got %v, want %v", in, got, want)
		}
	}
	krb("0x6", footfall.ReasonNoUser)
	krb("0x12", footfall.ReasonDisabled)
	krb("0x17", footfall.ReasonExpired)
	krb("0x18", footfall.ReasonBadPassword)
	krb("0xC", footfall.ReasonRestricted)
	krb("0x25", footfall.ReasonProtocol)
	krb("0x0", footfall.ReasonUnknown)
}

func TestServices(t *testing.T) {
	f := func(got, want footfall.Service) {
		t.Helper()
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	f(bySPN("TERMSRV/fs1"), footfall.ServiceRDP)
	f(bySPN("cifs/fs1"), footfall.ServiceSMB)
	f(bySPN("WSMAN/fs1"), footfall.ServiceWinRM)
	f(bySPN("RPCSS/fs1"), footfall.ServiceDCOM)
	f(bySPN("ldap/dc1/x"), footfall.ServiceLDAP)
	f(bySPN("MSSQLSvc/db:1433"), footfall.ServiceSQL)
	f(bySPN("HTTP/fs1"), footfall.ServiceUnknown) // WinRM as well as web servers
	f(bySPN("fs1"), footfall.ServiceUnknown)
	f(footfall.ServiceOfPort(22), footfall.ServiceSSH)
	f(footfall.ServiceOfPort(3389), footfall.ServiceRDP)
	f(footfall.ServiceOfPort(445), footfall.ServiceSMB)
	f(footfall.ServiceOfPort(5986), footfall.ServiceWinRM)
	f(footfall.ServiceOfPort(5909), footfall.ServiceVNC)
	f(footfall.ServiceOfPort(5910), footfall.ServiceUnknown)
	f(footfall.ServiceOfPort(3283), footfall.ServiceARD)
	f(footfall.ServiceOfPort(23), footfall.ServiceTelnet)
	f(footfall.ServiceOfPort(0), footfall.ServiceUnknown)
	f(byProcess(`C:\x\SSHD.EXE`), footfall.ServiceSSH)
	f(byProcess(`C:\x\notsshd.exe`), footfall.ServiceNetwork)
	f(byProcess(`w3wp.exe`), footfall.ServiceWeb)
	f(byProcess(``), footfall.ServiceNetwork)
}

// TestReference holds that what the generated reference says is complete.
func TestReference(t *testing.T) {
	for _, m := range Events() {
		for _, s := range m.Reads.Feeds() {
			if strings.HasSuffix(s, ": ") {
				t.Errorf("%s %d: %s feeds nothing", m.Channel, m.ID, s)
			}
		}
		for _, a := range m.Aliases {
			if a.From() == "" || strings.HasPrefix(a.From(), "\x00") || a.Sigma == "" || a.How.String() == "" {
				t.Errorf("%s %d: alias %+q", m.Channel, m.ID, a)
			}
		}
	}
}

// FuzzRead feeds values and names of any kind to every entry.
func FuzzRead(f *testing.F) {
	f.Add("Security", uint32(4624), "Microsoft-Windows-Security-Auditing", "IpAddress", "::ffff:10.0.0.1", "TargetLogonId", "0x3E7")
	f.Add("Microsoft-Windows-WinRM/Operational", uint32(91), "", "resourceUri", "u (a clientIP: 1.1.1.1)", "UserID", "S-1-5-18")
	f.Add("System", uint32(7045), "Service Control Manager", "ImagePath", `"a b" c`, "AccountName", "x")
	f.Add("Windows PowerShell", uint32(400), "", "Data", "\n\tHostApplication=a\n", "param1", "x")
	f.Add("Microsoft-Windows-SMBServer/Security", uint32(551), "", "ClientAddress", "02-00-F4-D5-0A-70-8C-8F", "Status", "-1")
	f.Add("Security", uint32(4657), "", "ObjectName", `\REGISTRY\MACHINE\SYSTEM\ControlSet001`, "NewValue", "18446744073709551615")
	s := footfall.NewSchema(true)
	r := New(s)
	table := Events()
	names := slices.Sorted(func(yield func(string) bool) {
		for _, m := range table {
			for _, b := range m.Reads {
				if !yield(b.field) {
					return
				}
			}
		}
	})
	names = slices.Compact(names)
	f.Fuzz(func(t *testing.T, channel string, id uint32, provider, name1, val1, name2, val2 string) {
		var b footfall.Batch
		try := func(channel string, id uint32, fields ...string) {
			e := b.New()
			e.Channel, e.Provider, e.EventID, e.Computer = channel, provider, id, val2
			for i := 0; i+1 < len(fields); i += 2 {
				b.Add(s.Field(fields[i]), fields[i+1])
			}
			r.Read(&b, e)
			e = &b.Events[len(b.Events)-1]
			if l := s.LogOf(e.Log); l.Product != "windows" && l.Product != "linux" {
				t.Errorf("log of %q %d is %v", channel, id, l)
			}
			if utf8.ValidString(val1) && utf8.ValidString(val2) && !(utf8.ValidString(e.Object) && utf8.ValidString(e.Command) && utf8.ValidString(e.Image) && utf8.ValidString(e.User.Name)) {
				t.Errorf("%q %d: text was cut inside a character", channel, id)
			}
		}
		name1, name2 = names[len(name1)%len(names)], names[len(name2)%len(names)]
		try(channel, id, name1, val1, name2, val2)
		for _, m := range table {
			if m.ID%64 != id%64 {
				continue
			}
			var fields []string
			for i, x := range m.Reads {
				fields = append(fields, x.field, [2]string{val1, val2}[i%2])
			}
			for _, a := range m.Aliases {
				fields = append(fields, a.Field, val1)
			}
			try(m.Channel, m.ID, fields...)
		}
	})
}
