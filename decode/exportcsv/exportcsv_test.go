package exportcsv

import (
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/corpus"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
)

const (
	header = `"Message","Id","Version","Qualifiers","Level","Task","Opcode","Keywords","RecordId","ProviderName","ProviderId","LogName","ProcessId","ThreadId","MachineName","UserId","TimeCreated","ActivityId"`
	logon  = "\"An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\t-\r\n\tAccount Domain:\t\t-\r\n\tLogon ID:\t\t0x0\r\n\r\nLogon Information:\r\n\tLogon Type:\t\t3\r\n\tRestricted Admin Mode:\t-\r\n\tVirtual Account:\t\tNo\r\n\tElevated Token:\t\tYes\r\n\r\nImpersonation Level:\t\tImpersonation\r\n\r\nNew Logon:\r\n\tSecurity ID:\t\tS-1-5-21-11-22-33-1105\r\n\tAccount Name:\t\tines\r\n\tAccount Domain:\t\tCORP\r\n\tLogon ID:\t\t0x8F3A21\r\n\tLinked Logon ID:\t\t0x0\r\n\r\nProcess Information:\r\n\tProcess ID:\t\t0x0\r\n\tProcess Name:\t\t-\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tWS17\r\n\tSource Network Address:\t10.4.0.17\r\n\tSource Port:\t\t50122\r\n\r\nDetailed Authentication Information:\r\n\tLogon Process:\t\tNtLmSsp \r\n\tAuthentication Package:\tNTLM\r\n\tPackage Name (NTLM only):\tNTLM V2\r\n\tKey Length:\t\t128\r\n\r\nThis event is generated when a logon session is created.\""
	record = logon + `,"4624","2",,"0","12544","0","-9214364837600034816","771204","Microsoft-Windows-Security-Auditing","54849625-5478-4994-a5ba-3e3b0328c30d","Security","700","4012","srv7.corp.example",,"3/4/2031 10:00:01 PM",`
)

// all decodes a whole file with every field kept.
func all(t testing.TB, in string) ([]footfall.Event, func(i int, name string) string) {
	t.Helper()
	schema := footfall.NewSchema(true)
	head, rest, _ := strings.Cut(in, "\n")
	f, err := Decoder.New(schema, []byte(strings.TrimSuffix(head, "\r")))
	if err != nil {
		t.Fatal(err)
	}
	b := new(footfall.Batch)
	frame.CSV([]byte(rest), func(_ int, rec []byte) bool {
		if err := f(b, rec); err != nil {
			t.Errorf("%q: %v", rec, err)
		}
		return true
	})
	return b.Events, func(i int, name string) string {
		v, _ := b.Events[i].Get(schema.Asked(name))
		return v
	}
}

