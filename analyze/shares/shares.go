// Package shares finds administrative shares and the pipes of administration
// used over the network: programs put on ADMIN$ or C$, the pipes by which
// services, tasks and registries of another host are changed, the pipes of
// remote execution tools, and whole drives read. In go steps; out comes one
// finding for each user, source and host.
package shares

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host.
var Analytic = footfall.Analytic{
	Name: "shares",
	Doc: "Use of administrative shares and of administration's named pipes over the network (5140, 5145), and pipes of remote execution tools. " +
		"Administrators, backup and deployment do the same: what the same account did from the same source on three earlier days, on about as many hosts, weighs less.",
	Rules: []footfall.Rule{{
		ID: "shares", Title: "Administrative shares or pipes used over the network", Level: footfall.LevelMedium,
		Description: "A user reached what only administrators reach: a whole drive, or the pipe by which services, tasks or the registry are changed.",
		Attack:      []string{"T1021.002", "T1053.005", "T1112", "T1569.002", "T1570"}, Rows: []string{"SMB-02", "SMB-03", "SMB-04"},
		Innocent: []string{"administration of file servers", "backup of whole drives", "software deployment", "inventory"},
	}},
	Kinds: []footfall.Kind{footfall.KindShare, footfall.KindPipe},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && (s.Kind == footfall.KindShare || s.Kind == footfall.KindPipe) {
			return append(dst, cmp.Or(s.DstHost, s.DstAddr))
		}
		return dst
	},
	New: newWatcher,
}

const (
	// quiet ends a finding.
	quiet = 3600 * 1e9
	// limitFiles (shares.files) is how many files of a drive are many: a
	// person opens a few, a copy or a search opens hundreds.
	limitFiles = 100
)

// A sign is what an object shows, the worst last.
type sign uint8

const (
	nothing   sign = iota
	drive          // a whole drive or ADMIN$ was reached
	admin          // a pipe of administration was opened
	program        // a program or script on an administrative share
	payload        // one where tools put theirs: the Windows folder itself, a root, a shared temporary folder
	tool           // a pipe of a remote execution tool
	signCount = int(tool) + 1
)

var signNames = [...][2]string{
	{},
	{"use of an administrative share", "uses of an administrative share"},
	{"opening of a pipe of administration", "openings of a pipe of administration"},
	{"program on an administrative share", "programs on an administrative share"},
	{"program on an administrative share where tools put theirs", "programs on an administrative share where tools put theirs"},
	{"pipe of a remote execution tool", "pipes of a remote execution tool"},
}

type key struct{ host, account, source footfall.Name }

// A use is what one user did on a host from one source.
type use struct {
	f      *footfall.Finding
	about  footfall.Step
	counts [signCount]int
	names  [signCount][]string
	pipes  uint8 // which pipes of administration, see pipeOf
	told   int
	last   int64
	days   int // earlier ones on which the account did so from there
	usual  bool
}

const (
	services uint8 = 1 << iota
	tasks
	registry
	secrets
)

type watcher struct {
	env   *footfall.Env
	files int
	uses  *recent.Map[key, use]
	order []key
	signs *recent.Map[footfall.Name, known] // by object
	name  footfall.Name                     // of this work in the baseline
}

// A known is what an object's name shows.
type known struct {
	sign sign
	pipe uint8
}

const maxUses = 1 << 9

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, files: int(e.Context.Limit("shares.files", limitFiles)),
		uses: recent.New[key, use](maxUses), signs: recent.New[footfall.Name, known](1 << 10), name: e.Names.Intern("shares"),
	}
}

// Observe adds what was opened to its user's finding.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	k, fresh := w.signs.Put(s.Object)
	if fresh {
		*k = signOf(w.env.Names.String(s.Object))
	}
	if k.sign == nothing || s.Outcome == footfall.Failure || s.Flags&footfall.FlagMachine != 0 {
		return
	}
	// The file server's own name stands for every client's.
	if s.Flags&footfall.FlagSystem != 0 && !w.server(s) {
		return
	}
	at := *s
	if at.Source() == 0 && sess.Remote() {
		at.SrcAddr, at.SrcHost = sess.SrcAddr, sess.SrcHost
		at.Flags |= sess.Flags & (footfall.FlagRemote | footfall.FlagPublic)
	}
	// Without a source a record tells of the host itself, unless only a tool
	// names its pipe so.
	if at.Flags&footfall.FlagRemote == 0 && k.sign != tool && !w.server(s) {
		return
	}
	w.add(&at, *k, out)
}

