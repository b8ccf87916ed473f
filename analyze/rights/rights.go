// Package rights finds privileges that are gained after access: somebody who
// came from elsewhere joins an account to a group of administrators, or an
// account that worked without special rights on a host has them. In go steps
// with their sessions; out come findings, weighed by the roles that are
// declared for the account.
package rights

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the account that acts.
var Analytic = footfall.Analytic{
	Name: "rights",
	Doc: "In a session from elsewhere an account is joined to a group that administers (4728, 4732, 4756, usermod, role bindings), " +
		"or an account gets special privileges (4672), sudo or a role of a cloud where it worked on three or more days without. " +
		"Whose declared role is to administer is told apart; a declared role that is not weighs the more.",
	Rules: []footfall.Rule{
		{
			ID: "rights-group", Title: "An account was made an administrator from elsewhere", Level: footfall.LevelMedium,
			Description: "A member joined a group of administrators in a session that came over the network.",
			Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.006", "T1021.007", "T1098", "T1098.007"}, Rows: []string{"MIS-04", "EXT-07"},
			Reference: "https://attack.mitre.org/techniques/T1098/",
			Innocent:  []string{"the work of those who manage accounts"},
		},
		{
			ID: "rights-gained", Title: "An account has rights that it worked without before", Level: footfall.LevelMedium,
			Description: "Special privileges, sudo or a role are used in a session from elsewhere by an account that never had them there.",
			Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.006", "T1021.007", "T1078", "T1548.003"}, Rows: []string{"MIS-04", "EXT-07"},
			Reference: "https://attack.mitre.org/techniques/T1078/",
			Innocent:  []string{"a person who was given new duties"},
		},
	},
	Kinds: []footfall.Kind{footfall.KindGroup, footfall.KindPrivilege, footfall.KindExplicit, footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 || s.Account == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) != 0 {
			return dst
		}
		switch s.Kind {
		case footfall.KindGroup, footfall.KindPrivilege, footfall.KindExplicit, footfall.KindLogon:
			return append(dst, s.Account)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, days: uint32(max(1, e.Context.Limit("rights.days", limitDays))),
			work: recent.New[workKey, work](1 << 12), told: recent.New[toldKey, int64](1 << 10),
		}
	},
}

const (
	day = 24 * 3600 * 1e9
	// limitDays (rights.days) is on how many earlier days an account must have
	// worked on a host without a right for its first use to mean anything.
	limitDays = 3
)

// A right is what an account may have on a host.
type right uint8

const (
	special right = iota // 4672, an elevated logon
	sudo                 // commands as another by sudo
	role                 // a role of a cloud
	rightEnd
)

var rightNames = [rightEnd]string{"special privileges", "sudo", "a role"}

type workKey struct {
	account, host footfall.Name
}

// work is on how many days an account logged on to a host, and which rights
// it was ever seen to have there.
type work struct {
	days    uint32
	lastDay int64
	first   int64
	had     [rightEnd]bool
}

type toldKey struct {
	account, host, what footfall.Name
}

type watcher struct {
	env  *footfall.Env
	days uint32
	work *recent.Map[workKey, work]
	told *recent.Map[toldKey, int64]
}

// Observe learns what an account does where, and judges what is new.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	switch {
	case s.Kind == footfall.KindLogon:
		if s.Outcome == footfall.Success {
			w.logon(s, sess, out)
		}
	case s.Kind == footfall.KindGroup:
		if s.Outcome != footfall.Failure {
			w.joined(s, sess, out)
		}
	case s.Kind == footfall.KindPrivilege && s.Outcome != footfall.Failure && (s.Event == 4672 || s.Command != 0):
		r := special
		if s.Event != 4672 {
			r = sudo
		}
		w.has(s, sess, r, s.DstHost, out)
	case s.Kind == footfall.KindExplicit && s.Service == footfall.ServiceCloud && s.Outcome != footfall.Failure && s.Target != 0:
		if administers(w.env.Names.String(s.Target)) {
			w.has(s, sess, role, s.DstHost, out)
		}
	}
}

func (w *watcher) at(s *footfall.Step, host footfall.Name) *work {
	k, fresh := w.work.Put(workKey{s.Account, host})
	if today := s.Time / day; fresh || k.lastDay != today {
		if !fresh {
			k.days++
		} else {
			k.first = s.Time
		}
		k.lastDay = today
	}
	return k
}

