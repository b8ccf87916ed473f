package report

import (
	"fmt"
	"iter"
	"reflect"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

func at(clock string) int64 {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-03-04 "+clock)
	if err != nil {
		panic(err)
	}
	return t.UnixNano()
}

// made is a run as a hunt would report it, with names that nobody has.
func made() *footfall.Run {
	guess := &footfall.Rule{ID: "guess", Title: "Failures, then a success", Level: footfall.LevelHigh}
	service := &footfall.Rule{ID: "netservice", Title: "Service installed under a network logon", Level: footfall.LevelHigh}
	fanout := &footfall.Rule{ID: "fanout", Title: "One account on many hosts", Level: footfall.LevelMedium}
	sigma := &footfall.Rule{ID: "5f0f47a5-1111-4a2b-8a0b-0a0b0c0d0e0f", Title: "Service binary starts a shell", Level: footfall.LevelMedium, Source: "rules/shell.yml"}
	ref := func(input uint32, n int64) footfall.Ref { return footfall.Ref{Input: input, Offset: n * 100} }
	f1 := &footfall.Finding{
		ID: "0000000000000001", Rule: guess, Title: guess.Title, Level: footfall.LevelHigh, Weight: 3.2, Count: 42,
		Why:      "41 failed logons as dev from 203.0.113.50 on jump1 in 6 minutes, then a success with a password at 02:16:40",
		Innocent: "A mistyped or stored old password gives few failures and a usual source; 203.0.113.50 was never seen before.",
		Attack:   []string{"T1021.004", "T1110.001"}, First: at("02:10:02"), Last: at("02:16:40"),
		Entities: []footfall.Entity{
			{Role: footfall.RoleSource, Kind: "address", Name: "203.0.113.50"},
			{Role: footfall.RoleDestination, Kind: "host", Name: "jump1"},
			{Role: footfall.RoleActor, Kind: "account", Name: "dev"},
		},
		Path:     []footfall.Hop{{Time: at("02:16:40"), From: "203.0.113.50", To: "jump1", Account: "dev", Service: footfall.ServiceSSH, Outcome: footfall.Success, Ref: ref(0, 42)}},
		Sessions: []string{"jump1|4411"},
	}
	for i := range int64(20) {
		f1.Evidence = append(f1.Evidence, ref(0, i+1))
	}
	f2 := &footfall.Finding{
		ID: "0000000000000002", Rule: service, Title: service.Title, Level: footfall.LevelHigh, Weight: 4, Count: 2,
		Why:    `service PSUPD (%SystemRoot%\PSUPD.exe) was installed on fs01 5 s after a network logon of acme\svc-copy from jump1`,
		Attack: []string{"T1021.002", "T1543.003"}, First: at("02:22:05"), Last: at("02:22:10"),
		Entities: []footfall.Entity{
			{Role: footfall.RoleSource, Kind: "host", Name: "jump1"},
			{Role: footfall.RoleDestination, Kind: "host", Name: "fs01"},
			{Role: footfall.RoleActor, Kind: "account", Name: `acme\svc-copy`},
			{Role: footfall.RoleObject, Kind: "service", Name: "PSUPD"},
		},
		Path:     []footfall.Hop{{Time: at("02:22:05"), From: "jump1", To: "fs01", Account: `acme\svc-copy`, Service: footfall.ServiceSMB, Outcome: footfall.Success, Switch: "dev", Ref: ref(1, 7)}},
		Evidence: []footfall.Ref{ref(1, 7), ref(1, 8)}, Sessions: []string{"fs01|0x5a10"},
	}
	f3 := &footfall.Finding{
		ID: "0000000000000003", Rule: fanout, Title: fanout.Title, Level: footfall.LevelMedium, Weight: 2, Count: 3,
		Why:    `acme\svc-copy reached 4 hosts in 24 minutes, more than ever in 31 days (before: 1)`,
		Attack: []string{"T1021.002"}, First: at("02:22:05"), Last: at("02:46:00"),
		Entities: []footfall.Entity{{Role: footfall.RoleActor, Kind: "account", Name: `acme\svc-copy`}, {Role: footfall.RoleDestination, Kind: "host", Name: "dc01"}},
		Path: []footfall.Hop{
			{Time: at("02:31:12"), From: "fs01", To: "app3", Account: `acme\svc-copy`, Service: footfall.ServiceWinRM, Outcome: footfall.Failure, Ref: ref(1, 30)},
			{Time: at("02:40:00"), From: "fs01", To: "dc01", Account: `acme\svc-copy`, Service: footfall.ServiceSMB, Outcome: footfall.Success, Ref: ref(2, 1)},
			{Time: at("02:46:00"), From: "dc01", To: "db-reports-02", Account: `acme\administrator`, Service: footfall.ServiceRDP, Outcome: footfall.Success, Switch: `acme\svc-copy`, Ref: ref(2, 9)},
		},
		Evidence: []footfall.Ref{ref(1, 7), ref(2, 1), ref(2, 9)},
	}
	f4 := &footfall.Finding{
		ID: "0000000000000004", Rule: sigma, Title: sigma.Title, Level: footfall.LevelMedium, Weight: 2, Count: 1, Why: "Image: cmd.exe, ParentImage: services.exe",
		Attack: []string{"T1569.002"}, First: at("02:22:12"), Last: at("02:22:12"),
		Entities: []footfall.Entity{{Role: footfall.RoleDestination, Kind: "host", Name: "fs01"}}, Evidence: []footfall.Ref{ref(1, 12)},
	}
	f5 := &footfall.Finding{
		ID: "0000000000000005", Rule: fanout, Title: "First logon of ann on web2", Level: footfall.LevelLow, Weight: 0.8, Count: 1, Why: "ann was never on web2 in 2 days",
		Attack: []string{"T1021.004"}, First: at("09:02:00"), Last: at("09:02:00"), Evidence: []footfall.Ref{ref(0, 900)},
	}
	c := &footfall.Case{
		ID: f1.ID, Level: footfall.LevelCritical, Score: 100, First: f1.First, Last: f3.Last, Playbooks: []string{"t1021"},
		Title:     `dev and 2 more on 5 hosts: Service installed under a network logon`,
		Sentence:  `3 accounts (dev, acme\svc-copy and 1 more) logged on from 203.0.113.50 to 5 hosts (jump1, fs01, app3, dc01 and 1 more) by SSH, SMB, WinRM and RDP from 2026-03-04 02:10:02 to 02:46:00 UTC (35 min); believed because service PSUPD (%SystemRoot%\PSUPD.exe) was installed on fs01 5 s after a network logon of acme\svc-copy from jump1; 3 further reasons agree: Failures, then a success, One account on many hosts and Service binary starts a shell.`,
		ScoreText: "+4.0 Service installed under a network logon, +3.2 Failures, then a success, +2.0 One account on many hosts, +2.0 Service binary starts a shell: sum +11.2 log-odds, 100/(1+e^-(11.2)) = 100 of 100; level raised to critical because 4 different reasons at medium or above agree",
		Attack:    []string{"T1021.002", "T1021.004", "T1110.001", "T1543.003", "T1569.002"},
		Findings:  []*footfall.Finding{f1, f2, f3, f4},
		Path:      append(append(append([]footfall.Hop{}, f1.Path...), f2.Path...), f3.Path...),
		Questions: []footfall.Answer{
			{ID: "t1021.source_normal", Ask: "Is the source IP of the login considered normal for the user or system?", Tier: "L1", Verdict: footfall.No, Abuse: true, Text: "203.0.113.50 was never a source of dev in 31 days; 3 others were, 214 times.", Sure: 0.94, Span: footfall.Span{From: at("00:00:00") - int64(31*day), Until: at("00:00:00"), Days: 29}, Takes: []string{"logons of the account"}, Why: "Stolen credentials are mostly used from a machine that their owner never used.", Evidence: f1.Evidence[:3]},
			{ID: "t1021.hour_normal", Ask: "Is the timing of the login consistent with the user's typical behavior?", Tier: "L1", Verdict: footfall.Unknown, Text: "The log of jump1 goes back 2 days only.", Unknown: "Ask the owner about the working hours of that day, and read at least two weeks of logons of the account.", Why: "Intruders work at their own hours."},
			{ID: "t1021.failures", Ask: "Are there multiple failed login attempts before a successful one?", Tier: "L1", Verdict: footfall.Yes, Abuse: true, Text: "41 failures in 6 minutes before the success at 02:16:40.", Why: "Failures and then a success is what a guessed password looks like.", Evidence: f1.Evidence},
			{ID: "t1021.new_systems", Ask: "Has the account been used to log into other services or systems without prior precedence?", Tier: "L1", Verdict: footfall.Yes, Abuse: true, Text: `fs01, app3 and dc01 are new for acme\svc-copy, which used 1 host in 31 days.`, Why: "An account that goes where it never went is being used by somebody who looks around.", Evidence: f3.Evidence},
		},
		Decision: footfall.Decision{Escalate: true, To: "T2", Urgency: "at once", Reasons: []footfall.Ground{
			{ID: "t1021.known_bad", Because: "logins occur from known malicious IP addresses", State: "unknown", To: "T2", Text: "it takes a list of addresses known to be bad (--intel), which is not there"},
			{ID: "t1021.brute_force", Because: "there is evidence of brute force access attempts", If: "answers.failures == yes", Level: footfall.LevelHigh, State: "matched", To: "T2", Text: "yes, 41 failures in 6 minutes before the success at 02:16:40"},
			{ID: "t1021.critical_new", Because: "sensitive or critical systems are accessed by accounts with no prior history", State: "matched", To: "T2", Text: "a critical host is among the destinations"},
			{ID: "t1021.many_systems", Because: "multiple systems or services are being accessed outside of known patterns", State: "not_matched", To: "T2", Text: "1 host"},
		}},
		Tasks: []footfall.Task{
			{ID: "t1021.ask_owner", Tier: "L1", Text: "Verify the authenticity of the account being used by confirming recent activities with the account owner.", State: "open"},
			{ID: "t1021.where_from", Tier: "L1", Text: "Gather information on the IP address and geographical location associated with the login attempt to determine if it aligns with the user's regular pattern.", State: "done", Note: "203.0.113.50 was never a source of dev in 31 days."},
			{ID: "t1021.movement", Tier: "T2", Text: "Review additional logs for any signs of lateral movement or data access.", State: "open", Note: "4 hops followed within 30 minutes."},
		},
		Plan: []footfall.Action{
			{ID: "a1", Verb: "disable_account", On: footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: "dev"}, For: "24h", Undo: "the recorded state of the account is put back", Approval: "T2", Reason: "If a compromise is confirmed, disable the affected accounts and any associated sessions immediately.", Blast: "in this evidence it also appears on 2 other hosts (web1, web2); work that gave no finding is not counted", References: []string{"D3-AL", "M1018"}},
			{ID: "a2", Verb: "isolate_host", On: footfall.Entity{Role: footfall.RoleDestination, Kind: "host", Name: "dc01"}, For: "24h", Undo: "the recorded network rules of the host are put back", Approval: "T2", Reason: "Engage with IT to isolate affected systems from the network.", Blast: "in this evidence 14 other accounts (ann, ben, cem and 11 more) and 9 other hosts (ws1, ws2, ws3 and 6 more) appear with it; it is declared critical, tier 0", References: []string{"D3-NI", "M1035"}},
			{ID: "a3", Verb: "collect", On: footfall.Entity{Role: footfall.RoleDestination, Kind: "host", Name: "fs01"}, Undo: "nothing is changed", Approval: "L1", Reason: "Conduct a full forensic analysis of affected systems.", Blast: "nothing is changed", References: []string{"RA2311"}},
		},
		Against: []string{"dev is declared as an administrator: work at odd hours is a part of it."},
		Bonds:   []footfall.Bond{{Finding: f2.ID, Because: "the same account on the same host within 30 minutes"}},
		Similar: []footfall.Likeness{{Case: "00000000000000aa", Because: "same account dev"}, {Case: "gone", Because: "same source 203.0.113.50"}},
		Health:  []string{"No log of app3 was read: what happened there is only seen from elsewhere.", "fs01 Security lacks 12 record numbers between its first and last.", "1 of 4 questions stayed unknown; unknown is not no."},
	}
	for _, f := range c.Findings {
		c.Entities = append(c.Entities, f.Entities...)
	}
	c2 := &footfall.Case{
		ID: "00000000000000aa", Level: footfall.LevelMedium, Score: 73, First: at("11:00:00"), Last: at("11:00:00"),
		Title: "Odd service on app1", Sentence: "The system account was active on app1 at 2026-03-04 11:00:00 UTC; believed because a service was made whose name nobody else has.",
		ScoreText: "+1.0 odd service: sum +1.0 log-odds, 100/(1+e^-(1.0)) = 73 of 100", Attack: []string{"T1543.003"},
		Findings: []*footfall.Finding{{ID: "00000000000000aa", Rule: &footfall.Rule{ID: "odd", Title: "Odd service"}, Level: footfall.LevelMedium, Weight: 1, First: at("11:00:00"), Last: at("11:00:00"), Count: 1, Evidence: []footfall.Ref{ref(1, 77)}}},
	}
	r := &footfall.Run{
		Version: "0.0.0", First: at("00:00:00"), Last: at("23:59:59"), Events: map[string]int64{"evtx": 9120, "syslog": 4123},
		Hits: map[string]int64{"guess": 1, "netservice": 1, "fanout": 2, sigma.ID: 1}, Cases: []*footfall.Case{c, c2},
		Findings: []*footfall.Finding{f1, f2, f3, f4, f5, c2.Findings[0]}, Seconds: 1.25, Peak: 81 << 20,
		Inputs: []footfall.InputStat{
			{Path: "evidence/jump1/auth.log", Format: "syslog", State: "read", Records: 4123, Size: 812345, Confidence: footfall.Confidence{Sure: 90, Rival: "netfilter-line", RivalSure: 85}},
			{Path: "evidence/fs01.zip!/Security.evtx", Format: "evtx", State: "partly", Records: 9120, Unread: 3, Size: 6 << 20, Reasons: []footfall.Unreadable{{Reason: "chunk 7: the checksum is wrong", Count: 3, Offset: 462848}}},
			{Path: "evidence/notes.docx", State: "unrecognised", Reasons: []footfall.Unreadable{{Reason: "no format fits; it begins with 50 4b 03 04", Count: 1}}},
		},
		Hosts: []footfall.HostSpan{
			{Host: "jump1", Log: "sshd", First: at("00:00:00"), Last: at("23:59:59"), Records: 4123},
			{Host: "fs01", Log: "Security", First: at("01:00:00"), Last: at("20:00:00"), Records: 9120, Missing: 12},
		},
		Notes: []string{"The year of 1 input was taken from its neighbours."},
		Health: []footfall.RowHealth{
			{Row: footfall.Row{ID: "SSH-01", Title: "Failures, then a success", Sources: "auth.log"}, State: footfall.HealthFires, Why: "its 2 detections had something to look at"},
			{Row: footfall.Row{ID: "VNC-01", Title: "A screen seen", Sources: "rfb"}, State: footfall.HealthNot, Why: "no record that it looks at was read; it needs rfb"},
		},
	}
	inputs := []string{"evidence/jump1/auth.log", "evidence/fs01.zip!/Security.evtx", "evidence/dc01/Security.evtx"}
	r.Lookup = func(ref footfall.Ref) (footfall.Record, bool) {
		n := uint64(ref.Offset / 100)
		raw := fmt.Sprintf("Mar  4 02:1%d:0%d jump1 sshd[4411]: Failed password for dev from 203.0.113.50 port 5%04d ssh2", n%7, n%10, n)
		if ref.Input > 0 {
			raw = fmt.Sprintf(`{"EventID":4624,"Channel":"Security","Computer":"fs01.acme.example","TargetUserName":"svc-copy","LogonType":3,"IpAddress":"10.20.0.5","EventRecordID":%d}`, n)
		}
		return footfall.Record{Input: inputs[ref.Input], Offset: ref.Offset, Number: n, Time: at("02:16:40"), Host: "jump1", Raw: raw}, true
	}
	return r
}

