// Package remotecmd grades what is run through a remote service: ATT&CK's
// analytic "adversary commands executed via remote sessions". A command
// belongs to one when sshd, WinRM's hosts, the WMI provider host, PsExec's
// service or a DCOM server started it, or when its session was opened over
// the network. In go steps; out comes one finding for each session with the
// counts by grade and the worst commands.
package remotecmd

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the host.
var Analytic = footfall.Analytic{
	Name: "remotecmd",
	Doc: "Commands of remote sessions, graded strong, high, low and normal by whole words; what runs through WinRM, WMI, DCOM or PsExec " +
		"weighs more than what is typed in a desktop or a shell. Administrators do the same: commands declared as expected are left out, " +
		"and what an account ran on a host in this way on three earlier days weighs less.",
	Rules: []footfall.Rule{{
		ID: "remotecmd", Title: "Commands were run through a remote service", Level: footfall.LevelMedium,
		Description: "Programs were started by a remote service or in a session that was opened over the network, and some of them are those of an intruder's work.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.003", "T1021.004", "T1021.006", "T1047", "T1059", "T1563.002", "T1569.002"},
		Rows:        []string{"RDP-07", "SSH-04", "WRM-01", "DCOM-01", "DCOM-02", "RDP-06"},
		Reference:   "https://attack.mitre.org/techniques/T1021/",
		Innocent:    []string{"administration by remote shell", "inventory and monitoring over WMI or WinRM", "configuration management over SSH"},
	}},
	Kinds: []footfall.Kind{footfall.KindProcess, footfall.KindPrivilege},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		switch {
		case s.Rule != 0:
		case s.Kind == footfall.KindProcess, s.Kind == footfall.KindPrivilege && s.Command != 0:
			return append(dst, s.DstHost)
		}
		return dst
	},
	New: newWatcher,
}

// A way is how a command came from elsewhere.
type way uint8

const (
	noWay   way = iota
	ssh         // started by sshd, or in a session of it
	rdp         // in a remote desktop session, or through its clipboard and drives
	winrm       // started by wsmprovhost or winrshost
	wmi         // started by the WMI provider host
	dcom        // started by a program that itself was started as a DCOM server
	psexec      // started by PsExec's service, or that service itself
	network     // in a network logon session (type 3)
	hijack      // a remote desktop session was taken over
	service     // a shell that the service manager started
)

var wayNames = [...]string{"", "SSH", "RDP", "WinRM", "WMI", "DCOM", "PsExec", "a network logon", "a taken-over RDP session", "a service that is a shell command"}

// tool reports whether people do not sit at the other end: what comes this way
// was meant to be run from elsewhere.
func (v way) tool() bool {
	return v == winrm || v == wmi || v == dcom || v == psexec || v == network || v == hijack || v == service
}

const (
	// quiet ends a finding of commands whose session no record names.
	quiet = 30 * 60 * 1e9
	// embedded is how long after a DCOM server started its children are told by it.
	embedded = 10 * 60 * 1e9
	// habit is on how many earlier days the same was done before it weighs less.
	habit = 3
	day   = 24 * 3600 * 1e9
	// maxWorst is how many commands a finding quotes.
	maxWorst = 5
)

type groupKey struct {
	session footfall.Name // or the account when no record names the session
	host    footfall.Name
	way     way
}

// A group is the commands of one session that came one way.
type group struct {
	f      *footfall.Finding
	about  footfall.Step
	counts [strong + 1]int
	recon  map[string]bool // different commands that look around
	worst  []quoted
	last   int64
	told   int
	tricks uint8 // see trick*
	days   uint16
}

type quoted struct {
	grade grade
	what  string
	text  string
}

type habitKey struct {
	account, host footfall.Name
	way           way
}

type habits struct {
	days    uint16
	lastDay int64
}

type watcher struct {
	env    *footfall.Env
	groups *recent.Map[groupKey, *group]
	order  []groupKey
	habits *recent.Map[habitKey, habits]
	dcom   *recent.Map[footfall.Name, server] // by host
	bases  *recent.Map[footfall.Name, program]
}

// A server is the last program that a host started for DCOM.
type server struct {
	base footfall.Name
	time int64
}

// A program is what a path's file name says, kept by path.
type program struct {
	base  footfall.Name
	way   way
	skip  bool
	shell bool
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env:    e,
		groups: recent.New[groupKey, *group](1 << 9),
		habits: recent.New[habitKey, habits](1 << 12),
		dcom:   recent.New[footfall.Name, server](1 << 10),
		bases:  recent.New[footfall.Name, program](1 << 12),
	}
}

// Observe adds a command to the finding of its session.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	v := w.wayOf(s, sess)
	if v == noWay || w.expected(s) {
		return
	}
	n := w.env.Names
	image, command := n.String(s.Image), n.String(s.Command)
	g, what := gradeOf(image, command)
	if g == normal && !v.tool() {
		return
	}
	k := groupKey{s.Session, s.DstHost, v}
	if k.session == 0 {
		k.session = s.Account
	}
	slot, fresh := w.groups.Put(k)
	if fresh || *slot == nil || s.Session == 0 && s.Time-(*slot).last > quiet {
		*slot = w.begin(k, s, sess)
	}
	gr := *slot
	gr.add(s, g, what, command, image)
	w.level(gr, k, s)
	if gr.f.Level > footfall.LevelUnknown && (gr.f.Count >= 2*gr.told || gr.told == 0) {
		w.give(gr, k, sess, out)
	}
}

