package dns

import (
	"bytes"
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "dns.txtar", "]: "))
	trial.NoAllocs(t, &Bind, nil, trial.Frames(t, "dns.txtar", "]: "))
	trial.NoAllocs(t, &Unbound, nil, trial.Frames(t, "dns.txtar", "]: "))
	trial.NoAllocs(t, &BindLog, nil, trial.Frames(t, "bind.txtar", ""))
	trial.NoAllocs(t, &CoreDNS, nil, trial.Frames(t, "coredns.txtar", ""))
	trial.NoAllocs(t, &CoreDNSMessage, nil, trial.Frames(t, "coredns.txtar", ""))
	trial.NoAllocs(t, &Windows, nil, trial.Frames(t, "windows.txtar", ""))
}

func TestCuts(t *testing.T) {
	trial.Cuts(t, &Windows, bytes.Join(trial.Frames(t, "windows.txtar", ""), []byte("\n")))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("dnsmasq", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "dns.txtar", "]: ")) })
	b.Run("bind", func(b *testing.B) { trial.Bench(b, &BindLog, nil, trial.Frames(b, "bind.txtar", "")) })
	b.Run("coredns", func(b *testing.B) { trial.Bench(b, &CoreDNS, nil, trial.Frames(b, "coredns.txtar", "")) })
	b.Run("windows", func(b *testing.B) { trial.Bench(b, &Windows, nil, trial.Frames(b, "windows.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &Bind, &BindLog, &Unbound, &CoreDNS, &CoreDNSMessage, &Windows)
}
