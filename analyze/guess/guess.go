// Package guess finds passwords being guessed from one source: many failed
// logons, fast or slow, on one account or sprayed over many, with or without
// a success at the end; and sources that only try the service's door. In go
// steps; out come findings and the fact failures-before. It counts each try
// once, however many records tell of it.
package guess

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic is keyed by the source, or by the host where records name no source.
var Analytic = footfall.Analytic{
	Name: "guess",
	Doc: "Many failed logons from one source, within minutes or within a day, on one account or on many, and what logged on afterwards; " +
		"and floods of connections that never speak the protocol. A person who mistypes and a service with an old password look the same: " +
		"the first logs on soon after, from where that account usually comes; the second fails at a steady beat and never gets in.",
	Rules: []footfall.Rule{
		{
			ID: "guess", Title: "Password guessing from one source", Level: footfall.LevelMedium,
			Description: "Many failed logons came from one source; at high level one of the guessed accounts then logged on.",
			Attack:      []string{"T1021", "T1110", "T1110.001", "T1110.003", "T1133"}, Rows: []string{"RDP-04", "SSH-01", "EXT-01", "VNC-02", "MIS-01"},
			Innocent: []string{"a person who mistypes", "a service or device that still uses an old password", "a vulnerability scanner"},
		},
		{
			ID: "guess-probe", Title: "A source tries the door of a remote service", Level: footfall.LevelMedium,
			Description: "One source connected again and again without ever authenticating: banners, key exchanges and timeouts of scanners.",
			Attack:      []string{"T1021", "T1133"}, Rows: []string{"SSH-01", "X-02", "MIS-01"},
			Innocent: []string{"a load balancer or monitor that only tests the port", "a client too old for the server"},
		},
	},
	Facts: []string{"failures-before"},
	Keys:  func(dst []footfall.Name, s *footfall.Step) []footfall.Name { return append(dst, key(s)) },
	New:   newWatcher,
}

// key is the source; the host itself for what came from the host itself or
// from nobody knows where. Where the host has no name either, it is the log:
// failures of different logs are not one source's.
func key(s *footfall.Step) footfall.Name {
	if src := s.Source(); src != 0 && s.Flags&footfall.FlagLoopback == 0 {
		return src
	}
	if s.DstHost != 0 {
		return s.DstHost
	}
	return s.Extra
}

const (
	minute = 60
	day    = 24 * 3600

	// Defaults of the limits. Five failures within 15 minutes is where
	// fail2ban and CrowdSec act; a person who forgot a password stops or is
	// locked out before ten.
	limitFast = 5  // guess.fast: tries within 15 minutes
	limitSlow = 10 // guess.slow: tries within 24 hours
	// guess.sure: tries after which a logon is no lucky last attempt of a person
	limitSure = 10
	// guess.spray: accounts that one source fails on, few tries each. A shared
	// workstation sees two or three people mistype in a day.
	limitSpray = 4
	// guess.probe: connections that break the protocol within 15 minutes. One
	// broken client gives one or two; CrowdSec acts at four.
	limitProbe = 4
	// guess.connect: connections without any logon within an hour.
	limitConnect = 10
	// guess.internal: tries from inside the network that no person makes.
	limitInternal = 50

	fastWithin    = 15 * minute
	connectWithin = 60 * minute
	// usual is how many earlier logons make a source an account's usual one.
	usual = 3
)

// Bounds of one of the 64 instances.
const (
	maxSources = 1 << 11
	maxPairs   = 1 << 13
)

type limits struct {
	fast, slow, sure, spray, probe, connect, internal int
}

type watcher struct {
	env     *footfall.Env
	lim     limits
	sources *recent.Map[footfall.Name, source]
	pairs   *recent.Map[pairKey, pair]
	open    *recent.Map[openKey, opened]
	order   []openKey // of open, in the order of their making
}

// A pairKey is a source and an account without its domain: clients leave the
// domain out, or guess it.
type pairKey struct{ source, account footfall.Name }

// A source is an episode of failures from one source: it ends when a day
// passes without one.
type source struct {
	first, last int64
	times       ring // of tries
	probes      ring // connections that broke the protocol
	connects    ring // connections of which nothing more is known
	tries       uint32
	named       uint32 // tries on accounts that records name
	unnamed     uint32 // tries of which the record names no account: often the same ones
	quick       uint32 // tries less than two seconds after the one before
	accounts    uint16 // that it failed on
	unknown     uint16 // of them, those that do not exist
	hosts       [8]footfall.Name
	early       [8]footfall.Ref // the first records of it
	records     uint32          // of them, those that were counted
	wins        uint32          // logons, of any account
	service     footfall.Service
	tried       uint64 // the services that its records name, a bit for each
	episode     uint32
	more        bool // there were hosts beyond those listed
}

