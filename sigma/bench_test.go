//go:build unix

package sigma

import (
	"syscall"
	"testing"

	"github.com/footfall/footfall"
)

// BenchmarkMatch is the cost of an event under all of SigmaHQ's rules for Windows.
func BenchmarkMatch(b *testing.B) {
	s := footfall.NewSchema(false)
	set, err := Compile(windowsRules(b), s, Options{Placeholders: known})
	if err != nil {
		b.Fatal(err)
	}
	all := windowsEvents(b)
	f := func(name string, want func(*raw) bool) {
		var events []footfall.Event
		for i := range all {
			if want(&all[i]) {
				events = append(events, all[i].event(s))
			}
		}
		b.Run(name, func(b *testing.B) {
			m := set.New()
			hits := 0
			b.ReportAllocs()
			start := cpu(b)
			for i := 0; i < b.N; i++ {
				m.Match(&events[i%len(events)], func(int) { hits++ })
			}
			b.ReportMetric(float64(cpu(b)-start)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
		})
	}
	sysmon := "Microsoft-Windows-Sysmon/Operational"
	f("process", func(r *raw) bool { return r.channel == sysmon && r.id == 1 })
	f("4688", func(r *raw) bool { return r.channel == "Security" && r.id == 4688 })
	f("4624", func(r *raw) bool { return r.channel == "Security" && r.id == 4624 })
	f("registry", func(r *raw) bool { return r.channel == sysmon && r.id == 13 })
	f("image", func(r *raw) bool { return r.channel == sysmon && r.id == 7 })
	f("script", func(r *raw) bool { return r.id == 4104 })
	f("all", func(r *raw) bool { return true })
}

// cpu returns the nanoseconds of processor time that the process took.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
