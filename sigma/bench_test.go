//go:build unix

package sigma

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
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

// BenchmarkLoad is the cost of making all of SigmaHQ ready.
func BenchmarkLoad(b *testing.B) {
	srcs := sigmaHQ(b)
	start := cpu(b)
	for i := 0; i < b.N; i++ {
		rules, errs := Load(srcs)
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		if _, err := Compile(rules, footfall.NewSchema(false), Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu(b)-start)/float64(b.N)/1e6, "cpu-ms/op")
}

// BenchmarkRules is the cost of an event against the number of rules: those
// of SigmaHQ for process creation, and copies of them whose values differ.
func BenchmarkRules(b *testing.B) {
	var srcs []Source
	for _, s := range sigmaHQ(b) {
		if bytes.Contains(s.Data, []byte("category: process_creation")) && bytes.Contains(s.Data, []byte("product: windows")) {
			srcs = append(srcs, s)
		}
	}
	all := windowsEvents(b)
	for _, n := range []int{100, 300, 1000, 3000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rules, errs := Load(copies(srcs, n))
			if len(errs) > 0 {
				b.Fatal(errs)
			}
			s := footfall.NewSchema(false)
			set, err := Compile(rules, s, Options{})
			if err != nil {
				b.Fatal(err)
			}
			var events []footfall.Event
			for i := range all {
				if r := &all[i]; r.id == 1 && strings.Contains(r.channel, "Sysmon") {
					events = append(events, r.event(s))
				}
			}
			m := set.New()
			for i := range events {
				m.Match(&events[i], func(int) {})
			}
			b.ResetTimer()
			start := cpu(b)
			for i := 0; i < b.N; i++ {
				m.Match(&events[i%len(events)], func(int) {})
			}
			b.ReportMetric(float64(cpu(b)-start)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(set.Memory())/(1<<20), "MiB")
		})
	}
}

var listed = regexp.MustCompile(`(?m)^( {8,}- ['"]?)([^'"\n]{4,}?)(['"]?)$`)

// copies returns n rules: first as they are, then with other texts in their
// lists and another id.
func copies(srcs []Source, n int) []Source {
	var out []Source
	for i := 0; len(out) < n; i++ {
		s := srcs[i%len(srcs)]
		if round := i / len(srcs); round > 0 {
			s.Data = listed.ReplaceAll(s.Data, []byte(fmt.Sprintf("${1}${2}%c%d${3}", 'a'+round, round)))
			s.Data = bytes.Replace(s.Data, []byte("\nid: "), []byte(fmt.Sprintf("\nid: %d-", round)), 1)
		}
		if _, errs := Load([]Source{s}); len(errs) == 0 {
			out = append(out, s)
		}
	}
	return out
}
