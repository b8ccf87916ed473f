package session

import "github.com/footfall/footfall"

// A tryKey is what is the same of one failure in all logs that tell of it,
// whatever else they leave out.
type tryKey struct {
	source footfall.Name
	kind   footfall.Kind
}

// A try is a failure and the logs that told of it.
type try struct {
	time          int64
	host, account footfall.Name
	logs          [4]footfall.Name
}

// A tries is the newest failures of a key.
type tries struct {
	ring [16]try
	n    uint32
}

// twiceWithin is how far apart two logs date one failure: most write seconds.
const twiceWithin = 2 * 1e9

// twice marks a failure that another log of its host has told of. Each record
// of one log answers to one of the other, so that ten tries in a second that
// both record are ten.
func (t *Table) twice(s *footfall.Step) {
	if s.Outcome != footfall.Failure || s.Kind != footfall.KindLogon && s.Kind != footfall.KindCredential && s.Kind != footfall.KindAttempt {
		return
	}
	log := t.log(s)
	source := s.SrcAddr
	if source == 0 {
		source = s.SrcHost
	}
	if log == 0 || source == 0 && s.DstHost == 0 {
		return
	}
	k, _ := t.tries.Put(tryKey{source, s.Kind})
	var found *try
	for i := range min(k.n, uint32(len(k.ring))) {
		// From the oldest on, and one that names the same account before all.
		x := &k.ring[(k.n+i)%uint32(len(k.ring))]
		if k.n < uint32(len(k.ring)) {
			x = &k.ring[i]
		}
		if s.Time-x.time > twiceWithin || x.told(log) || !t.agree(x, s, source) {
			continue
		}
		if x.account == s.Account {
			found = x
			break
		}
		if found == nil {
			found = x
		}
	}
	if found == nil {
		x := &k.ring[k.n%uint32(len(k.ring))]
		*x = try{time: s.Time, host: s.DstHost, account: s.Account, logs: [4]footfall.Name{log}}
		k.n++
		return
	}
	found.note(log)
	if found.host == 0 {
		found.host = s.DstHost
	}
	if found.account == 0 {
		found.account = s.Account
	}
	s.Flags |= footfall.FlagTwice
	t.Twice++
}

// agree reports whether a failure can be of the step's host and account: btmp
// does not name its host, and some logs not the account.
func (t *Table) agree(x *try, s *footfall.Step, source footfall.Name) bool {
	if x.host != s.DstHost && (source == 0 || x.host != 0 && s.DstHost != 0) {
		return false
	}
	return x.account == s.Account || x.account == 0 || s.Account == 0 ||
		footfall.Bare(t.names.String(x.account)) == footfall.Bare(t.names.String(s.Account))
}

func (x *try) told(log footfall.Name) bool {
	for _, l := range x.logs {
		if l == log {
			return true
		}
	}
	return x.logs[len(x.logs)-1] != 0
}

func (x *try) note(log footfall.Name) {
	for i, l := range x.logs {
		if l == 0 {
			x.logs[i] = log
			return
		}
	}
}