func (w *watcher) logon(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Flags&footfall.FlagElevated != 0 {
		w.has(s, sess, special, s.DstHost, out)
		return
	}
	w.at(s, s.DstHost)
}

// has notes that an account has a right on a host, and finds it when it
// worked there for days without.
func (w *watcher) has(s *footfall.Step, sess *footfall.Session, r right, host footfall.Name, out *footfall.Sink) {
	k := w.at(s, host)
	if k.had[r] {
		return
	}
	k.had[r] = true
	if k.days < w.days || !w.remote(s, sess) || w.tells(s, host, rightNames[r]) {
		return
	}
	declared, administrator, roles := w.role(s.Account)
	if administrator {
		return
	}
	n := w.env.Names
	who, where := n.String(s.Account), n.String(host)
	f := w.begin(1, s, where)
	f.Title = fmt.Sprintf("%s has %s on %s for the first time", who, rightNames[r], where)
	f.Why = fmt.Sprintf("%s worked on %s on %s since %s without %s, and has them at %s in a session from %s", who, where, say.Count(int(k.days), "day"), say.Time(k.first), rightNames[r], say.Time(s.Time), w.from(s, sess))
	if c := n.String(s.Command); c != "" {
		f.Why += ", running " + say.Quote(c, 120)
	}
	f.Level = footfall.LevelMedium
	f.Innocent = "New duties were tested for: no role is declared for the account."
	own := w.env.Own(s.Account, w.source(s, sess))
	switch {
	case declared && own:
		f.Innocent = "New duties were tested for: the account's declared roles do not administer, but it comes from where it works."
	case declared:
		f.Level = footfall.LevelHigh
		f.Innocent = "New duties were tested for: the account's declared roles do not administer, and it does not usually come from there."
	}
	if declared {
		f.Why += fmt.Sprintf("; its declared roles are %s", roles)
	}
	if r == sudo { // who may use it was granted before, and many who do not administer may
		f.Level = min(f.Level-1, footfall.LevelMedium)
	}
	f.Bear("T1078")
	if r == sudo {
		f.Bear("T1548.003")
	}
	w.finish(f, s, sess, out)
}

// joined judges a member that joins a group.
func (w *watcher) joined(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	n := w.env.Names
	group := n.String(s.Object)
	if leaves(s.Event) || operation(group) || !administers(group) || !w.remote(s, sess) {
		return
	}
	member := cmp.Or(n.String(s.Target), "an account that the record names by its SID")
	who := n.String(s.Account)
	if w.tells(s, s.DstHost, group+"|"+member) {
		return
	}
	where := ""
	if s.DstHost != 0 {
		where = " on " + n.String(s.DstHost)
	}
	f := w.begin(0, s, group+"|"+member)
	f.Title = fmt.Sprintf("%s joined %s to %s%s", who, member, group, where)
	f.Why = fmt.Sprintf("%s joined %s to the group %s%s at %s, in a session from %s", who, member, say.Quote(group, 80), where, say.Time(s.Time), w.from(s, sess))
	f.Level = footfall.LevelMedium
	declared, administrator, roles := w.role(s.Account)
	f.Innocent = "The work of those who manage accounts was tested for: no role is declared for the account."
	switch {
	case s.Target != 0 && footfall.Bare(member) == footfall.Bare(who):
		f.Level = footfall.LevelHigh
		f.Why += "; the account gave the right to itself"
		f.Innocent = "Those who manage accounts do not join their own to such groups."
	case administrator:
		f.Level = footfall.LevelLow
		f.Innocent = fmt.Sprintf("The declared roles of the account are %s.", roles)
	case declared:
		f.Level = footfall.LevelHigh
		f.Why += fmt.Sprintf("; its declared roles are %s", roles)
		f.Innocent = "The work of those who manage accounts was tested for: the account's declared roles do not administer."
	}
	f.Bear("T1098")
	f.About(footfall.RoleTarget, "account", n.String(s.Target))
	f.About(footfall.RoleObject, "group", group)
	w.finish(f, s, sess, out)
}

// leaves reports whether an event of Windows says that a member left.
func leaves(event uint32) bool {
	switch event {
	case 4729, 4733, 4757, 4747, 4762:
		return true
	}
	return false
}

