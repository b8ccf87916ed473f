package windows

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the want parts of samples")

// A sample is one event: channel, id, computer, then fields. A value with a
// blank is a Go string; @provider names the provider.
func fill(s *footfall.Schema, b *footfall.Batch, text string) error {
	words, err := split(text)
	if err != nil || len(words) < 3 {
		return fmt.Errorf("a sample is channel, id, computer and fields: %q: %v", text, err)
	}
	e := b.New()
	e.Channel, e.Computer = words[0], words[2]
	id, err := strconv.ParseUint(words[1], 10, 32)
	if err != nil {
		return err
	}
	e.EventID = uint32(id)
	for _, w := range words[3:] {
		name, val, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Errorf("no value: %q", w)
		}
		if name == "@provider" {
			e.Provider = val
			continue
		}
		b.Add(s.Asked(name), val)
	}
	return nil
}

// split parts words at blanks; quotes hold blanks and the escapes of Go.
func split(s string) ([]string, error) {
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var w strings.Builder
		for s != "" && s[0] != ' ' {
			if s[0] != '"' {
				w.WriteByte(s[0])
				s = s[1:]
				continue
			}
			q, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, err
			}
			v, err := strconv.Unquote(q)
			if err != nil {
				return nil, err
			}
			w.WriteString(v)
			s = s[len(q):]
		}
		out = append(out, w.String())
	}
	return out, nil
}

// dump writes what was understood, one event a line, and the fields that were
// added for rules.
func dump(s *footfall.Schema, e *footfall.Event, had int) string {
	var out strings.Builder
	put := func(name, val string) {
		if val != "" {
			if strings.ContainsAny(val, " \"\n\t") {
				val = strconv.Quote(val)
			}
			fmt.Fprintf(&out, " %s=%s", name, val)
		}
	}
	end := func(name string, p footfall.Endpoint) {
		put(name+".host", p.Host)
		if p.Addr.IsValid() {
			put(name+".addr", p.Addr.String())
		}
		if p.Port != 0 {
			put(name+".port", strconv.Itoa(int(p.Port)))
		}
	}
	who := func(name string, a footfall.Account) {
		put(name, footfall.Canonical(a, true))
		put(name+".sid", a.SID)
	}
	fmt.Fprintf(&out, "%s/%d", e.Channel, e.EventID)
	put("kind", e.Kind.String())
	put("service", e.Service.String())
	put("auth", e.Auth.String())
	put("outcome", e.Outcome.String())
	put("reason", e.Reason.String())
	put("mfa", e.MFA.String())
	if e.LogonType != 0 {
		put("type", strconv.Itoa(int(e.LogonType)))
	}
	if e.Locality != 0 {
		put("locality", strconv.Itoa(int(e.Locality)))
	}
	if e.Elevated {
		put("elevated", "yes")
	}
	if e.Guest {
		put("guest", "yes")
	}
	end("from", e.From)
	end("to", e.To)
	who("user", e.User)
	who("target", e.Target)
	put("session", e.Session)
	put("parent", e.Parent)
	put("object", e.Object)
	put("image", e.Image)
	put("by", e.ParentImg)
	put("command", e.Command)
	put("client", e.Client)
	if e.Bytes != 0 {
		put("bytes", strconv.FormatInt(e.Bytes, 10))
	}
	if e.Duration != 0 {
		put("seconds", strconv.FormatInt(e.Duration/1e9, 10))
	}
	put("program", e.Program)
	if e.PID != 0 {
		put("pid", strconv.FormatUint(uint64(e.PID), 10))
	}
	put("message", e.Message)
	log := s.LogOf(e.Log)
	fmt.Fprintf(&out, "\n  log %s %v %v\n", log.Product, log.Services, log.Categories)
	for _, x := range e.Fields[had:] {
		switch n := s.FieldName(x.ID); n {
		case "EventID", "Channel", "Provider_Name", "SourceName", "Computer":
		default:
			fmt.Fprintf(&out, "  %s: %q\n", n, x.Val)
		}
	}
	return out.String()
}

func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		a := txtar.Parse(data)
		s := footfall.NewSchema(true)
		r := New(s)
		var got strings.Builder
		for text := range strings.Lines(string(a.Get("in"))) {
			if strings.TrimSpace(text) == "" {
				continue
			}
			var b footfall.Batch
			if err := fill(s, &b, text); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			e := &b.Events[0]
			had := len(e.Fields)
			r.Read(&b, e)
			got.WriteString(dump(s, &b.Events[0], had))
		}
		if want := string(a.Get("want")); got.String() != want {
			if *update {
				a.Set("want", []byte(got.String()))
				if err := os.WriteFile(path, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				continue
			}
			t.Errorf("%s: got\n%s\nwant\n%s", path, got.String(), want)
		}
	}
}

