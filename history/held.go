package history

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/footfall/footfall"
)

// held is what the baseline holds already: for each source of records and day
// the first and the last second that was learned before this run, so that the
// same evidence given again is not counted twice; and what was taken back.
type held struct {
	before map[sourceDay]*interval // from the file
	now    map[sourceDay]*interval // this run
	gone   map[taken]bool          // abuse that was taken back, by source and day
	took   map[thing]bool          // things taken back in this run
	roles  map[string]int

	unsaved bool // now is not kept

	last  sourceDay // of has, which nearly always asks the same again
	known *interval

	lately [lately]added
}

// lately is how many sources' intervals are at hand without their names.
const lately = 1 << 9

// An added is a source's interval of this run, and by whose Step.Extra it is found.
type added struct {
	extra footfall.Name
	day   int32
	now   *interval // nil for none
}

type sourceDay struct {
	source string
	day    int
}

type interval struct{ first, last uint32 } // seconds of the day

type taken struct {
	abuse uint64
	of    sourceDay
}

type thing struct {
	key uint64
	day int
}

// mostSources bounds the intervals that are kept: a host and a day each.
const mostSources = 1 << 22

func newHeld() held {
	return held{
		before: map[sourceDay]*interval{}, now: map[sourceDay]*interval{}, gone: map[taken]bool{}, took: map[thing]bool{}, roles: map[string]int{},
	}
}

func second(t int64) uint32 { return uint32(t % dayNanos / 1e9) }

// has reports whether a step of a source was learned in an earlier run.
func (h *held) has(source string, t int64) bool {
	if len(h.before) == 0 {
		return false
	}
	k := sourceDay{source, dayOf(t)}
	if k != h.last {
		h.last = k
		h.known = h.before[k]
	}
	sec := second(t)
	return h.known != nil && sec >= h.known.first && sec <= h.known.last
}

// add widens the interval of this run. extra is where the source stands.
func (h *held) add(extra footfall.Name, source string, t int64) {
	if h.unsaved {
		return
	}
	day, sec := dayOf(t), second(t)
	near := &h.lately[(extra>>4^extra<<5)%lately]
	if near.now == nil || near.extra != extra || int(near.day) != day {
		k := sourceDay{source, day}
		i := h.now[k]
		if i == nil {
			if len(h.now) >= mostSources {
				return
			}
			i = &interval{sec, sec}
			h.now[k] = i
		}
		*near = added{extra, int32(day), i}
	}
	near.now.first, near.now.last = min(near.now.first, sec), max(near.now.last, sec)
}

// unlearn reports whether abuse of a source and day is still to be taken back.
// It is noted when the run is over: a day has many steps.
func (h *held) unlearn(abuse uint64, source string, t int64) bool {
	k := taken{abuse, sourceDay{source, dayOf(t)}}
	done, known := h.gone[k]
	if !known {
		h.gone[k] = false
	}
	return !done
}

// takeOnce reports whether a thing's day was not taken back yet.
func (h *held) takeOnce(key uint64, day int) bool {
	k := thing{key, day}
	if h.took[k] {
		return false
	}
	h.took[k] = true
	return true
}

// abuse returns which declared abuse a step is part of, 0 for none.
func (h *History) abuse(s *footfall.Step) uint64 {
	list := h.opt.Context.Abuse
	if len(list) == 0 {
		return 0
	}
	n := h.opt.Names
	for i := range list {
		a := &list[i]
		if s.Time < a.From || a.Until != 0 && s.Time >= a.Until ||
			a.Account != "" && a.Account != n.String(s.Account) ||
			a.Host != "" && a.Host != n.String(s.DstHost) && a.Host != n.String(s.SrcHost) {
			continue
		}
		if a.Prefix.IsValid() {
			addr, err := netip.ParseAddr(n.String(s.SrcAddr))
			if err != nil || !a.Prefix.Contains(addr.Unmap()) {
				continue
			}
		}
		return max(1, footfall.Hash(a.Account, a.Host, a.Prefix.String(), strconv.FormatInt(a.From, 10), strconv.FormatInt(a.Until, 10)))
	}
	return 0
}

func (o *Options) zone(account footfall.Name) *time.Location {
	if o.Zone != nil {
		return o.Zone(account)
	}
	return nil
}

func hex(v uint64) string { return strconv.FormatUint(v, 16) }