// A pair is what one source did to one account, in one episode; logons and
// the time of the first stay over episodes.
type pair struct {
	logon, cred, attempt uint32        // failed tries by the kind of record that tells of them
	within               footfall.Name // session of the last attempt: one connection is one try
	first, last          int64         // failures
	firstWin             int64
	winsBefore           uint32 // logons before the episode's first failure
	wins                 uint32 // logons ever
	gaps                 uint32
	mean, m2             float64 // of the gaps between failures, in seconds (Welford)
	episode              uint32
}

// tries is how often the account was tried: records of different kinds tell
// of the same tries, so the kind that tells of most counts.
func (p *pair) tries() uint32 { return max(p.logon, p.cred, p.attempt) }

// A ring holds the times of the last sixteen of something, in Unix seconds.
type ring struct {
	at [16]uint32
	n  uint32
}

func (r *ring) add(t int64) {
	r.at[r.n%16] = uint32(max(t/1e9, 0))
	r.n++
}

// within reports whether the last n of at most 16 lie within d seconds.
func (r *ring) within(n int, d uint32) bool {
	n = min(n, 16)
	if n < 1 || r.n < uint32(n) {
		return false
	}
	return r.at[(r.n-1)%16]-r.at[(r.n-uint32(n))%16] <= d
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	get := func(name string, def float64) int { return max(1, int(e.Context.Limit("guess."+name, def))) }
	return &watcher{
		env: e,
		lim: limits{
			fast: get("fast", limitFast), slow: get("slow", limitSlow), sure: get("sure", limitSure),
			spray: get("spray", limitSpray), probe: get("probe", limitProbe), connect: get("connect", limitConnect),
			internal: get("internal", limitInternal),
		},
		sources: recent.New[footfall.Name, source](maxSources),
		pairs:   recent.New[pairKey, pair](maxPairs),
		open:    recent.New[openKey, opened](maxSources),
	}
}

// Observe counts failures and, on a success, looks back at them.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if s.Rule != 0 || s.Service == footfall.ServiceLocal || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagTwice) != 0 {
		return
	}
	switch {
	case s.Kind == footfall.KindLogon && s.Outcome == footfall.Success:
		w.success(s, out)
	case s.Kind == footfall.KindAttempt && (s.Account == 0 || s.Reason == footfall.ReasonProtocol):
		w.probe(s, out)
	case s.Outcome == footfall.Failure && guessed(s):
		w.failure(s, out)
	}
}

// guessed reports whether a failure is a try at a secret. Who is turned away
// for the hour or an expired password had proved who he is.
func guessed(s *footfall.Step) bool {
	switch s.Kind {
	case footfall.KindLogon, footfall.KindCredential, footfall.KindAttempt:
	default:
		return false
	}
	if s.Auth == footfall.AuthNone {
		return false // a client asks which methods there are
	}
	switch s.Reason {
	case footfall.ReasonExpired, footfall.ReasonMFA, footfall.ReasonProtocol:
		return false
	case footfall.ReasonRestricted:
		// sshd says so before it asks for anything.
		return s.Service == footfall.ServiceSSH
	}
	return true
}

func (w *watcher) failure(s *footfall.Step, out *footfall.Sink) {
	src := w.source(s)
	p, _ := w.pairs.Put(pairKey{key(s), w.env.Names.Bare(s.Account)})
	if p.episode != src.episode || p.tries() == 0 {
		*p = pair{episode: src.episode, wins: p.wins, winsBefore: p.wins, firstWin: p.firstWin, first: s.Time}
		src.account(s)
	}
	last := src.last
	src.last = s.Time
	if before := p.tries(); !p.count(s, before) || !src.count(s) {
		return
	}
	if src.tries > 1 && s.Time-last < 2e9 {
		src.quick++
	}
	src.note(s)
	src.times.add(s.Time)
	src.tried |= 1 << s.Service
	src.at(s.DstHost)
	if src.service == footfall.ServiceUnknown || src.service == footfall.ServiceNTLM || src.service == footfall.ServiceKerberos {
		src.service = s.Service
	}
	w.judge(s, src, p, out)
}

