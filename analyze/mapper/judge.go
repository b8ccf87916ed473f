package mapper

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// tell gives the finding of a pair when there is more to say.
func (w *watcher) tell(p *pair, out *footfall.Sink) {
	f, s := p.f, &p.used
	level, innocent := w.weigh(p)
	before := len(f.Attack)
	w.bear(p)
	if level == p.told && before == len(f.Attack) && p.calls < 2*p.count && p.runs == p.said {
		return
	}
	p.told, p.count, p.said = level, p.calls, p.runs
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Level, f.Innocent, f.Weight = level, innocent, level.Weight()
	f.Title = fmt.Sprintf("%s calls %s by RPC", from, to)
	f.Why = w.why(p, from, to)
	f.Path = []footfall.Hop{{Time: p.asked.Time, From: from, To: to, Service: p.service(), Outcome: p.outcome(), Ref: s.Ref}}
	out.Find(f, s)
}

func (p *pair) outcome() footfall.Outcome {
	if p.open || p.smb {
		return footfall.Success
	}
	return footfall.Failure
}

func (p *pair) service() footfall.Service {
	switch {
	case p.smb:
		return footfall.ServiceSMB
	case p.activates():
		return footfall.ServiceDCOM
	}
	return footfall.ServiceRPC
}

// activates reports whether an object was made: that goes through the mapper's
// own port, while services and tasks only have their port looked up there.
func (p *pair) activates() bool { return p.acts }

// bear says what the connections bear out. The service manager and the task
// scheduler are the same interfaces over a port of their own as over SMB.
func (w *watcher) bear(p *pair) {
	if p.activates() {
		p.f.Bear("T1021.003")
	}
	if p.smb || !p.activates() {
		p.f.Bear("T1021.002")
	}
}

func (w *watcher) why(p *pair, from, to string) string {
	s, a := &p.used, &p.asked
	text := fmt.Sprintf("%s asked the endpoint mapper of %s (port 135) and connected to its dynamic port %d %s later", from, to, s.DstPort, say.Span(s.Time-a.Time))
	if s.Time-a.Time > w.window { // tried again
		text = fmt.Sprintf("%s asked the endpoint mapper of %s (port 135) and then connected to its dynamic port %d", from, to, s.DstPort)
	}
	if !p.open {
		text += ", which did not answer"
	}
	if p.calls > 1 {
		text += fmt.Sprintf(", %d times in %s", p.calls, say.Span(s.Time-p.f.First))
	}
	if p.runs != 0 {
		text += "; a sensor saw the interface " + say.Quote(w.env.Names.String(p.runs), 40)
	}
	switch {
	case p.smb && p.activates():
		text += "; more passed than a lookup takes, as when an object is made there (DCOM, WMI), and SMB was used within a minute"
	case p.smb:
		text += "; SMB was used within a minute, as by tools that make a service or a task"
	case p.activates():
		text += "; more passed than a lookup takes, as when an object is made there (DCOM, WMI)"
	default:
		text += "; no more passed than a lookup takes, as before a service or a task is made"
	}
	return text + "."
}

// weigh tests the harmless explanations.
func (w *watcher) weigh(p *pair) (footfall.Level, string) {
	s := &p.used
	h := w.hosts.Get(flow.To(s))
	switch trade := w.desk.Trade(&p.asked); {
	case trade != "":
		return footfall.LevelInformational, "By trade: " + trade + "."
	case w.serves(s):
		return footfall.LevelInformational, "The host serves the directory, which members call by RPC all day."
	case p.calm != 0 && p.runs == 0:
		return footfall.LevelInformational, fmt.Sprintf("A sensor saw the interface %s there, which starts no program.", say.Quote(w.env.Names.String(p.calm), 40))
	case p.beat.Steady():
		return footfall.LevelInformational, fmt.Sprintf("It fits a monitor: %d calls, one every %s.", p.beat.Times(), say.Span(p.beat.Every()))
	case h != nil && int(h.n) >= w.many && !w.desk.Enough():
		return footfall.LevelLow, fmt.Sprintf("It fits a server that is called by trade: %d sources or more asked its mapper.", h.n)
	case !p.open && !p.smb:
		return footfall.LevelLow, "The port did not answer, and no SMB followed: nothing was done there that way."
	}
	crowd := ""
	if w.desk.Crowd(s) {
		crowd = " Many hosts stand behind the source: which of them it was, its own records tell."
	}
	if w.desk.Enough() {
		return footfall.LevelMedium, fmt.Sprintf("Administration was tested for: in %s of records the source never called this host by RPC, and it is not declared as a deployer.%s",
			say.Count(w.desk.Days(), "day"), crowd)
	}
	if n := w.desk.Beside(flow.To(s), s.SrcAddr); n >= w.many {
		return footfall.LevelLow, fmt.Sprintf("Whether that is usual is unknown, for %s; %d ways of others lead to services of the host, as to a server, which consoles administer this way.%s", w.desk.History(), n, crowd)
	}
	switch k := w.desk.Kind(s.DstHost); k {
	case footfall.HostServer, footfall.HostTerminalServer, footfall.HostBastion:
		return footfall.LevelLow, fmt.Sprintf("Whether that is usual is unknown, for %s; the host is a %s, which consoles administer this way.%s", w.desk.History(), k, crowd)
	}
	return footfall.LevelMedium, fmt.Sprintf("Whether that is usual is unknown, for %s; it is no domain controller, %s asked its mapper, and neither a deployer nor a monitor's beat was found.%s",
		w.desk.History(), callers(h), crowd)
}

func callers(h *host) string {
	if h == nil || h.n <= 1 {
		return "nobody else"
	}
	return say.Count(int(h.n)-1, "other source")
}