// program returns what the file name of a path says.
func (w *watcher) program(path footfall.Name) *program {
	p, fresh := w.bases.Put(path)
	if fresh {
		b := base(strings.ToLower(w.env.Names.String(path)))
		*p = program{base: w.env.Names.Intern(b), way: started(b), skip: helper(b), shell: shell(b)}
	}
	return p
}

// started is the way of what a program starts.
func started(b string) way {
	switch b {
	case "sshd", "sshd-session", "dropbear":
		return ssh
	case "wsmprovhost", "winrshost":
		return winrm
	case "wmiprvse":
		return wmi
	case "psexesvc", "remcomsvc", "paexec", "csexecsvc", "winexesvc":
		return psexec
	case "rdpclip", "mstsc":
		return rdp
	}
	return noWay
}

// shell reports whether a program runs commands that it is given, and is made
// to be no service.
func shell(b string) bool {
	switch b {
	case "cmd", "powershell", "pwsh", "mshta", "cscript", "wscript":
		return true
	}
	return false
}

// helper reports whether a program only serves the service that started it.
func helper(b string) bool {
	switch b {
	case "conhost", "werfault", "wermgr", "wmiadap", "wmiapsrv", "unsecapp", "mofcomp", "sshd", "sshd-session", "sftp-server", "msiexec", "dllhost", "wmiprvse":
		return true
	}
	return false
}

// wayOf tells how a command came from elsewhere, noWay when nothing shows it.
func (w *watcher) wayOf(s *footfall.Step, sess *footfall.Session) way {
	img := *w.program(s.Image)
	parent := *w.program(s.Object)
	n := w.env.Names
	if s.Kind == footfall.KindPrivilege {
		parent = program{}
	}
	switch {
	case parent.way == wmi && s.Flags&footfall.FlagSystem != 0 && !sess.Remote():
		return noWay // inventory by the machine itself
	case parent.way != noWay && !img.skip:
		return parent.way
	case img.way == psexec && s.Command|s.Image != 0 && parent.base != img.base:
		return psexec
	case img.way == winrm:
		return winrm // the host of a remote shell itself
	case img.shell && n.String(parent.base) == "services":
		return service
	case img.skip:
		return noWay
	}
	if s.Command != 0 {
		c := n.String(s.Command)
		switch {
		case w.embeds(s, img, c), sess.Remote() && sess.Type == 3 && n.String(parent.base) == "svchost" && contains(c, "-embedding"):
			return dcom
		case contains(c, `\\tsclient\`) || contains(n.String(s.Image), `\\tsclient\`):
			return rdp
		case contains(c, "tscon") && contains(c, "rdp-tcp"):
			return hijack
		}
	}
	if d := w.dcom.Get(s.DstHost); d != nil && d.base == parent.base && parent.base != 0 && s.Time-d.time <= embedded {
		return dcom
	}
	return ofSession(s, sess)
}

// embeds notes a program that DCOM started, and reports whether that alone
// says that it was from elsewhere: mmc and mshta have no other reason.
func (w *watcher) embeds(s *footfall.Step, img program, command string) bool {
	if !contains(command, "-embedding") {
		return false
	}
	switch w.env.Names.String(img.base) {
	case "mmc", "mshta":
	case "excel", "winword", "outlook", "visio", "powerpnt":
		d, _ := w.dcom.Put(s.DstHost)
		*d = server{img.base, s.Time}
		return false
	default:
		return false
	}
	d, _ := w.dcom.Put(s.DstHost)
	*d = server{img.base, s.Time}
	return true
}

func ofSession(s *footfall.Step, sess *footfall.Session) way {
	if sess == nil || !sess.Remote() && sess.Type != 3 || sess.Flags&(footfall.FlagMachine|footfall.FlagSystem) != 0 {
		return noWay
	}
	switch {
	case sess.Service == footfall.ServiceSSH:
		return ssh
	case sess.Service == footfall.ServiceRDP, sess.Type == 10:
		return rdp
	case sess.Service == footfall.ServiceWinRM:
		return winrm
	case sess.Type == 3 && sess.Remote():
		return network
	case sess.Remote() && sess.Service == footfall.ServiceUnknown, sess.Service == footfall.ServiceVNC:
		return rdp
	}
	return noWay
}

// contains is strings.Contains without regard to the case of ASCII letters;
// sub is in lower case.
func contains(s, sub string) bool {
	c := sub[0]
	for i := 0; i+len(sub) <= len(s); i++ {
		if b := s[i]; b != c && (b < 'A' || b > 'Z' || b+'a'-'A' != c) {
			continue
		}
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

// expected reports whether the command is declared as legitimate there.
func (w *watcher) expected(s *footfall.Step) bool {
	if w.env.Context == nil {
		return false
	}
	n := w.env.Names
	for _, e := range w.env.Context.Expected {
		if (e.Account == "" || e.Account == n.String(s.Account)) && (e.Host == "" || e.Host == n.String(s.DstHost)) &&
			(e.Parent == "" || strings.EqualFold(e.Parent, n.String(w.program(s.Object).base))) &&
			strings.HasPrefix(n.String(s.Command), e.Command) && (e.Until == 0 || s.Time < e.Until) {
			return true
		}
	}
	return false
}