func TestGetWinEvent(t *testing.T) {
	events, field := all(t, header+"\r\n"+record+"\r\n"+record)
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	e := &events[1]
	if e.Channel != "Security" || e.EventID != 4624 || !e.Zoneless || e.Computer != "srv7.corp.example" || e.Record != 771204 || !e.Native ||
		time.Unix(0, e.Time).UTC().Format(time.DateTime) != "2031-03-04 22:00:01" {
		t.Errorf("%+v", e)
	}
	f := func(name, want string) {
		t.Helper()
		if got := field(1, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	f("SubjectUserSid", "S-1-0-0")
	f("TargetUserName", "ines")
	f("TargetDomainName", "CORP")
	f("TargetLogonId", "0x8f3a21")
	f("LogonType", "3")
	f("IpAddress", "10.4.0.17")
	f("IpPort", "50122")
	f("WorkstationName", "WS17")
	f("ElevatedToken", "%%1842")
	f("ImpersonationLevel", "%%1833")
	f("LogonProcessName", "NtLmSsp")
	f("LmPackageName", "NTLM V2")
	f("Keywords", "0x8020000000000000")
	f("Provider_Guid", "{54849625-5478-4994-a5ba-3e3b0328c30d}")
	f("Level", "0")
}

func TestEventViewer(t *testing.T) {
	in := "Keywords,Date and Time,Source,Event ID,Task Category\r\nAudit Failure,3/14/2031 9:05:00 AM,Microsoft-Windows-Security-Auditing,4625,Logon,\"An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tNULL SID\r\n\r\nLogon Type:\t\t\t10\r\n\r\nAccount For Which Logon Failed:\r\n\tSecurity ID:\t\tNULL SID\r\n\tAccount Name:\t\tadmin\r\n\tAccount Domain:\t\t\r\n\r\nFailure Information:\r\n\tFailure Reason:\t\tUnknown user name or bad password.\r\n\tStatus:\t\t\t0xC000006D\r\n\tSub Status:\t\t0xC0000064\r\n\"\r\n"
	events, field := all(t, in)
	if len(events) != 1 || events[0].Channel != "Security" || events[0].EventID != 4625 {
		t.Fatalf("%+v", events)
	}
	for name, want := range map[string]string{"TargetUserName": "admin", "LogonType": "10", "Status": "0xc000006d", "SubStatus": "0xc0000064", "FailureReason": "%%2313", "TargetUserSid": "S-1-0-0", "Keywords": "0x8010000000000000"} {
		if got := field(0, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestGetEventLog(t *testing.T) {
	in := "\"EventID\",\"MachineName\",\"Data\",\"Index\",\"Category\",\"CategoryNumber\",\"EntryType\",\"Message\",\"Source\",\"ReplacementStrings\",\"InstanceId\",\"TimeGenerated\",\"TimeWritten\",\"UserName\"\n" +
		"\"7045\",\"srv7\",\"System.Byte[]\",\"31\",\"(0)\",\"0\",\"Information\",\"A service was installed in the system.\r\n\r\nService Name:  helper\r\nService File Name:  %COMSPEC% /c start x: y\r\nService Type:  user mode service\r\nService Start Type:  demand start\r\nService Account:  LocalSystem\",\"Service Control Manager\",\"System.String[]\",\"1073748869\",\"04.03.2031 10:00:01\",\"04.03.2031 10:00:01\",\"CORP\\ines\"\n"
	events, field := all(t, in)
	if len(events) != 1 || events[0].Provider != "Service Control Manager" || events[0].Record != 31 || time.Unix(0, events[0].Time).UTC().Format(time.DateOnly) != "2031-03-04" {
		t.Fatalf("%+v", events)
	}
	for name, want := range map[string]string{"ServiceName": "helper", "ImagePath": "%COMSPEC% /c start x: y", "AccountName": "LocalSystem", "StartType": "demand start"} {
		if got := field(0, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestSelectedColumns(t *testing.T) {
	events, field := all(t, "TimeCreated,Id,Message\n2031-03-04 10:00:01,4672,\"Special privileges assigned to new logon.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tCORP\\ines\r\n\tAccount Name:\t\tines\r\n\tLogon ID:\t\t0x1\r\n\r\nPrivileges:\t\tSeDebugPrivilege\r\n\t\t\tSeBackupPrivilege\"")
	if len(events) != 1 || events[0].Provider != "Microsoft-Windows-Security-Auditing" {
		t.Fatalf("%+v", events)
	}
	if got := field(0, "PrivilegeList"); got != "SeDebugPrivilege\r\n\t\t\tSeBackupPrivilege" {
		t.Errorf("privileges: %q", got)
	}
	if got := field(0, "SubjectUserSid"); got != "" {
		t.Errorf("a name is no SID: %q", got)
	}
}

func TestFlat(t *testing.T) {
	events, field := all(t, "EventID,Channel,Computer,Provider_Name,SystemTime,EventRecordID,Image,CommandLine\n1,Microsoft-Windows-Sysmon/Operational,ws4,Microsoft-Windows-Sysmon,2031-03-04T10:00:01Z,7,C:\\a.exe,\"a \"\"b\"\"\"\n")
	if len(events) != 1 || events[0].Computer != "ws4" || events[0].Record != 7 || events[0].Zoneless {
		t.Fatalf("%+v", events)
	}
	if got := field(0, "CommandLine"); got != `a "b"` || field(0, "Image") != `C:\a.exe` {
		t.Errorf("command line %q, image %q", got, field(0, "Image"))
	}
}

func TestDate(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		got := ""
		if m, ok := date([]byte(in)); ok {
			got = time.Unix(0, m.UnixNano()).UTC().Format("2006-01-02 15:04:05")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f("3/4/2031 10:00:01 AM", "2031-03-04 10:00:01")
	f("3/4/2031 12:00:01 AM", "2031-03-04 00:00:01")
	f("3/4/2031 12:00:01 PM", "2031-03-04 12:00:01")
	f("3/4/2031 10:00:01\u202fPM", "2031-03-04 22:00:01")
	f("3/14/2031 1:02:03 a.m.", "2031-03-14 01:02:03")
	f("14/3/2031 1:02:03 AM", "2031-03-14 01:02:03")
	f("4/03/2031 1:02:03 AM", "2031-03-04 01:02:03")
	f("04/03/2031 10:00:01", "2031-03-04 10:00:01")
	f("04.03.2031 10:00:01", "2031-03-04 10:00:01")
	f("4.3.2031 10.00.01", "2031-03-04 10:00:01")
	f("04-03-2031 10:00:01", "2031-03-04 10:00:01")
	f("2031-03-04 10:00:01", "2031-03-04 10:00:01")
	f("2031/3/4 10:00:01", "2031-03-04 10:00:01")
	f("2031-03-04T10:00:01.1234567+02:00", "2031-03-04 08:00:01")
	f("3/4/2031 10:00", "2031-04-03 10:00:00")
	f("13/13/2031 10:00:01", "")
	f("3/4/2031 13:00:01 PM", "")
	f("yesterday", "")
	f("", "")
}

func TestNotMine(t *testing.T) {
	err := corpus.Walk(shared.Dir(t), "", func(f *corpus.File) {
		if n := Decoder.Sniff(f.Head()); n > 0 {
			t.Errorf("%s: sniff %d", f.Path, n)
		}
	})
	if err != nil {
		t.Error(err)
	}
	for _, h := range []string{header, "#TYPE System.X\n" + header, "Level,Date and Time,Source,Event ID,Task Category", "TimeCreated;Id;Message", "EventID,Channel,SystemTime,Image"} {
		if n := Decoder.Sniff([]byte(h + "\r\nx")); n < 80 {
			t.Errorf("%s: sniff %d", h, n)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	f, err := Decoder.New(footfall.NewSchema(true), []byte(header))
	if err != nil {
		t.Fatal(err)
	}
	b := new(footfall.Batch)
	data := []byte(record)
	run := func() {
		b.Reset()
		if err := f(b, data); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(200, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecode(b *testing.B) {
	f, _ := Decoder.New(footfall.NewSchema(true), []byte(header))
	batch := new(footfall.Batch)
	data := []byte(record)
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
	f.Add([]byte(header), []byte(record))
	f.Add([]byte("TimeCreated;Id;Message"), []byte("3/4/2031 1:00 PM;4104;\"Creating Scriptblock text (1 of 1):\nx\nScriptBlock ID: y\nPath: z\""))
	f.Add([]byte("@timestamp,winlog.channel,event.code,winlog.event_data.IpAddress"), []byte("\"May 2, 2031 @ 08:15:00.123\",Security,4624,-"))
	f.Fuzz(func(t *testing.T, head, data []byte) {
		Decoder.Sniff(head)
		dec, err := Decoder.New(footfall.NewSchema(true), head)
		if err != nil {
			return
		}
		b := new(footfall.Batch)
		if err := dec(b, data); err == nil && len(b.Events) != 1 {
			t.Fatalf("%d events", len(b.Events))
		}
	})
}
