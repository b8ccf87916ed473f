package emulate

import (
	"strconv"
	"strings"
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
	if port == 0 || from == nil || to == nil || to.where().sensed == nil || from == to {
		return
	}
	if from.static && to.static && from.site == to.site && from.net == to.net && from.addr.As4()[2] == to.addr.As4()[2] {
		return // the switch keeps it to itself
	}
	if !x.addr.IsValid() || !to.addr.IsValid() {
		return
	}
	s.sensed(x, to, x.port, port, began, s.now.since(began), "SF\tT\tT\t0\tShADadFf")
}

// probe is a scanner's look at the ports of a host.
func (s *sim) probe(x *session, to *host) {
	open := map[uint16]bool{22: !to.windows, 445: to.windows, 3389: to.windows, 5985: to.windows && to.static, 5900: false}
	from := x.to
	for _, port := range []uint16{22, 445, 3389, 5985, 5900} {
		y := attempt(x, x.account, from, to, "scan", x.why)
		y.addr = s.seen(from, to)
		state := "REJ\tT\tT\t0\tSr"
		switch {
		case open[port]:
			state = "RSTO\tT\tT\t0\tShADR"
		case s.dice.chance(0.4):
			state = "S0\tT\tT\t0\tS"
		}
		client := s.port()
		if to.where().sensed != nil && y.addr.IsValid() && to.addr.IsValid() {
			s.sensed(y, to, client, port, s.now, s.dice.span(ms, 3*time.Second), state)
		}
		if port == 22 && open[22] {
			s.line(to, 100*ms, to.sshd(), to.nextPID(s.dice), "Connection closed by "+y.addr.String()+" port "+digits(int(client))+" [preauth]")
		}
	}
}

// sensed writes what the sensor at a host's site saw.
func (s *sim) sensed(x *session, to *host, cport, port uint16, began moment, took time.Duration, state string) {
	sent := uint64(2000 + s.dice.span(time.Microsecond, 3*time.Millisecond))
	got := uint64(3000 + s.dice.span(time.Microsecond, 90*time.Millisecond))
	if !strings.HasPrefix(state, "SF") {
		sent, got = 0, 0
	}
	client, server := x.addr, to.addr
	uid := "C" + s.world.hex(16)
	r := s.text(to.where().sensed, to.where().tap, 0, func(b []byte, _ time.Time) []byte {
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
		b = append(append(append(strconv.AppendUint(b, got, 10), '\t'), state...), '\t')
		b = append(strconv.AppendUint(b, sent/700+6, 10), '\t')
		b = append(strconv.AppendUint(b, sent+sent/700*52+312, 10), '\t')
		b = append(strconv.AppendUint(b, got/1200+5, 10), '\t')
		return append(strconv.AppendUint(b, got+got/1200*52+260, 10), "\t-\n"...)
	})
	r.truth = truth{"connection", x}
}
