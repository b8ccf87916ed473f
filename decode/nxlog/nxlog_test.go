package nxlog

import (
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// one decodes a record with every field kept.
func one(t testing.TB, in string) (*footfall.Event, map[string][]string) {
	t.Helper()
	schema := footfall.NewSchema(true)
	f, err := Decoder.New(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := new(footfall.Batch)
	if err := f(b, []byte(in)); err != nil {
		t.Fatalf("%s: %v", in, err)
	}
	e := &b.Events[0]
	fields := map[string][]string{}
	for _, x := range e.Fields {
		name := schema.FieldName(x.ID)
		fields[name] = append(fields[name], x.Val)
	}
	return e, fields
}

func TestZone(t *testing.T) {
	f := func(in string, want bool) {
		t.Helper()
		if e, _ := one(t, `{"EventID":1,"Channel":"Security",`+in+`}`); e.Zoneless != want {
			t.Errorf("%s: zoneless %v", in, e.Zoneless)
		}
	}
	f(`"EventTime":"2031-03-04 10:00:01"`, true)
	f(`"EventTime":"2031-03-04 10:00:01","UtcTime":"2031-03-04 14:00:01.000"`, true)
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2032-03-04T14:00:03.5Z"`, true)
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2031-03-04T14:00:03.5Z"`, false)
	f(`"EventTime":"2031-03-04T10:00:01Z"`, false)
	f(`"@timestamp":"2031-03-04T10:00:01Z"`, false)
}

func TestTime(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		e, _ := one(t, `{"EventID":1,"Channel":"Security",`+in+`}`)
		if got := time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	f(`"EventTime":"2031-03-04 10:00:01"`, "2031-03-04T10:00:01Z")
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2031-03-04T14:00:03.5Z"`, "2031-03-04T14:00:01Z")
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2031-03-04T14:10:03.5Z"`, "2031-03-04T14:00:01Z")
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2031-03-04T14:00:00.5Z"`, "2031-03-04T14:00:01Z")
	f(`"EventTime":"2031-03-04 15:45:01","EventReceivedTime":"2031-03-04 16:20:01","@timestamp":"2031-03-04T10:35:03.5Z"`, "2031-03-04T10:00:01Z")
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2032-03-04T14:00:03.5Z"`, "2031-03-04T10:00:01Z")
	f(`"EventTime":"2031-03-04 10:00:01","@timestamp":"2031-03-04T14:00:03.5Z","UtcTime":"2031-03-04 14:00:00.987"`, "2031-03-04T14:00:00.987Z")
	f(`"EventTime":"2031-03-04 10:00:01","RecordNumber":5000007`, "2031-03-04T10:00:01.000000007Z")
	f(`"EventTime":"2031-03-04T10:00:01.5+02:00","@timestamp":"2031-03-04T14:00:03.5Z"`, "2031-03-04T08:00:01.5Z")
	f(`"TimeCreated":"2031-03-04T10:00:01.5Z","@timestamp":"2031-03-04T14:00:03.5Z"`, "2031-03-04T10:00:01.5Z")
	f(`"@timestamp":"2031-03-04T14:00:03.5Z"`, "2031-03-04T14:00:03.5Z")
	f(`"EventTime":"1601-01-01 00:00:00"`, "1970-01-01T00:00:00Z")
}

func TestNames(t *testing.T) {
	e, got := one(t, `{"EventTime":"2031-03-04 10:00:01","Hostname":"srv7.corp.example","Channel":"security","SourceName":"P","EventID":5156,"RecordNumber":9,
		"Keywords":-9214364837600034816,"ProcessID":"3304","ExecutionProcessID":4,"ThreadID":8,"EventType":"AUDIT_SUCCESS","UserID":"S-1-5-18",
		"AccountName":"SYSTEM","Domain":"NT AUTHORITY","AccountType":"User","Severity":"INFO","LogonType":3,"Signed":true,"Note":null,"List":["a","b"],
		"Opcode":"Info","OpcodeValue":0,"Task":12810,"Threat Name":"x","Message":"line\r\n\u00e9"}`)
	if e.Channel != "Security" || e.Provider != "P" || e.Computer != "srv7.corp.example" || e.EventID != 5156 || e.Record != 9 || !e.Native {
		t.Errorf("head: %+v", e)
	}
	f := func(name string, want ...string) {
		t.Helper()
		if g := got[name]; len(g) != len(want) || len(g) > 0 && g[0] != want[0] || len(g) > 1 && g[1] != want[1] {
			t.Errorf("%s: got %q, want %q", name, g, want)
		}
	}
	f("Keywords", "0x8020000000000000")
	f("ProcessID", "3304")
	f("Execution_ProcessID", "4")
	f("Execution_ThreadID", "8")
	f("EventType")
	f("AccountName")
	f("Domain")
	f("Severity")
	f("UserID", "S-1-5-18")
	f("LogonType", "3")
	f("Signed", "true")
	f("Note", "")
	f("List", "a", "b")
	f("Opcode", "0")
	f("Task", "12810")
	f("ThreatName", "x")
	f("EventID", "5156")
	f("Message", "line\r\n\u00e9")
}

func TestSystemUserIsNoField(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		_, got := one(t, in)
		v := ""
		if len(got["AccountName"]) > 0 {
			v = got["AccountName"][0]
		}
		if v != want {
			t.Errorf("%s: got %q, want %q", in, v, want)
		}
	}
	f(`{"EventID":7045,"Channel":"System","AccountName":"LocalSystem"}`, "LocalSystem")
	f(`{"EventID":7036,"Channel":"System","AccountName":"joe","Domain":"CORP","AccountType":"User"}`, "")
	f(`{"EventID":7036,"Channel":"System","AccountName":"joe","Domain":"CORP","UserID":"S-1-5-21-1-2-3-1104"}`, "")
}

func TestLostFields(t *testing.T) {
	f := func(in, name string, want ...string) {
		t.Helper()
		_, got := one(t, in)
		if strings.Join(got[name], "|") != strings.Join(want, "|") {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	f(`{"EventID":7045,"Channel":"System","AccountName":"joe","AccountType":"User","ServiceName":"s","Message":"A service was installed in the system.\r\n\r\nService Name:  other\r\nService Account:  LocalSystem"}`,
		"AccountName", "LocalSystem")
	f(`{"EventID":7045,"Channel":"System","ServiceName":"s","AccountName":"LocalSystem","Message":"\r\nService Account:  other"}`, "AccountName", "LocalSystem")
	f(`{"EventID":7045,"Channel":"System","AccountName":"joe","UserID":"S-1-5-18","ServiceName":"s","Message":"\r\nService Name:  other"}`, "ServiceName", "s")
	f(`{"EventID":13,"Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon","EventType":"INFO","Image":"a","Message":"Registry value set:\r\nEventType: SetValue\r\nImage: b"}`, "EventType", "SetValue")
	f(`{"EventID":13,"Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon","Image":"a","Message":"EventType: SetValue\r\nImage: b"}`, "Image", "a")
	f(`{"EventID":400,"Channel":"Windows PowerShell","SourceName":"PowerShell","Message":"Engine state is changed from None to Available. \r\n\r\nDetails: \r\n\tHostApplication=x"}`,
		"Data", "Available", "None", "\tHostApplication=x")
	f(`{"EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","Message":"The audit log was cleared.\r\nSubject:\r\n\tSecurity ID:\tS-1-5-21-1\r\n\tAccount Name:\tines"}`, "SubjectUserName", "ines")
}

func TestNotAnEvent(t *testing.T) {
	f, _ := Decoder.New(footfall.NewSchema(true), nil)
	for _, in := range []string{``, `{}`, `{"EventID":1}`, `{"EventID":"x","Channel":"y"}`, `[1]`, `{"EventID":1,"Channel":"y"`, `plain`} {
		if f(new(footfall.Batch), []byte(in)) == nil {
			t.Errorf("%s: no error", in)
		}
	}
}

const sample = `{"EventTime":"2031-03-04 10:00:01","Hostname":"srv7.corp.example","Keywords":-9214364837600034816,"EventType":"AUDIT_SUCCESS","SeverityValue":2,"Severity":"INFO","EventID":4624,"SourceName":"Microsoft-Windows-Security-Auditing","ProviderGuid":"{54849625-5478-4994-A5BA-3E3B0328C30D}","Version":2,"Task":12544,"OpcodeValue":0,"RecordNumber":771204,"ExecutionProcessID":700,"ThreadID":4012,"Channel":"Security","Category":"Logon","Opcode":"Info","SubjectUserSid":"S-1-0-0","SubjectUserName":"-","SubjectDomainName":"-","SubjectLogonId":"0x0","TargetUserSid":"S-1-5-21-11-22-33-1105","TargetUserName":"ines","TargetDomainName":"CORP","TargetLogonId":"0x8f3a21","LogonType":"3","LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos","WorkstationName":"-","LogonGuid":"{0a6d6a7a-0000-0000-0000-000000000001}","TransmittedServices":"-","LmPackageName":"-","KeyLength":"0","ProcessId":"0x0","ProcessName":"-","IpAddress":"10.4.0.17","IpPort":"50122","ImpersonationLevel":"%%1833","RestrictedAdminMode":"-","TargetOutboundUserName":"-","TargetOutboundDomainName":"-","VirtualAccount":"%%1843","TargetLinkedLogonId":"0x0","ElevatedToken":"%%1842","EventReceivedTime":"2031-03-04 10:00:02","SourceModuleName":"eventlog","SourceModuleType":"im_msvistalog"}`

func TestNoAllocs(t *testing.T) {
	for _, all := range []bool{false, true} {
		f, _ := Decoder.New(footfall.NewSchema(all), nil)
		b := new(footfall.Batch)
		data := []byte(sample)
		run := func() {
			b.Reset()
			if err := f(b, data); err != nil {
				t.Fatal(err)
			}
		}
		if n := testing.AllocsPerRun(200, run); n != 0 {
			t.Errorf("all fields %v: %v allocations", all, n)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	f, _ := Decoder.New(footfall.NewSchema(true), nil)
	batch := new(footfall.Batch)
	data := []byte(sample)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		if f(batch, data) != nil {
			b.Fatal("refused")
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"_source":{"EventID":"1","Channel":"x","List":[[{}],"a"],"param1":"v"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		Decoder.Sniff(data)
		dec, _ := Decoder.New(footfall.NewSchema(true), nil)
		b := new(footfall.Batch)
		if err := dec(b, data); err == nil && len(b.Events) != 1 {
			t.Fatalf("%d events", len(b.Events))
		}
	})
}
