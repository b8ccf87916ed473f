package dns

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "dns.txtar", "]: "))
	trial.NoAllocs(t, &Bind, nil, trial.Frames(t, "dns.txtar", "]: "))
	trial.NoAllocs(t, &Unbound, nil, trial.Frames(t, "dns.txtar", "]: "))
	trial.NoAllocs(t, &BindLog, nil, trial.Frames(t, "bind.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("dnsmasq", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "dns.txtar", "]: ")) })
	b.Run("bind", func(b *testing.B) { trial.Bench(b, &BindLog, nil, trial.Frames(b, "bind.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &Bind, &BindLog, &Unbound)
}
