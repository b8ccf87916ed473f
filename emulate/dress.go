package emulate

import (
	"strconv"
	"strings"
	"time"
)

// The dresses that records come in. Each appends one line.

// nxlogLine is what NXLog writes and a relay sends on.
func nxlogLine(b []byte, s *sim, r *record) []byte {
	k := kindOf(r.event)
	c := channelNames[k.channel]
	kind, severity, keywords := "AUDIT_SUCCESS", "INFO", "-9214364837600034816"
	switch {
	case k.channel != securityLog:
		kind, keywords = "INFO", "-9187343239835811840"
	case r.failed():
		kind, severity, keywords = "AUDIT_FAILURE", "ERROR", "-9218868437227405312"
	}
	b = append(b, `{"EventTime":"`...)
	b = appendTime(b, r.stamp, ' ', 0)
	b = append(b, `","Hostname":"`...)
	b = append(append(append(b, r.host.name...), '.'), s.p.realm...)
	b = append(b, `","Keywords":`...)
	b = append(b, keywords...)
	b = append(b, `,"EventType":"`...)
	b = append(b, kind...)
	b = append(b, `","Severity":"`...)
	b = append(b, severity...)
	b = append(b, `","EventID":`...)
	b = strconv.AppendInt(b, int64(r.event), 10)
	b = append(b, `,"SourceName":"`...)
	b = append(b, c.provider...)
	b = append(b, `","ProviderGuid":"`...)
	b = append(b, c.guid...)
	b = append(b, `","Version":`...)
	b = strconv.AppendInt(b, int64(k.version), 10)
	b = append(b, `,"Task":`...)
	b = strconv.AppendInt(b, int64(k.task), 10)
	b = append(b, `,"RecordNumber":`...)
	b = strconv.AppendUint(b, r.number, 10)
	b = append(b, `,"Channel":"`...)
	b = append(b, c.channel...)
	b = append(b, `",`...)
	w := fieldWriter{b, flatJSON}
	w.fields(s, r)
	b = append(w.b, `"EventReceivedTime":"`...)
	b = appendTime(b, r.received, ' ', 0)
	b = append(b, `","SourceModuleName":"eventlog","SourceModuleType":"im_msvistalog","@timestamp":"`...)
	b = appendTime(b, r.received.add(time.Second), 'T', 3)
	return append(b, "Z\"}\n"...)
}

// beatsLine is what Winlogbeat sends from a collector.
func beatsLine(b []byte, s *sim, r *record) []byte {
	k := kindOf(r.event)
	c := channelNames[k.channel]
	outcome, keyword := "success", "Audit Success"
	if r.failed() {
		outcome, keyword = "failure", "Audit Failure"
	}
	b = append(b, `{"@timestamp":"`...)
	b = appendTime(b, r.stamp, 'T', 3)
	b = append(b, `Z","agent":{"type":"winlogbeat","version":"8.13.4","hostname":"`...)
	b = append(b, r.to.path[strings.IndexByte(r.to.path, '/')+1:strings.LastIndexByte(r.to.path, '/')]...)
	b = append(b, `"},"event":{"code":"`...)
	b = strconv.AppendInt(b, int64(r.event), 10)
	b = append(b, `","kind":"event","provider":"`...)
	b = append(b, c.provider...)
	b = append(b, `","outcome":"`...)
	b = append(b, outcome...)
	b = append(b, `","created":"`...)
	b = appendTime(b, r.received, 'T', 3)
	b = append(b, `Z"},"host":{"name":"`...)
	b = append(append(append(b, r.host.name...), '.'), s.p.realm...)
	b = append(b, `"},"log":{"level":"information"},"winlog":{"channel":"`...)
	b = append(b, c.channel...)
	b = append(b, `","computer_name":"`...)
	b = append(append(append(b, r.host.name...), '.'), s.p.realm...)
	b = append(b, `","provider_name":"`...)
	b = append(b, c.provider...)
	b = append(b, `","provider_guid":"`...)
	b = append(b, c.guid...)
	b = append(b, `","event_id":"`...)
	b = strconv.AppendInt(b, int64(r.event), 10)
	b = append(b, `","record_id":`...)
	b = strconv.AppendUint(b, r.number, 10)
	if k.version > 0 {
		b = append(b, `,"version":`...)
		b = strconv.AppendInt(b, int64(k.version), 10)
	}
	if k.channel == securityLog {
		b = append(b, `,"task":"`...)
		b = append(b, k.category...)
		b = append(b, `","keywords":["`...)
		b = append(b, keyword...)
		b = append(b, `"],"opcode":"Info"`...)
	}
	data := "event_data"
	if k.channel == terminalLog || k.channel == remoteLog {
		data = "user_data"
	}
	b = append(b, `,"`...)
	b = append(b, data...)
	b = append(b, `":{`...)
	w := fieldWriter{b, ecsJSON}
	w.fields(s, r)
	if w.b[len(w.b)-1] == ',' {
		w.b = w.b[:len(w.b)-1]
	}
	return append(w.b, "}}}\n"...)
}

