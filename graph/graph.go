// Package graph finds whose hand made the hops: it follows logons from host to
// host, changes of account on the way, and the sessions that they came out of,
// and joins them into paths that one person's hand made. In go identified
// steps with their sessions, in the order of time; out come findings about the
// paths that are rarest for that person, within a budget of a few a day, and
// facts about how somebody came to where a finding is. What records show is
// taken before what is inferred, and where several hands are possible each has
// its probability. It knows no rules and no cases.
package graph

import "github.com/footfall/footfall"

// Analytic sees all hosts in one instance: a path goes over many.
var Analytic = footfall.Analytic{
	Name: "paths",
	Doc: "Hops that one hand made, with the accounts changed on the way, ranked by how rare all of it is for that person, within a budget of cases a day that the " +
		"context file sets. An administrator who helps somebody else, a new hire and a wave of patches look the same until they are usual.",
	Rules: []footfall.Rule{ruleSwitch, ruleOwn},
	Facts: []string{"path-before"},
	Keys:  keys,
	New:   newWatcher,
}

var ruleSwitch = footfall.Rule{
	ID: "paths", Title: "A path with another person's account", Level: footfall.LevelHigh,
	Description: "One hand went from host to host and used an account on the way that is not the person's own, to where the person never was.",
	Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.003", "T1021.004", "T1021.005", "T1021.006", "T1078", "T1133"}, Rows: []string{"X-01"},
	Reference: "https://attack.mitre.org/tactics/TA0008/",
	Innocent:  []string{"an administrator who acts for somebody else", "several people on one host at once, whose hops are taken for one another's"},
}

var ruleOwn = footfall.Rule{
	ID: "paths-own", Title: "A path with the own account to where it never was", Level: footfall.LevelMedium,
	Description: "One hand went on with the same account, to more hosts that its person and its peers never used than chance explains.",
	Attack:      ruleSwitch.Attack, Rows: []string{"X-01"},
	Reference: "https://attack.mitre.org/tactics/TA0008/",
	Innocent:  []string{"a new hire, a move to another team", "a person on call who follows a fault from host to host"},
}

// keys sends every step that may be about a hop, a change of account or an end
// to the one instance.
func keys(dst []footfall.Name, s *footfall.Step) []footfall.Name {
	if s.Rule != 0 {
		return append(dst, footfall.All) // it is asked how somebody came to where a rule hit
	}
	switch s.Kind {
	case footfall.KindLogon, footfall.KindReconnect, footfall.KindExplicit, footfall.KindLogoff, footfall.KindPrivilege, footfall.KindTicket, footfall.KindShell, footfall.KindStart:
		return append(dst, footfall.All)
	}
	return dst
}

// A watcher is the graph as the engine runs it.
type watcher struct {
	read   *Reader
	engine *Engine
	login  Login `freeze:"-"` // the one that is observed
}

func newWatcher(env *footfall.Env) footfall.Watcher {
	return &watcher{read: NewReader(env), engine: New(Options{Names: env.Names, Context: env.Context, Past: env.Past, Zone: env.Zone})}
}

// Observe implements footfall.Watcher.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	var ok bool
	if w.login, ok = w.read.Read(s, sess); ok {
		w.engine.Observe(&w.login, s, out)
	}
}

// Flush implements footfall.Watcher.
func (w *watcher) Flush(now int64, out *footfall.Sink) { w.engine.Flush(now, out) }
