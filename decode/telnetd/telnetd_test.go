package telnetd

import (
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func TestMessages(t *testing.T) {
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	f := func(program, in, want string) {
		t.Helper()
		b.Reset()
		e := b.New()
		e.Program, e.Message = program, in
		if err := decode(&b, []byte(in)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join([]string{e.Kind.String(), e.Service.String(), e.Outcome.String(), e.Reason.String(), e.From.Addr.String()}, "|"); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("in.telnetd", "connect from 203.0.113.9 (198.51.100.7)", "attempt|telnet|||198.51.100.7")
	f("in.telnetd", "refused connect from 198.51.100.7", "attempt|telnet|failure|restricted|198.51.100.7")
	f("telnetd", "ttloop: read: Connection reset by peer", "attempt|telnet|failure|protocol|invalid IP")
	f("xinetd", "START: telnet pid=349 from=::ffff:198.51.100.7", "attempt|telnet|||198.51.100.7")
	f("xinetd", "FAIL: shell address from=198.51.100.7", "attempt|rsh|failure|restricted|198.51.100.7")
	f("xinetd", "EXIT: telnet status=0 pid=349 duration=5(sec)", "||||invalid IP")
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"connect from a (b)", "START: telnet pid=1 from=a", "ttloop: x", "refused connect from a"} {
		f.Add([]byte(s))
	}
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		b.New()
		if err := decode(&b, in); err != nil {
			t.Fatal(err)
		}
	})
}
