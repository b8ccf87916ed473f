package dhcp

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/trial"
	"github.com/footfall/footfall/internal/txtar"
)

const csv4 = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id"

// whole returns the in part of a sample as one frame.
func whole(t testing.TB, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return [][]byte{txtar.Parse(data).Get("in")}
}

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "dhcpd.txtar", "]: "))
	trial.NoAllocs(t, &Dnsmasq, nil, trial.Frames(t, "dnsmasq.txtar", "]: "))
	trial.NoAllocs(t, &Kea, nil, trial.Frames(t, "kea.txtar", ""))
	trial.NoAllocs(t, &KeaCSV, []byte(csv4), trial.Frames(t, "keacsv.txtar", ""))
	trial.NoAllocs(t, &LeaseLines, nil, trial.Frames(t, "dnsmasqleases.txtar", ""))
	trial.NoAllocs(t, &Audit, nil, trial.Frames(t, "windows.txtar", ""))
	trial.NoAllocs(t, &Leases, nil, whole(t, "leases.txtar"))
}

func BenchmarkDecode(b *testing.B) {
	for _, x := range []struct {
		d      *footfall.Decoder
		sample string
		mark   string
	}{{&Decoder, "dhcpd.txtar", "]: "}, {&Dnsmasq, "dnsmasq.txtar", "]: "}, {&Kea, "kea.txtar", ""}, {&LeaseLines, "dnsmasqleases.txtar", ""}, {&Audit, "windows.txtar", ""}} {
		b.Run(x.d.Name, func(b *testing.B) { trial.Bench(b, x.d, nil, trial.Frames(b, x.sample, x.mark)) })
	}
	b.Run(KeaCSV.Name, func(b *testing.B) { trial.Bench(b, &KeaCSV, []byte(csv4), trial.Frames(b, "keacsv.txtar", "")) })
	b.Run(Leases.Name, func(b *testing.B) { trial.Bench(b, &Leases, nil, whole(b, "leases.txtar")) })
}

func FuzzDecode(f *testing.F) {
	keacsv := KeaCSV
	keacsv.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newKeaCSV(s, []byte(csv4)) }
	seeds := append(trial.Frames(f, "*.txtar", "]: "), whole(f, "leases.txtar")...)
	trial.Fuzz(f, seeds, &Decoder, &Dnsmasq, &Kea, &KeaMessage, &LeaseLines, &Audit, &Leases, &keacsv)
}