// xmlLine is a forwarded event as Windows renders it.
func xmlLine(b []byte, s *sim, r *record) []byte {
	k := kindOf(r.event)
	c := channelNames[k.channel]
	keywords := "0x8020000000000000"
	switch {
	case k.channel != securityLog:
		keywords = "0x8000000000000000"
	case r.failed():
		keywords = "0x8010000000000000"
	}
	b = append(b, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='"...)
	b = append(b, c.provider...)
	b = append(b, "' Guid='"...)
	b = append(b, c.guid...)
	b = append(b, "'/><EventID>"...)
	b = strconv.AppendInt(b, int64(r.event), 10)
	b = append(b, "</EventID><Version>"...)
	b = strconv.AppendInt(b, int64(k.version), 10)
	b = append(b, "</Version><Level>0</Level><Task>"...)
	b = strconv.AppendInt(b, int64(k.task), 10)
	b = append(b, "</Task><Opcode>0</Opcode><Keywords>"...)
	b = append(b, keywords...)
	b = append(b, "</Keywords><TimeCreated SystemTime='"...)
	b = appendTime(b, r.stamp, 'T', 7)
	b = append(b, "Z'/><EventRecordID>"...)
	b = strconv.AppendUint(b, r.number, 10)
	b = append(b, "</EventRecordID><Correlation/><Execution ProcessID='712' ThreadID='"...)
	b = strconv.AppendUint(b, 800+r.number%97*4, 10)
	b = append(b, "'/><Channel>"...)
	b = append(b, c.channel...)
	b = append(b, "</Channel><Computer>"...)
	b = append(append(append(b, r.host.name...), '.'), s.p.realm...)
	b = append(b, "</Computer><Security/></System>"...)
	if k.channel == terminalLog || k.channel == remoteLog {
		b = append(b, "<UserData><EventXML xmlns='Event_NS'>"...)
		w := fieldWriter{b, userXML}
		w.fields(s, r)
		return append(w.b, "</EventXML></UserData></Event>\n"...)
	}
	w := fieldWriter{append(b, "<EventData>"...), eventXML}
	w.fields(s, r)
	return append(w.b, "</EventData></Event>\n"...)
}

// isoLine is rsyslog's own layout, rfcLine that of RFC 5424, bsdLine the old
// one without year and zone.
func isoLine(b []byte, _ *sim, r *record) []byte {
	b = r.stamp.in(r.to.zone).AppendFormat(b, "2006-01-02T15:04:05.000000-07:00")
	return syslogRest(append(b, ' '), r)
}

func bsdLine(b []byte, _ *sim, r *record) []byte {
	b = r.stamp.in(r.to.zone).AppendFormat(b, time.Stamp)
	return syslogRest(append(b, ' '), r)
}

func rfcLine(b []byte, _ *sim, r *record) []byte {
	priority := "86"
	if strings.HasPrefix(r.program, "dhcpd") || strings.HasPrefix(r.program, "kea") {
		priority = "190"
	}
	b = append(b, '<')
	b = append(b, priority...)
	b = append(b, ">1 "...)
	b = r.stamp.in(r.to.zone).AppendFormat(b, "2006-01-02T15:04:05.000000-07:00")
	b = append(append(append(b, ' '), r.host.name...), ' ')
	if strings.HasPrefix(r.program, "%ASA") { // a mnemonic is part of the message
		b = append(append(append(b, "- - - - "...), r.program...), ": "...)
		return append(append(b, r.message...), '\n')
	}
	b = append(append(b, r.program...), ' ')
	if r.pid > 0 {
		b = strconv.AppendInt(b, int64(r.pid), 10)
	} else {
		b = append(b, '-')
	}
	b = append(b, " - - "...)
	return append(append(b, r.message...), '\n')
}

func syslogRest(b []byte, r *record) []byte {
	b = append(append(append(b, r.host.name...), ' '), r.program...)
	if r.pid > 0 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(r.pid), 10)
		b = append(b, ']')
	}
	b = append(b, ": "...)
	return append(append(b, r.message...), '\n')
}

// appendTime writes a time of UTC with a number of decimals: what
// time.AppendFormat does, without its cost.
func appendTime(b []byte, at moment, between byte, decimals int) []byte {
	t := at.utc()
	y, m, d := t.Date()
	b = append(b, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	b = two(b, int(m))
	b = two(append(b, '-'), d)
	b = append(b, between)
	h, mi, sec := t.Clock()
	b = two(b, h)
	b = two(append(b, ':'), mi)
	b = two(append(b, ':'), sec)
	if decimals > 0 {
		b = append(b, '.')
		for ns, unit := t.Nanosecond(), 100_000_000; decimals > 0; decimals-- {
			b = append(b, byte('0'+ns/unit%10))
			unit /= 10
		}
	}
	return b
}

func two(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
