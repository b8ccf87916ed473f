package netservice

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// A tool is what a service's command shows about who made it.
type tool struct {
	name   string // "" when it shows nothing
	smb    bool   // the tool works over SMB, or its command does
	shell  bool   // the service is a command, not a program made to be a service
	takes  bool   // it takes over a remote desktop session
	common bool   // administrators use it too
	trade  bool   // a product that deploys or scans by trade makes it
}

// toolOf knows the services of tools that run commands on other hosts, by
// what they cannot change without being another tool: the service programs of
// PsExec and its clones, commands that are no service programs, and commands
// that write where only the far end can read.
func toolOf(service, image string) tool {
	s, i := strings.ToLower(service), strings.ToLower(image)
	for _, n := range [...]string{"psexesvc", "paexec", "remcomsvc", "csexecsvc", "winexesvc", "xcmdsvc", "psexecsvc"} {
		if strings.HasPrefix(s, n) || strings.Contains(i, n) {
			return tool{name: "PsExec or one of its kind (" + n + ")", smb: true, common: n == "psexesvc" || n == "paexec"}
		}
	}
	for _, n := range [...]string{"pdqdeployrunner", "pdqinventoryscanner", "pdq inventory", "tenable_mw_scan", "ccmsetup", "lansweeper"} {
		if strings.HasPrefix(s, n) {
			return tool{name: "the service of a product for deployment or inventory (" + n + ")", common: true, trade: true}
		}
	}
	shell := strings.Contains(i, "%comspec%") || strings.Contains(i, "powershell") || strings.Contains(i, "pwsh") ||
		word(i, "cmd.exe") || word(i, "cmd")
	switch {
	case strings.Contains(i, "tscon") && strings.Contains(i, "rdp-tcp"):
		return tool{name: "a command that takes over a remote desktop session", shell: true, takes: true}
	case strings.Contains(i, `\\127.0.0.1\`), strings.Contains(i, `\\localhost\`):
		return tool{name: "a command that leaves its output on an administrative share", smb: true, shell: shell}
	case strings.Contains(i, `\admin$\`), strings.Contains(i, `\c$\`):
		return tool{name: "a program on an administrative share", smb: true}
	case shell && strings.Contains(i, `\\.\pipe\`):
		return tool{name: "a command that answers on a pipe, to gain the system's rights", shell: true}
	case shell && strings.Contains(i, "%comspec%") && strings.Contains(i, "start /b"):
		return tool{name: "a shell started without a window, as remote execution kits do over SMB", smb: true, shell: true}
	case shell:
		return tool{name: "a shell command", shell: true}
	}
	return tool{}
}

// word reports whether a command begins with a program of a name.
func word(command, name string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(command, `" `), " ")
	first = strings.TrimRight(first, `"`)
	return first == name || strings.HasSuffix(first, `\`+name)
}

func (w *watcher) begin(s *footfall.Step) *footfall.Finding {
	n := w.env.Names
	return &footfall.Finding{
		ID:   footfall.FindingID("netservice", n.String(s.DstHost)+"|"+n.String(s.Object), s.ID),
		Rule: &Analytic.Rules[0],
	}
}

// thing is what was installed.
func thing(s *footfall.Step) string {
	if s.Kind == footfall.KindTask {
		return "Task"
	}
	return "Service"
}

func (w *watcher) describe(f *footfall.Finding, s *footfall.Step, who somebody, as how, t tool) {
	n := w.env.Names
	if as > byTool {
		f.CiteRef(who.ref)
	}
	service, host := n.String(s.Object), n.String(s.DstHost)
	f.Title = fmt.Sprintf("%s %s installed on %s over the network", thing(s), say.Short(service, 60), host)
	if as == byDesktop {
		f.Title = fmt.Sprintf("%s %s installed on %s in a remote desktop session", thing(s), say.Short(service, 60), host)
	}
	if as == byTool {
		f.Title = fmt.Sprintf("Service %s on %s runs %s", say.Short(service, 60), host, t.name)
		if s.Kind == footfall.KindTask {
			f.Title = fmt.Sprintf("Task %s on %s lived for a moment", say.Short(service, 60), host)
		}
	}
	f.Why = w.why(s, who, as, t)
	w.bear(f, s, as, t)
	f.Level, f.Innocent = w.level(s, who, as, t)
	f.Weight = f.Level.Weight()
	if as > byTool && who.srcAddr|who.srcHost != 0 {
		from := n.String(who.srcHost)
		if from == "" {
			from = n.String(who.srcAddr)
		}
		f.Path = []footfall.Hop{{Time: who.time, From: from, To: host, Account: n.String(who.account), Service: as.service(), Outcome: footfall.Success, Ref: who.ref}}
	}
}

func (as how) service() footfall.Service {
	if as == byDesktop {
		return footfall.ServiceRDP
	}
	return footfall.ServiceSMB
}

func (w *watcher) why(s *footfall.Step, who somebody, as how, t tool) string {
	n := w.env.Names
	text := fmt.Sprintf("%s %s was installed on %s at %s", thing(s), say.Quote(n.String(s.Object), 80), n.String(s.DstHost), say.Time(s.Time))
	if c := w.command(s); c != "" {
		text += ", running " + say.Quote(c, 200)
	}
	account := n.String(who.account)
	from := "an unnamed source"
	if who.srcAddr|who.srcHost != 0 {
		from = n.String(who.srcAddr)
		if who.srcAddr == 0 {
			from = n.String(who.srcHost)
		}
	}
	switch as {
	case byDesktop:
		text += fmt.Sprintf(", in the remote desktop session %s of %s from %s", n.String(who.session), account, from)
	case bySession:
		text += fmt.Sprintf(", in the network logon session %s of %s from %s", n.String(who.session), account, from)
		if who.time != 0 {
			text += fmt.Sprintf(", opened %s before", say.Span(s.Time-who.time))
		}
	case byPipe:
		manager := "service manager"
		if s.Kind == footfall.KindTask {
			manager = "task scheduler"
		}
		text += fmt.Sprintf(", %s after %s opened the %s's pipe from %s", say.Span(s.Time-who.time), account, manager, from)
	case byLogon:
		text += fmt.Sprintf(", %s after %s logged on from %s with administrator rights", say.Span(s.Time-who.time), account, from)
	case byRecord:
		text += fmt.Sprintf(", by %s, for a client elsewhere as the record says", account)
	case byTool:
		text += fmt.Sprintf(": %s", t.name)
		if account != "" {
			text += ", by " + account
		}
	}
	if as > byTool && strings.HasSuffix(account, "$") {
		text += fmt.Sprintf("; %s is named like a computer's account, but no record shows that it is one", account)
	}
	if as > byTool && t.name != "" {
		text += "; it is " + t.name
	}
	return text + "."
}

func (w *watcher) bear(f *footfall.Finding, s *footfall.Step, as how, t tool) {
	f.Attack = f.Attack[:0]
	if s.Kind == footfall.KindTask {
		f.Bear("T1053.005")
	} else {
		f.Bear("T1543.003")
	}
	switch {
	case as == byDesktop:
		f.Bear("T1021.001")
	case as > byTool, t.smb:
		f.Bear("T1021.002")
	}
	if t.name != "" {
		f.Bear("T1569.002")
	}
	if t.takes {
		f.Bear("T1563.002")
		f.Bear("T1021.001")
	}
}

// level tests deployment: the same service by the same account on other hosts,
// for longer than a day, or from a host declared to administer others.
func (w *watcher) level(s *footfall.Step, who somebody, as how, t tool) (footfall.Level, string) {
	n := w.env.Names
	if as == byTool {
		if s.Kind == footfall.KindTask {
			return footfall.LevelMedium, "Installers make and delete tasks too, though seldom within seconds; no record here tells who came from where."
		}
		if t.common {
			return footfall.LevelMedium, "Administrators use this tool too; no record here tells who came from where to use it."
		}
		return footfall.LevelHigh, "No program made to be a service is started this way; who installed it from where is not in these records."
	}
	if as == byDesktop {
		if t.shell {
			return footfall.LevelHigh, "Software that a person installs in a desktop session runs its own program; this service is a command."
		}
		return footfall.LevelLow, "A person who installs software in a desktop session looks the same."
	}
	d, fresh := w.deploys.Put(deployKey{who.account, s.Object})
	if fresh {
		d.first = s.Time
	}
	others, age := int(d.n), s.Time-d.first
	d.add(s.DstHost)
	if c := w.env.Context; c != nil {
		for _, from := range []footfall.Name{who.srcHost, who.srcAddr} {
			if from != 0 && c.Deployers[n.String(from)] {
				return footfall.LevelLow, n.String(from) + " is declared to administer other hosts."
			}
		}
	}
	if others >= deployHosts && age >= deployAge && !t.shell {
		return footfall.LevelLow, fmt.Sprintf("It fits a deployment: %s installed the same service on %d or more other hosts, first %s before.", n.String(who.account), others, say.Span(age))
	}
	if as == byLogon && t.name == "" && placed(w.command(s)) {
		return footfall.LevelLow, "The program lies where installers put theirs, and nothing but the time joins it with the logon."
	}
	if t.trade && !t.shell {
		return footfall.LevelMedium, "Its name is that of a product for deployment or inventory, which anybody can give to a service; declare the product's host as a deployer."
	}
	return footfall.LevelHigh, fmt.Sprintf("Software deployment was tested for: %s had installed this service on %s before, and no deployer is declared for the source.", n.String(who.account), say.Count(others, "other host"))
}

// placed reports whether a service's program lies where only an installer
// would put it.
func placed(command string) bool {
	c := strings.ToLower(strings.TrimLeft(command, `" `))
	return len(c) > 3 && c[1] == ':' && strings.HasPrefix(c[2:], `\program files`)
}

func (d *deployment) add(host footfall.Name) {
	for _, h := range d.hosts[:d.n] {
		if h == host {
			return
		}
	}
	if int(d.n) < len(d.hosts) {
		d.hosts[d.n] = host
		d.n++
	}
}

func (w *watcher) name(f *footfall.Finding, s *footfall.Step, who somebody) {
	n := w.env.Names
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleObject, strings.ToLower(thing(s)), n.String(s.Object))
	f.About(footfall.RoleActor, "account", n.String(who.account))
	f.About(footfall.RoleSource, "address", n.String(who.srcAddr))
	f.About(footfall.RoleSource, "host", n.String(who.srcHost))
	if id := n.String(who.session); id != "" {
		f.About(footfall.RoleSession, "session", id)
		if len(f.Sessions) == 0 {
			f.Sessions = append(f.Sessions, id)
		}
	}
}
