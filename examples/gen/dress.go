package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// syslog writes messages as rsyslog's file format with precise times does.
func syslog(list []message) []byte {
	var b bytes.Buffer
	for _, m := range sorted(list, func(m message) time.Time { return m.at }) {
		fmt.Fprintf(&b, "%s %s %s[%d]: %s\n", m.at.Format("2006-01-02T15:04:05.000000-07:00"), m.host, m.prog, m.pid, m.text)
	}
	return b.Bytes()
}

// journal writes messages as journalctl -o export does.
func journal(list []message, host string) []byte {
	var b bytes.Buffer
	for i, m := range sorted(list, func(m message) time.Time { return m.at }) {
		fmt.Fprintf(&b, "__CURSOR=s=5c1f;i=%x;b=77aa;m=%x;t=%x;x=%x\n", i+1, m.at.UnixMicro()%1e9, m.at.UnixMicro(), i*7919)
		fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\nPRIORITY=6\nSYSLOG_FACILITY=10\n_TRANSPORT=syslog\n", m.at.UnixMicro())
		fmt.Fprintf(&b, "SYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%d\n_PID=%d\n_HOSTNAME=%s\nMESSAGE=%s\n\n", m.prog, m.pid, m.pid, host, m.text)
	}
	return b.Bytes()
}

func numbered(list []event) []event {
	list = sorted(list, func(e event) time.Time { return e.at })
	for i := range list {
		list[i].record = 880100 + i
	}
	return list
}

func (e *event) provider() string {
	if e.id == 1102 {
		return "Microsoft-Windows-Eventlog"
	}
	return "Microsoft-Windows-Security-Auditing"
}

func (e *event) keywords() (hex, word, outcome string) {
	if e.failure {
		return "0x8010000000000000", "Audit Failure", "failure"
	}
	return "0x8020000000000000", "Audit Success", "success"
}

// winlogbeat writes events as Winlogbeat 8 ships them.
func winlogbeat(list []event) []byte {
	var b bytes.Buffer
	for _, e := range numbered(list) {
		_, word, outcome := e.keywords()
		data := map[string]string{}
		for _, p := range e.data {
			data[p[0]] = p[1]
		}
		key := "event_data"
		if e.id == 1102 {
			key = "user_data"
		}
		host := strings.ToLower(e.computer) + "." + realm
		line, err := json.Marshal(map[string]any{
			"@timestamp": e.at.Format("2006-01-02T15:04:05.000Z"),
			"agent":      map[string]any{"type": "winlogbeat", "version": "8.17.0"},
			"event":      map[string]any{"code": fmt.Sprint(e.id), "kind": "event", "outcome": outcome, "provider": e.provider()},
			"host":       map[string]any{"name": host},
			"winlog": map[string]any{
				"api": "wineventlog", "channel": "Security", "computer_name": host, "event_id": fmt.Sprint(e.id), "keywords": []string{word},
				"provider_name": e.provider(), "record_id": e.record, key: data,
			},
		})
		if err != nil {
			panic("BUG: " + err.Error())
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

// eventXML writes events as wevtutil qe /f:xml does.
func eventXML(list []event) []byte {
	var b bytes.Buffer
	for _, e := range numbered(list) {
		hex, _, _ := e.keywords()
		fmt.Fprintf(&b, `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='%s' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/><EventID>%d</EventID><Version>0</Version><Level>0</Level><Task>0</Task><Opcode>0</Opcode><Keywords>%s</Keywords><TimeCreated SystemTime='%s'/><EventRecordID>%d</EventRecordID><Correlation/><Execution ProcessID='640' ThreadID='712'/><Channel>Security</Channel><Computer>%s.%s</Computer><Security/></System><EventData>`,
			e.provider(), e.id, hex, e.at.Format("2006-01-02T15:04:05.000000000Z"), e.record, strings.ToLower(e.computer), realm)
		for _, p := range e.data {
			fmt.Fprintf(&b, "<Data Name='%s'>", p[0])
			if err := xml.EscapeText(&b, []byte(p[1])); err != nil {
				panic("BUG: " + err.Error())
			}
			b.WriteString("</Data>")
		}
		b.WriteString("</EventData></Event>\n")
	}
	return b.Bytes()
}