// operation reports whether what a cloud's record names is not a group or a
// role but what was done, as to take a right away.
func operation(name string) bool {
	name = strings.ToLower(name)
	for _, word := range [...]string{"revoke", "remove", "delete", "create", "update", "owner"} {
		if strings.Contains(name, word) && name != "group policy creator owners" {
			return true
		}
	}
	return false
}

// groups administer a host, a domain or a cluster, in the languages of Windows
// that translate them.
var groups = []string{
	"administrators", "administratoren", "administrateurs", "administradores", "amministratori", "administratorer", "järjestelmänvalvojat", "администраторы",
	"domain admins", "enterprise admins", "schema admins", "domänen-admins", "admins du domaine", "account operators", "backup operators", "server operators",
	"dnsadmins", "hyper-v administrators", "group policy creator owners", "exchange trusted subsystem", "organization management", "key admins",
	"sudo", "wheel", "root", "admin", "docker", "lxd", "libvirt", "cluster-admin", "system:masters",
}

// administers reports whether a group or role does: by its name, or by the
// word in it for what clouds call theirs.
func administers(name string) bool {
	name = strings.ToLower(name)
	if slices.Contains(groups, name) {
		return true
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("\\/:._- ", r) }) {
		switch word {
		case "admin", "admins", "administrator", "administratoraccess", "superadmin", "organizationaccountaccessrole":
			return true
		}
		if strings.HasSuffix(word, "adminrole") || strings.HasSuffix(word, "fulladmin") {
			return true
		}
	}
	return false
}

// role tells what the declared roles of an account say.
func (w *watcher) role(account footfall.Name) (declared, administrator bool, roles string) {
	return w.env.Context.Role(w.env.Names.String(account))
}

func (w *watcher) remote(s *footfall.Step, sess *footfall.Session) bool {
	return sess.Remote() || s.Flags&footfall.FlagRemote != 0 && s.Source() != 0
}

func (w *watcher) source(s *footfall.Step, sess *footfall.Session) footfall.Name {
	from := s.Source()
	if from == 0 && sess != nil {
		from = cmp.Or(sess.SrcAddr, sess.SrcHost)
	}
	return from
}

func (w *watcher) from(s *footfall.Step, sess *footfall.Session) string {
	return cmp.Or(w.env.Names.String(w.source(s, sess)), "elsewhere")
}

// tells reports whether the same was told within a day, and notes it.
func (w *watcher) tells(s *footfall.Step, host footfall.Name, what string) bool {
	t, fresh := w.told.Put(toldKey{s.Account, host, w.env.Names.Intern(what)})
	again := !fresh && s.Time-*t < day
	*t = s.Time
	return again
}

func (w *watcher) begin(rule int, s *footfall.Step, about string) *footfall.Finding {
	r := &Analytic.Rules[rule]
	f := &footfall.Finding{ID: footfall.FindingID(r.ID, w.env.Names.String(s.Account)+"|"+about, s.ID), Rule: r}
	f.Cite(s)
	return f
}

func (w *watcher) finish(f *footfall.Finding, s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	n := w.env.Names
	f.Why += "."
	f.Weight = f.Level.Weight()
	via := s.Service
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	addr, host := s.SrcAddr, s.SrcHost
	if sess.Remote() {
		via = sess.Service
		f.CiteRef(sess.Opened)
		addr, host = cmp.Or(addr, sess.SrcAddr), cmp.Or(host, sess.SrcHost)
		f.Path = []footfall.Hop{{Time: cmp.Or(sess.Start, s.Time), From: n.String(cmp.Or(host, addr)), To: n.String(s.DstHost), Account: n.String(sess.Account), Service: sess.Service, Outcome: footfall.Success, Ref: sess.Opened}}
	}
	// A call of a cloud by a key is no remote session by itself.
	if via != footfall.ServiceCloud || sess.Remote() {
		f.Bear(cmp.Or(via.Technique(), "T1021"))
	}
	f.About(footfall.RoleSource, "address", n.String(addr))
	f.About(footfall.RoleSource, "host", n.String(host))
	if id := n.String(s.Session); id != "" {
		f.About(footfall.RoleSession, "session", id)
		f.Sessions = []string{id}
	}
	about := *s
	about.SrcAddr, about.SrcHost = addr, host
	out.Find(f, &about)
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