func (src *source) account(s *footfall.Step) {
	if s.Account == 0 {
		return
	}
	src.accounts = min(src.accounts+1, 1<<15)
	if s.Reason == footfall.ReasonNoUser {
		src.unknown = min(src.unknown+1, 1<<15)
	}
}

// count counts a try of the source and reports whether it is a new one: PAM
// often does not name the account of a try that sshd names.
func (src *source) count(s *footfall.Step) bool {
	if s.Account == 0 {
		src.unnamed++
	} else {
		src.named++
	}
	before := src.tries
	src.tries = max(src.named, src.unnamed)
	return src.tries > before
}

// count counts a record and reports whether it tells of a new try. A key that the server does not take is no guess: an
// agent offers several. All keys of one connection are one try.
func (p *pair) count(s *footfall.Step, was uint32) bool {
	gap := float64(s.Time-p.last) / 1e9
	switch {
	case s.Kind == footfall.KindAttempt || s.Reason == footfall.ReasonNoKey || s.Auth == footfall.AuthKey:
		if s.Session == 0 || s.Session != p.within {
			p.attempt++
		}
	case s.Kind == footfall.KindCredential:
		p.cred++
	default:
		p.logon++
	}
	p.within = s.Session
	if was > 0 && p.tries() > was {
		p.gaps++
		d := gap - p.mean
		p.mean += d / float64(p.gaps)
		p.m2 += d * (gap - p.mean)
	}
	p.last = s.Time
	return p.tries() > was
}

// source returns the episode of the step's source, a new one after a day of
// quiet.
func (w *watcher) source(s *footfall.Step) *source {
	k := key(s)
	src, fresh := w.sources.Put(k)
	if fresh || s.Time-src.last > day*1e9 {
		w.close(k)
		*src = source{first: s.Time, last: s.Time, episode: src.episode + 1}
	}
	return src
}

// note keeps the first records: when enough have come to make a finding they
// are its evidence.
func (src *source) note(s *footfall.Step) {
	if int(src.records) < len(src.early) {
		src.early[src.records] = s.Ref
	}
	src.records++
}

func (src *source) at(host footfall.Name) {
	for i, h := range src.hosts {
		if h == host {
			return
		}
		if h == 0 {
			src.hosts[i] = host
			return
		}
	}
	src.more = true
}

func (src *source) countHosts() (n int) {
	for _, h := range src.hosts {
		if h != 0 {
			n++
		}
	}
	return n
}

func (w *watcher) probe(s *footfall.Step, out *footfall.Sink) {
	if s.Source() == 0 {
		return // the line with the address tells of the same connection
	}
	src := w.source(s)
	src.last = s.Time
	src.at(s.DstHost)
	if src.service == footfall.ServiceUnknown {
		src.service = s.Service
	}
	src.note(s)
	if s.Outcome == footfall.Failure || s.Reason == footfall.ReasonProtocol {
		src.probes.add(s.Time)
	} else {
		src.connects.add(s.Time)
	}
	k := openKey{key(s), true}
	o := w.open.Get(k)
	// A failed logon breaks off too: only what goes beyond is a probe.
	broke := src.probes.within(w.lim.probe, fastWithin) && src.probes.n >= src.tries+src.wins+uint32(w.lim.probe)
	idle := src.wins == 0 && src.tries == 0 && src.connects.within(w.lim.connect, connectWithin)
	if o == nil && (broke || idle) {
		o = w.begin(k, s, src, 1)
	}
	if o != nil {
		w.extend(o, s, src, nil, out)
	}
}

func (w *watcher) success(s *footfall.Step, out *footfall.Sink) {
	k := pairKey{key(s), w.env.Names.Bare(s.Account)}
	p, _ := w.pairs.Put(k)
	p.wins++
	if p.firstWin == 0 {
		p.firstWin = s.Time
	}
	src := w.sources.Get(k.source)
	if src == nil || s.Time-src.last > day*1e9 {
		return
	}
	src.wins++
	if p.episode != src.episode || p.tries() == 0 {
		return
	}
	n := int(p.tries())
	quick := s.Time-p.last <= fastWithin*1e9 && n >= w.lim.fast
	slow := n >= w.lim.slow
	sprayed := int(src.accounts) >= w.lim.spray
	if quick || slow || sprayed {
		w.won(s, src, p, out)
	}
	// What fails after a logon is another story than what failed before it.
	p.winsBefore = p.wins
}
