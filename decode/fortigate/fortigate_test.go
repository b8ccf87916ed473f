package fortigate

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/trial"
)

// A name in quotes cannot add pairs, nor can one that ends in a backslash.
func TestHostile(t *testing.T) {
	decode := trial.Open(t, &Decoder, false, nil)
	for _, name := range []string{`x\" remip=192.0.2.66 y=\"`, `x' remip=192.0.2.66 y='`, `x\\`, `remip=192.0.2.66`, `date=2031-01-01 time=00:00:00`} {
		var b footfall.Batch
		line := `date=2031-04-23 time=12:01:00 devname=fgt1 devid=F1 logid=0101039426 type=event subtype=vpn vd="root" action="ssl-login-fail" user="` + name + `" remip=203.0.113.10 reason="sslvpn_login_unknown_user"`
		if err := decode(&b, []byte(line)); err != nil {
			t.Fatal(err)
		}
		if got := b.Events[0].From.Addr.String(); got != "203.0.113.10" {
			t.Errorf("%s: from %s", name, got)
		}
	}
}

func TestNoAllocs(t *testing.T) { trial.NoAllocs(t, &Decoder, nil, trial.Samples(t, "")) }

// TestShared decodes the recorded files of this format: each is recognised and
// each record is read.
func TestShared(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data/dev")
	for name, want := range map[string]int{
		"firewall/fortinet_fortigate.log.test-fortinet.a.log": 23,
		"firewall/wazuh.fortigate.log":                        17,
		"vpn/wazuh.fortiauth.log":                             3,
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := sniff(data[:min(len(data), 64<<10)]); n < 85 {
			t.Errorf("%s: sniff %d", name, n)
		}
		decode := trial.Open(t, &Decoder, true, nil)
		var b footfall.Batch
		for l := range bytes.Lines(data) {
			l = bytes.TrimSpace(l)
			if err := decode(&b, l); err != nil {
				t.Errorf("%s: %v\n%s", name, err, l)
			}
		}
		if len(b.Events) != want {
			t.Errorf("%s: %d events, want %d", name, len(b.Events), want)
		}
	}
}

func FuzzDecode(f *testing.F) { trial.Fuzz(f, trial.Samples(f, ""), &Decoder, &Message) }

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Samples(b, "")) }