// server reports whether Sysmon saw the kernel's file server open a pipe: it
// does so for clients elsewhere alone.
func (w *watcher) server(s *footfall.Step) bool {
	return s.Kind == footfall.KindPipe && s.Event == pipeConnected && w.env.Names.String(s.Image) == "System"
}

// pipeConnected is Sysmon's event of a pipe that was opened.
const pipeConnected = 18

// signOf tells what an object shows: a share with what is below it, or a pipe.
func signOf(object string) known {
	o := strings.ToLower(strings.TrimLeft(object, `\*`))
	o = strings.TrimPrefix(strings.TrimPrefix(o, `ipc$\`), `pipe\`)
	if k := pipeOf(o); k.sign != nothing {
		return k
	}
	share, path, _ := strings.Cut(o, `\`)
	if share != "admin$" && !(len(share) == 2 && share[1] == '$') {
		return known{}
	}
	for _, e := range [...]string{".exe", ".dll", ".ps1", ".bat", ".cmd", ".vbs", ".sys", ".hta", ".scr", ".msi"} {
		if strings.HasSuffix(path, e) {
			if dropped(path) {
				return known{sign: payload}
			}
			return known{sign: program}
		}
	}
	return known{sign: drive}
}

// dropped reports whether a program lies where tools of remote execution put
// theirs. Deployment has a folder of its own, and inventory reads System32.
func dropped(path string) bool {
	at := strings.LastIndexByte(path, '\\')
	folder := path[:max(at, 0)]
	switch folder {
	case "", "windows", "temp", "windows\\temp", "users\\public", "programdata", "perflogs", "windows\\tasks":
		return true
	}
	return strings.Contains(folder, `\appdata\local\temp`)
}

func pipeOf(pipe string) known {
	switch pipe {
	case "svcctl":
		return known{admin, services}
	case "atsvc":
		return known{admin, tasks}
	case "winreg":
		return known{admin, registry}
	case "protected_storage", "efsrpc":
		return known{admin, secrets}
	}
	for _, p := range [...]string{"psexesvc", "paexec", "remcom_", "csexecsvc", "winexesvc", "msse-", "postex_", "msagent_"} {
		if strings.HasPrefix(pipe, p) {
			return known{sign: tool}
		}
	}
	// PsExec and its clones name their three pipes so, whatever their service is called.
	for _, e := range [...]string{"-stdin", "-stdout", "-stderr"} {
		if strings.HasSuffix(pipe, e) {
			return known{sign: tool}
		}
	}
	return known{}
}

func (w *watcher) add(s *footfall.Step, k known, out *footfall.Sink) {
	id := key{cmp.Or(s.DstHost, s.DstAddr), s.Account, s.Source()}
	u, fresh := w.uses.Put(id)
	if fresh || s.Time-u.last > quiet {
		n := w.env.Names
		days, usual := w.env.Ordinary(s.Account, w.name, s.Source(), s.DstHost)
		*u = use{about: *s, days: days, usual: usual, f: &footfall.Finding{
			ID:   footfall.FindingID("shares", n.String(id.host)+"|"+n.String(id.account)+"|"+n.String(id.source), s.ID),
			Rule: &Analytic.Rules[0],
		}}
		if len(w.order) >= 4*maxUses {
			w.order = slices.DeleteFunc(w.order, func(k key) bool { return w.uses.Get(k) == nil })
		}
		w.order = append(w.order, id)
	}
	u.last = s.Time
	u.f.Cite(s)
	u.counts[k.sign]++
	u.pipes |= k.pipe
	if list := &u.names[k.sign]; len(*list) < 4 {
		if o := say.Short(w.env.Names.String(s.Object), 100); !slices.Contains(*list, o) {
			*list = append(*list, o)
		}
	}
	if s.Session != 0 && len(u.f.Sessions) < footfall.MaxEvidence {
		if n := w.env.Names.String(s.Session); !slices.Contains(u.f.Sessions, n) {
			u.f.Sessions = append(u.f.Sessions, n)
		}
	}
	if level, _ := w.level(u); level > u.f.Level || u.f.Count >= 2*u.told {
		w.give(u, out)
	}
}

// level weighs a use, and says which harmless explanation was tested.
func (w *watcher) level(u *use) (footfall.Level, string) {
	l := footfall.LevelMedium
	switch {
	case u.counts[tool] >= 2:
		l = footfall.LevelHigh
	case u.counts[payload] > 0 && u.pipes&(services|tasks) != 0:
		l = footfall.LevelHigh
	case u.counts[tool]+u.counts[payload]+u.counts[program] > 0, u.pipes&^registry != 0, u.counts[drive] >= w.files, u.about.Flags&footfall.FlagPublic != 0:
	case u.pipes&registry != 0 && u.counts[drive] > 0:
	case u.names[drive] != nil && strings.HasPrefix(strings.ToLower(u.names[drive][0]), "admin$"):
	default:
		l = footfall.LevelLow
	}
	n := w.env.Names
	c := w.env.Context
	if c != nil && (c.Deployers[n.String(u.about.SrcAddr)] || c.Deployers[n.String(u.about.SrcHost)]) {
		return footfall.LevelInformational, "The source is declared to administer others."
	}
	if c != nil && u.counts[tool]+u.counts[payload] == 0 && c.Services[n.String(u.about.Account)] && (c.Scanners[n.String(u.about.SrcAddr)] || c.Scanners[n.String(u.about.SrcHost)]) {
		return footfall.LevelInformational, "The source is declared to scan others, and the account as a service's."
	}
	if u.usual && u.counts[tool] == 0 {
		return min(l-1, footfall.LevelLow), fmt.Sprintf("It fits administration: the same account did so from there on %s before, and on about as many hosts.", say.Count(u.days, "day"))
	}
	return l, fmt.Sprintf("Administration was tested for: the same account did so from there on %s before.", say.Count(u.days, "day"))
}

func (w *watcher) give(u *use, out *footfall.Sink) {
	u.told = u.f.Count
	f, n, s := u.f, w.env.Names, &u.about
	who, from, host := n.String(s.Account), n.String(s.Source()), n.String(cmp.Or(s.DstHost, s.DstAddr))
	if who == "" {
		who = "Somebody whom the record does not name"
	}
	f.Title = "Administrative shares or pipes of " + host + " used"
	f.Why = who
	if from != "" {
		f.Title += " from " + from
		f.Why += ", from " + from + ","
	}
	var what []string
	for i := signCount - 1; i > 0; i-- {
		if u.counts[i] > 0 {
			what = append(what, fmt.Sprintf("%d %s (%s)", u.counts[i], signNames[i][min(u.counts[i]-1, 1)], strings.Join(u.names[i], ", ")))
		}
	}
	f.Why += fmt.Sprintf(" on %s within %s: %s.", host, say.Span(f.Last-f.First), strings.Join(what, "; "))
	f.Level, f.Innocent = w.level(u)
	f.Weight = f.Level.Weight()
	f.Bear("T1021.002")
	if u.counts[tool] > 0 || u.pipes&services != 0 {
		f.Bear("T1569.002")
	}
	if u.pipes&tasks != 0 {
		f.Bear("T1053.005")
	}
	if u.counts[program]+u.counts[payload] > 0 {
		f.Bear("T1570")
	}
	if s.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	if s.DstHost == 0 { // of a sensor, which has seen no name yet
		f.About(footfall.RoleDestination, "address", host)
	}
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if from != "" && len(f.Path) == 0 {
		name := n.String(s.SrcHost)
		if name == "" {
			name = from
		}
		f.Path = []footfall.Hop{{Time: s.Time, From: name, To: host, Account: n.String(s.Account), Service: footfall.ServiceSMB, Outcome: footfall.Success, Ref: s.Ref}}
	}
	out.Find(f, s)
}

// Flush gives the findings that grew since they were given last.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for _, k := range w.order {
		if u := w.uses.Get(k); u != nil && u.told != u.f.Count {
			w.give(u, out)
		}
	}
}
