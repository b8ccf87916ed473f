// Package cloudjoin finds movement between a cloud and its machines: a call
// that opens a way to a machine by who never did so, joined with the machine's
// own logon; a sign-in to the cloud from a host that somebody just came to from
// elsewhere; and roles that are taken from roles. In go calls, logons and their
// sessions; out come findings with both halves.
package cloudjoin

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic has one instance: the cloud and the machine have different names.
var Analytic = footfall.Analytic{
	Name: "cloudjoin",
	Doc: "Session Manager, EC2 Instance Connect, serial consoles, Bastion, run commands, IAP and OS Login used on a machine by a principal that never did so on it, with the machine's own logon within " +
		"cloudjoin.seconds (60) where its log is there; a sign-in to a cloud within cloudjoin.minutes (120) from a host that was entered from elsewhere, by an account that never came from there; " +
		"a role taken from a role for the first time. New operators, new machines and new automation look the same.",
	Rules: []footfall.Rule{
		{
			ID: "cloudjoin-machine", Title: "A machine entered through the cloud for the first time", Level: footfall.LevelMedium,
			Description: "A principal of a cloud opened a way to a machine, or ran a command on it, that it never used before.",
			Attack:      []string{"T1021.001", "T1021.004", "T1021.008", "T1651"}, Rows: []string{"CVM-01"},
			Reference: "https://attack.mitre.org/techniques/T1021/008/",
			Innocent:  []string{"a new operator", "a new machine", "automation that is being set up"},
		},
		{
			ID: "cloudjoin-onward", Title: "From an entered host into the cloud", Level: footfall.LevelMedium,
			Description: "From a host that somebody came to over the network an account signs in to a cloud that never came from there.",
			Attack:      []string{"T1021.007", "T1078.004"}, Rows: []string{"CLD-03"},
			Reference: "https://attack.mitre.org/techniques/T1021/007/",
			Innocent:  []string{"an administrator who works from a jump host for the first time"},
		},
		{
			ID: "cloudjoin-role", Title: "A role taken from a role for the first time", Level: footfall.LevelLow,
			Description: "A session that is a role's own takes another role that it never took.",
			Attack:      []string{"T1021.007", "T1078.004", "T1548.005"}, Rows: []string{"CLD-03"},
			Reference: "https://attack.mitre.org/techniques/T1548/005/",
			Innocent:  []string{"automation that works in several accounts"},
		},
	},
	Kinds: []footfall.Kind{footfall.KindLogon, footfall.KindShell, footfall.KindExplicit},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 || s.Outcome == footfall.Failure || s.Account == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) != 0 {
			return dst
		}
		switch s.Kind {
		case footfall.KindLogon, footfall.KindShell:
			return append(dst, footfall.All)
		case footfall.KindExplicit:
			if s.Service == footfall.ServiceCloud {
				return append(dst, footfall.All)
			}
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		c := e.Context
		return &watcher{
			env: e, join: int64(c.Limit("cloudjoin.seconds", limitJoin) * 1e9), onward: int64(c.Limit("cloudjoin.minutes", limitOnward) * 60e9),
			days: int(c.Limit("cloudjoin.days", footfall.EnoughDays)),
			ways: recent.New[way, int64](maxWays), owners: recent.New[footfall.Name, owner](maxOwners), open: recent.New[footfall.Name, opened](maxOpen),
			entered: recent.New[footfall.Name, entry](maxHosts), formats: recent.New[footfall.Name, bool](maxFormats), told: recent.New[way, int64](maxWays),
		}
	},
}

const (
	day = 24 * 3600 * 1e9

	limitJoin   = 60
	limitOnward = 120

	maxWays    = 1 << 13
	maxOwners  = 1 << 13
	maxOpen    = 1 << 10
	maxHosts   = 1 << 12
	maxFormats = 1 << 10
)

// clouds are the logs of clouds that lead into machines, by format.
var clouds = map[string]bool{"cloudtrail": true, "azure": true, "gcp": true, "gcp-audit": true}

// A way is what an account opened: a machine, a role, or a sign-in from a host.
type way struct {
	account, to footfall.Name
	what        uint8
}

const (
	toMachine = iota
	toRole
	fromHost
)

// An owner is on how many days something was done.
type owner struct {
	first, last int64
	days, items int
}

func (o *owner) see(at int64, fresh bool) {
	if o.first == 0 {
		o.first = at
	}
	if o.days == 0 || at/day != o.last/day {
		o.days++
	}
	o.last = at
	if fresh {
		o.items++
	}
}

// An opened way waits for the machine's own logon.
type opened struct {
	f     *footfall.Finding
	about footfall.Step
	user  footfall.Name // account of the machine that it is for
}

