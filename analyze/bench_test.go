package analyze_test

import (
	"fmt"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
)

// work makes steps of a company at work: logons and logoffs over the network,
// processes, shares, connections, failed logons of strangers.
func work(n *footfall.Names, count int) []footfall.Step {
	name := func(format string, i int) footfall.Name { return n.Intern(fmt.Sprintf(format, i)) }
	bash, ls, cmd := n.Intern("/usr/bin/bash"), n.Intern("/usr/bin/ls"), n.Intern("ls -l /srv")
	doc := n.Intern(`public\plan.docx`)
	out := make([]footfall.Step, 0, count)
	at := int64(1772442000e9)
	for i := 0; len(out) < count; i++ {
		at += 7e6
		user, host, src := name(`corp\user%d`, i%500), name("srv%d", i*7%200), name("10.1.2.%d", i%250)
		sess := name("srv%d|", i*7%200)
		sess = n.Intern(n.String(sess) + fmt.Sprint(i%20000))
		base := footfall.Step{Time: at, Native: true, DstHost: host, Account: user, Session: sess, Outcome: footfall.Success}
		add := func(k footfall.Kind, change func(*footfall.Step)) {
			s := base
			s.Kind, s.ID = k, uint64(len(out))*0x9e3779b97f4a7c15
			s.Ref.Offset = int64(len(out)) * 300
			if change != nil {
				change(&s)
			}
			out = append(out, s)
		}
		add(footfall.KindLogon, func(s *footfall.Step) { s.SrcAddr, s.Service, s.LogonType = src, footfall.ServiceNetwork, 3 })
		add(footfall.KindPrivilege, func(s *footfall.Step) { s.Event = 4672; s.Flags = footfall.FlagElevated })
		for range 4 {
			add(footfall.KindProcess, func(s *footfall.Step) { s.Object, s.Image, s.Command, s.Session = bash, ls, cmd, 0 })
			add(footfall.KindShare, func(s *footfall.Step) { s.SrcAddr, s.Object, s.Service = src, doc, footfall.ServiceSMB })
			add(footfall.KindConnection, func(s *footfall.Step) {
				s.SrcAddr, s.DstAddr, s.DstPort, s.Session = src, name("10.9.9.%d", i%200), 445, 0
			})
		}
		if i%3 == 0 {
			add(footfall.KindLogon, func(s *footfall.Step) {
				s.SrcAddr, s.Service, s.Outcome, s.Session, s.Account = name("203.0.113.%d", i%200), footfall.ServiceSSH, footfall.Failure, 0, name("name%d", i%50)
			})
		}
		add(footfall.KindLogoff, nil)
	}
	return out[:count]
}

func BenchmarkStepsToFindings(b *testing.B) {
	n := footfall.NewNames()
	steps := work(n, 200_000)
	b.ReportAllocs()
	for b.Loop() {
		bed := newBed(n, nil, analyze.All, func(e *footfall.Env) { e.Start = func() int64 { return steps[0].Time } })
		var out footfall.Sink
		var s footfall.Step
		for _, s = range steps {
			bed.observe(&s, &out)
			out.Found, out.At, out.Known = out.Found[:0], out.At[:0], out.Known[:0]
		}
		bed.line.Flush(steps[len(steps)-1].Time, &out)
	}
	b.ReportMetric(float64(len(steps))*float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
