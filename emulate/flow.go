package emulate

import (
	"strconv"
	"time"
)

const zeekHead = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n" +
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n" +
	"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n"

var portServices = map[uint16]string{22: "ssh", 3389: "rdp,ssl", 445: "gssapi,smb,krb", 5985: "http", 135: "dce_rpc"}

// flow is the network sensor's record of a connection that ends now, when one
// stands between its ends.
func (s *sim) flow(x *session, port uint16, began moment) {
	from, to := x.from, x.to
	if port == 0 || from == nil || to == nil || to.site == nil || to.site.sensed == nil || from == to {
		return
	}
	if from.static && to.static && from.site == to.site && from.net == to.net && from.addr.As4()[2] == to.addr.As4()[2] {
		return // the switch keeps it to itself
	}
	if !x.addr.IsValid() || !to.addr.IsValid() {
		return
	}
	took := s.now.since(began)
	sent := uint64(2000 + s.dice.span(time.Microsecond, 3*time.Millisecond))
	got := uint64(3000 + s.dice.span(time.Microsecond, 90*time.Millisecond))
	client, cport, server := x.addr, x.port, to.addr
	uid := "C" + s.world.hex(16)
	r := s.text(to.site.sensed, to.site.tap, 0, func(b []byte, _ time.Time) []byte {
		b = strconv.AppendInt(b, int64(began)/1e9, 10)
		b = append(b, '.')
		b = append(b, strconv.Itoa(int(int64(began)/1000%1e6) + 1e6)[1:]...)
		b = append(append(append(b, '\t'), uid...), '\t')
		b = append(client.AppendTo(b), '\t')
		b = append(strconv.AppendUint(b, uint64(cport), 10), '\t')
		b = append(server.AppendTo(b), '\t')
		b = append(strconv.AppendUint(b, uint64(port), 10), "\ttcp\t"...)
		b = append(append(b, portServices[port]...), '\t')
		b = append(strconv.AppendFloat(b, took.Seconds(), 'f', 6, 64), '\t')
		b = append(strconv.AppendUint(b, sent, 10), '\t')
		b = append(strconv.AppendUint(b, got, 10), "\tSF\tT\tT\t0\tShADadFf\t"...)
		b = append(strconv.AppendUint(b, sent/700+6, 10), '\t')
		b = append(strconv.AppendUint(b, sent+sent/700*52+312, 10), '\t')
		b = append(strconv.AppendUint(b, got/1200+5, 10), '\t')
		return append(strconv.AppendUint(b, got+got/1200*52+260, 10), "\t-\n"...)
	})
	r.truth = truth{"connection", x}
}