// logon4624 is a whole 4624 of a network logon.
const logon4624 = `Security 4624 fs1.corp.example @provider=Microsoft-Windows-Security-Auditing SubjectUserSid=S-1-0-0 SubjectUserName=- SubjectDomainName=- SubjectLogonId=0x0 TargetUserSid=S-1-5-21-7-7-7-1104 TargetUserName=mara TargetDomainName=CORP TargetLogonId=0x8af31 LogonType=3 LogonProcessName="NtLmSsp " AuthenticationPackageName=NTLM WorkstationName=WS17 LogonGuid={00000000-0000-0000-0000-000000000000} TransmittedServices=- LmPackageName="NTLM V2" KeyLength=128 ProcessId=0x0 ProcessName=- IpAddress=10.1.2.17 IpPort=50123 ImpersonationLevel=%%1833 RestrictedAdminMode=- TargetOutboundUserName=- TargetOutboundDomainName=- VirtualAccount=%%1843 TargetLinkedLogonId=0x0 ElevatedToken=%%1842 Keywords=0x8020000000000000`

// process4688 is a whole 4688.
const process4688 = `Security 4688 fs1.corp.example @provider=Microsoft-Windows-Security-Auditing SubjectUserSid=S-1-5-18 SubjectUserName=FS1$ SubjectDomainName=CORP SubjectLogonId=0x3e7 NewProcessId=0x1f0 NewProcessName=C:\Windows\System32\cmd.exe TokenElevationType=%%1936 ProcessId=0x2bc CommandLine="cmd /c whoami" TargetUserSid=S-1-0-0 TargetUserName=- TargetDomainName=- TargetLogonId=0x0 ParentProcessName=C:\Windows\System32\services.exe MandatoryLabel=S-1-16-16384 Keywords=0x8020000000000000`

// rulesAsk stands for what rules ask for.
func rulesAsk(s *footfall.Schema) {
	for _, n := range []string{"EventID", "Channel", "Provider_Name", "Image", "ParentImage", "CommandLine", "User", "LogonId", "IntegrityLevel", "TargetObject", "Details", "Hashes", "Imphash"} {
		s.Field(n)
	}
}

func measured(tb testing.TB, sample string) (read func()) {
	tb.Helper()
	s := footfall.NewSchema(false)
	rulesAsk(s)
	r := New(s)
	b := new(footfall.Batch)
	if err := fill(s, b, sample); err != nil {
		tb.Fatal(err)
	}
	raw := slices.Clone(b.Events[0].Fields)
	first := b.Events[0]
	return func() {
		b.Reset()
		e := b.New()
		*e = first
		e.Fields = nil
		for _, f := range raw {
			b.Add(f.ID, f.Val)
		}
		r.Read(b, &b.Events[0])
	}
}

func TestNoAllocs(t *testing.T) {
	f := func(sample string) {
		t.Helper()
		read := measured(t, sample)
		read()
		if n := testing.AllocsPerRun(200, read); n != 0 {
			t.Errorf("%.40s: %v allocations an event", sample, n)
		}
	}
	f(logon4624)
	f(process4688)
	f(`Microsoft-Windows-Sysmon/Operational 3 ws1 Image=C:\a.exe User=CORP\mara Initiated=true SourceIp=10.1.1.1 SourcePort=5000 DestinationIp=10.1.1.2 DestinationPort=445`)
	f(`Microsoft-Windows-Sysmon/Operational 18 ws1 PipeName=\SVCCTL Image=System`)
	f(`Security 4657 ws1 ObjectName=\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\x ObjectValueName=Start OperationType=%%1905 NewValueType=%%1876 NewValue=4`)
	f(`nowhere 1 ws1 a=b`)
}

// BenchmarkRead measures Read alone: the event's fields are given to it whole.
func BenchmarkRead(b *testing.B) {
	for _, x := range []struct{ name, sample string }{
		{"4624", logon4624},
		{"4688", process4688},
		{"unknown", `nowhere 1 ws1 TargetUserName=b`},
	} {
		b.Run(x.name, func(b *testing.B) {
			s := footfall.NewSchema(false)
			r := New(s)
			t, to := new(footfall.Batch), new(footfall.Batch)
			if err := fill(s, t, x.sample); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				to.Reset()
				e := to.New()
				*e = t.Events[0]
				r.Read(to, e)
			}
		})
	}
}

// BenchmarkRules measures filling an event and reading it with what rules ask for.
func BenchmarkRules(b *testing.B) {
	for _, x := range []struct{ name, sample string }{{"4624", logon4624}, {"4688", process4688}} {
		b.Run(x.name, func(b *testing.B) {
			read := measured(b, x.sample)
			b.ReportAllocs()
			for b.Loop() {
				read()
			}
		})
	}
}