// An entry is the newest session on a host that came from elsewhere.
type entry struct {
	time          int64
	account, from footfall.Name
	ref           footfall.Ref
	service       footfall.Service
	public        bool
}

type watcher struct {
	env          *footfall.Env
	join, onward int64
	days         int
	ways         *recent.Map[way, int64]
	owners       *recent.Map[footfall.Name, owner] // by account
	open         *recent.Map[footfall.Name, opened]
	entered      *recent.Map[footfall.Name, entry]
	formats      *recent.Map[footfall.Name, bool] // by Extra, whether it is a cloud's log
	told         *recent.Map[way, int64]
}

// Observe takes a cloud's calls and the logons of hosts.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	switch {
	case !w.cloud(s):
		if s.Kind == footfall.KindLogon && s.Outcome == footfall.Success {
			w.host(s, out)
		}
	case s.Kind == footfall.KindExplicit:
		w.role(s, sess, out)
		w.signIn(s, out)
	case w.machine(s):
		w.call(s, out)
	case s.Kind == footfall.KindLogon && s.Outcome == footfall.Success:
		w.signIn(s, out)
	}
}

// cloud reports whether a step is of a cloud's own log.
func (w *watcher) cloud(s *footfall.Step) bool {
	return s.Service == footfall.ServiceCloud || w.leads(s)
}

// leads reports whether a step is of the log of a cloud that has machines.
func (w *watcher) leads(s *footfall.Step) bool {
	is, fresh := w.formats.Put(s.Extra)
	if fresh {
		source := w.env.Extra(s.Extra).Source
		*is = clouds[source[strings.LastIndexByte(source, '|')+1:]]
	}
	return *is
}

// machine reports whether a call of a cloud leads into a machine: a command, a
// session of a remote service, or one that names what is entered.
func (w *watcher) machine(s *footfall.Step) bool {
	if s.DstHost == 0 || !w.leads(s) && !instance(w.env.Names.String(s.DstHost)) {
		return false
	}
	switch {
	case s.Kind == footfall.KindShell:
		return true
	case s.Kind != footfall.KindLogon || s.Outcome != footfall.Success:
		return false
	}
	switch s.Service {
	case footfall.ServiceSSH, footfall.ServiceRDP, footfall.ServiceGateway:
		return true
	}
	if instance(w.env.Names.String(s.DstHost)) {
		return true
	}
	what := strings.ToLower(w.env.Names.String(s.Object))
	for _, part := range [...]string{"virtualmachines/", "serialconsole", "instances", "ssm-", "session", "tunnel"} {
		if strings.Contains(what, part) {
			return true
		}
	}
	return false
}

// instance reports whether a name is AWS' id of a machine.
func instance(s string) bool {
	v, ok := strings.CutPrefix(strings.TrimPrefix(s, "m"), "i-")
	return ok && len(v) >= 8 && strings.Trim(v, "0123456789abcdef") == ""
}

// known reports whether there is enough history of an account.
func (w *watcher) known(account footfall.Name) (days int, known bool) {
	days = max(w.env.Past.Habit(footfall.TraitHour, account).Days, w.env.Past.Habit(footfall.TraitTool, account).Days)
	if o := w.owners.Get(account); o != nil {
		days = max(days, o.days-1)
	}
	return days, days >= w.days
}

// host joins a host's own logon with a call that opened the way, and notes who
// came to the host.
func (w *watcher) host(s *footfall.Step, out *footfall.Sink) {
	if s.DstHost == 0 {
		return
	}
	if o := w.open.Get(s.DstHost); o != nil {
		switch {
		case s.Time-o.about.Time > w.join:
			w.open.Delete(s.DstHost)
		case o.user == 0 || footfall.Bare(w.env.Names.String(s.Account)) == footfall.Bare(w.env.Names.String(o.user)):
			w.joined(o, s, out)
			w.open.Delete(s.DstHost)
		}
	}
	if s.Flags&footfall.FlagRemote != 0 && s.Flags&footfall.FlagLoopback == 0 && s.SrcHost != s.DstHost && shell(s) {
		e, _ := w.entered.Put(s.DstHost)
		*e = entry{time: s.Time, account: s.Account, from: s.Source(), ref: s.Ref, service: s.Service, public: s.Flags&footfall.FlagPublic != 0}
	}
}

// shell reports whether somebody can work on the host by the logon.
func shell(s *footfall.Step) bool {
	switch s.Service {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceWinRM, footfall.ServiceVNC, footfall.ServiceARD, footfall.ServiceTelnet, footfall.ServiceWMI, footfall.ServiceRMM:
		return true
	}
	return s.LogonType == 10
}

// Flush does nothing: what is not joined was told without.
func (*watcher) Flush(int64, *footfall.Sink) {}