// nasty are texts that try to break out of what they are shown in.
var nasty = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</pre></details>]]><!--`, "\x1b[31mred\x1b]0;title\x07", "a\u202egnp.exe",
	"line\nbreak\r\nand\ttab", "=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "nul\x00byte", "\xff\xfe\x80", "{{.}}{{template \"x\"}}",
	"javascript:alert(1)", "\u2028\u2029", strings.Repeat("A", 10<<10), strings.Repeat("\u0301", 5<<10), "", " ", "`${x}`", "'; DROP TABLE x; --", "%s%n%d", "\u200b\u2066hid\u2069den",
}

// spoil puts a text into every field of a run that is a text.
func spoil(r *footfall.Run, s string) {
	for _, c := range r.Cases {
		c.Work = &footfall.Work{Notes: make([]footfall.Note, 1), Decisions: make([]footfall.Turn, 1), Clocks: make([]footfall.Clock, 1), Merged: make([]string, 1)}
		c.Similar, c.Bonds, c.Against = make([]footfall.Likeness, 1), make([]footfall.Bond, 1), make([]string, 2)
		for i := range c.Path {
			c.Path[i].Else = make([]footfall.Hand, 1)
		}
		for i := range c.Tasks {
			c.Tasks[i].Send = "-"
		}
		c.Facts = append(c.Facts, &footfall.Fact{Path: make([]footfall.Hop, 1), Entities: make([]footfall.Entity, 1)})
	}
	states := map[*footfall.Ground]string{} // what the page tells by, and no log reaches
	for _, c := range r.Cases {
		for i := range c.Decision.Reasons {
			states[&c.Decision.Reasons[i]] = c.Decision.Reasons[i].State
		}
	}
	fill(reflect.ValueOf(r).Elem(), s, map[any]bool{})
	for g, state := range states {
		g.State = state
	}
	look := r.Lookup
	r.Lookup = func(ref footfall.Ref) (footfall.Record, bool) {
		rec, ok := look(ref)
		fill(reflect.ValueOf(&rec).Elem(), s, map[any]bool{})
		return rec, ok
	}
}

// fill sets every text below v.
func fill(v reflect.Value, s string, seen map[any]bool) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Interface()] {
			seen[v.Interface()] = true
			fill(v.Elem(), s, seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), s, seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), s, seen)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String && v.Len() > 0 {
			first := v.MapIndex(v.MapKeys()[0])
			v.SetMapIndex(reflect.ValueOf(s), first)
		}
	}
}

func madeRows(s string) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		_ = yield(Row{Time: at("02:16:40"), Kind: footfall.KindLogon, Outcome: footfall.Success, Service: footfall.ServiceSSH, SrcAddr: "203.0.113.50", SrcPort: 50001, DstHost: "jump1", Account: "dev" + s, Session: "jump1|4411", Input: "auth.log"}) &&
			yield(Row{Kind: footfall.KindProcess, DstHost: s, Account: s, Target: s, Object: s, Image: s, Command: s, Rule: s, Level: footfall.LevelHigh, SrcHost: s, SrcAddr: s, DstAddr: s, Session: s, Input: s}) &&
			yield(Row{Kind: footfall.KindProcess, DstHost: "h", Image: "plain"})
	}
}
