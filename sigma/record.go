package sigma

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/automaton"
)

// builtin are the fields that an event has by its type. They stand in for
// fields of these names that the record itself does not have.
type builtin struct {
	eventID, channel, provider, computer, message footfall.FieldID
}

// askBuiltin returns the numbers of those that are looked at: by name, or by
// keywords, which look at everything.
func (s *Set) askBuiltin() builtin {
	words := slices.ContainsFunc(s.bound, func(b bound) bool {
		return slices.ContainsFunc(b.selections, (*expr).keywords)
	})
	id := func(name string) footfall.FieldID {
		if words || s.names[name] != 0 {
			return s.schema.Field(name)
		}
		return 0
	}
	return builtin{id("EventID"), id("Channel"), id("Provider_Name"), id("Computer"), id("Message")}
}

// A record is an event as tests see it: all its values, folded when needed.
// It is used for one event after another.
type record struct {
	vals    []val
	event   uint32 // the EventID, when it is a number
	numbers bool   // event is set
	arena   []byte // folded values
	digits  [10]byte
	texts   [160]byte // values that an event has not as texts: three addresses and a number

	turn    uint32 // one for each event
	seats   []seat // by FieldID
	repeats bool   // some field has more than one value

	parsed  int32 // 1 + the index of the value that addr was read from; 0 for none
	addr    netip.Addr
	address bool // it is an address

	searchers []*automaton.Searcher // by index of Set.searches; none for a record that is used once
}

// A seat is where in vals the first value of a field is.
type seat struct {
	turn uint32
	at   int32
}

type val struct {
	raw, low string // low is raw folded, once folded is set
	id       footfall.FieldID
	folded   bool
}

// begin forgets the last event.
func (r *record) begin() {
	r.vals, r.arena, r.numbers = r.vals[:0], r.arena[:0], false
	r.repeats, r.parsed = false, 0
	if r.turn++; r.turn == 0 {
		clear(r.seats)
		r.turn = 1
	}
}

// load takes the values of e, which must not change while they are used.
func (r *record) load(b *builtin, e *footfall.Event) {
	r.begin()
	var id, channel, provider, computer, message bool
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.ID == b.eventID && f.ID != 0 {
			if id {
				continue // a record has one EventID: the first
			}
			r.event, r.numbers = decimal(f.Val)
			id = true
		}
		r.add(f.ID, f.Val)
		switch f.ID {
		case b.channel:
			channel = true
		case b.provider:
			provider = true
		case b.computer:
			computer = true
		case b.message:
			message = true
		}
	}
	if !id && b.eventID != 0 && e.EventID != 0 {
		r.event, r.numbers = e.EventID, true
		r.add(b.eventID, footfall.Str(strconv.AppendUint(r.digits[:0], uint64(e.EventID), 10)))
	}
	r.stand(channel, b.channel, e.Channel)
	r.stand(provider, b.provider, e.Provider)
	r.stand(computer, b.computer, e.Computer)
	r.stand(message, b.message, e.Message)
}

func (r *record) add(id footfall.FieldID, s string) {
	for int(id) >= len(r.seats) {
		r.seats = append(r.seats, seat{})
	}
	if f := &r.seats[id]; f.turn == r.turn {
		r.repeats = true
	} else {
		*f = seat{r.turn, int32(len(r.vals))}
	}
	r.vals = append(r.vals, val{raw: s, id: id})
}

// of returns where in vals the values of a field are, or of all for keywords,
// perhaps with others among them.
func (r *record) of(id footfall.FieldID) (lo, hi int) {
	switch {
	case id == 0:
		return 0, len(r.vals)
	case int(id) >= len(r.seats) || r.seats[id].turn != r.turn:
		return 0, 0
	case r.repeats:
		return int(r.seats[id].at), len(r.vals)
	}
	return int(r.seats[id].at), int(r.seats[id].at) + 1
}

func (r *record) stand(have bool, id footfall.FieldID, s string) {
	if !have && id != 0 && s != "" {
		r.add(id, s)
	}
}

// decimal reads a number as EventIDs are written: without sign or leading zeros.
func decimal(s string) (uint32, bool) {
	if s == "" || len(s) > 9 || s[0] == '0' && s != "0" {
		return 0, false
	}
	var n uint32
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint32(s[i]-'0')
	}
	return n, true
}

// low returns v folded.
func (r *record) low(v *val) string {
	if v.folded {
		return v.low
	}
	v.low, v.folded = v.raw, true
	// A folded character has the lowest code point of its kin, so that folding
	// makes no text longer.
	if room := len(v.raw); cap(r.arena)-len(r.arena) < room {
		// What points to the old arena keeps it alive.
		r.arena = make([]byte, 0, max(2*cap(r.arena), room, 4<<10))
	}
	n := len(r.arena)
	if out, changed := appendFold(r.arena, v.raw); changed {
		r.arena = out
		v.low = footfall.Str(out[n:])
	}
	return v.low
}

// holds reports whether a value of a field, or of any field for keywords,
// passes the test. Texts of tests where case does not count are folded.
func (r *record) holds(t *test, id footfall.FieldID, ref footfall.FieldID) bool {
	lo, hi := r.of(id)
	for i := lo; i < hi; i++ {
		if v := &r.vals[i]; (v.id == id || id == 0) && r.fits(t, i, ref) {
			return true
		}
	}
	return false
}

// has reports whether one of texts is where it is wanted in a value of a
// field, or of any field for keywords.
func (r *record) has(texts []wanted, id footfall.FieldID) bool {
	lo, hi := r.of(id)
	for i := lo; i < hi; i++ {
		v := &r.vals[i]
		if v.id != id && id != 0 {
			continue
		}
		for j := range texts {
			if r.stands(&texts[j], v) {
				return true
			}
		}
	}
	return false
}

func (r *record) stands(w *wanted, v *val) bool {
	switch w.kind {
	case shapeAny:
		return true
	case shapeGlob:
		return v.raw != ""
	case shapeEqual:
		return len(w.text) <= len(v.raw) && r.low(v) == w.text
	case shapePrefix:
		return len(w.text) <= len(v.raw) && strings.HasPrefix(r.low(v), w.text)
	case shapeSuffix:
		return len(w.text) <= len(v.raw) && strings.HasSuffix(r.low(v), w.text)
	}
	return len(w.text) <= len(v.raw) && strings.Contains(r.low(v), w.text)
}

func (r *record) fits(t *test, i int, ref footfall.FieldID) bool {
	v := &r.vals[i]
	switch t.kind {
	case testText:
		if t.cased {
			return t.text.match(v.raw)
		}
		return t.text.match(r.low(v))
	case testRegexp:
		return t.need.met(v.raw, r.low(v)) && r.search(t, v.raw)
	case testCIDR:
		if r.parsed != int32(i)+1 {
			r.addr, r.address = address(v.raw)
			r.parsed = int32(i) + 1
		}
		return r.address && t.net.Contains(r.addr)
	case testNumber:
		return t.compares(v.raw)
	case testRef:
		return r.refers(t, v, ref)
	}
	return false
}

// search runs the expression of t: by an automaton that is built on the way,
// and by package regexp where that would grow too big.
func (r *record) search(t *test, s string) bool {
	if t.dfa > 0 && t.dfa <= len(r.searchers) {
		if match, ok := r.searchers[t.dfa-1].Match(s); ok {
			return match
		}
	}
	return t.re.MatchString(s)
}

func (r *record) refers(t *test, v *val, ref footfall.FieldID) bool {
	for i := range r.vals {
		w := &r.vals[i]
		if w.id != ref {
			continue
		}
		a, b := v.raw, w.raw
		if !t.cased {
			a, b = r.low(v), r.low(w)
		}
		switch t.shape {
		case shapePrefix:
			if strings.HasPrefix(a, b) {
				return true
			}
		case shapeSuffix:
			if strings.HasSuffix(a, b) {
				return true
			}
		case shapeContains:
			if strings.Contains(a, b) {
				return true
			}
		default:
			if a == b {
				return true
			}
		}
	}
	return false
}

func (t *test) compares(s string) bool {
	var f float64
	if t.part != 0 {
		n, ok := t.part.of(s)
		if !ok {
			return false
		}
		f = float64(n)
	} else {
		var ok bool
		if f, ok = number(s); !ok {
			return false
		}
	}
	switch t.cmp {
	case less:
		return f < t.num
	case lessEqual:
		return f <= t.num
	case greater:
		return f > t.num
	case greaterEqual:
		return f >= t.num
	}
	return f == t.num
}

// address reads an IP address of a log: IPv4-mapped ones as IPv4, zones
// dropped. The shape is checked first, since an error of netip costs an allocation.
func address(s string) (netip.Addr, bool) {
	if len(s) < 2 || len(s) > 64 {
		return netip.Addr{}, false
	}
	colon := false
	for i := range len(s) {
		c := s[i]
		if c == '%' && colon {
			s = s[:i]
			break
		}
		_, hex := hexDigit(c)
		if !hex && c != ':' && c != '.' {
			return netip.Addr{}, false
		}
		colon = colon || c == ':'
	}
	if !colon {
		return address4(s)
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil
}

func address4(s string) (netip.Addr, bool) {
	var b [4]byte
	part, digits, n := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '.' {
			if digits == 0 || part > 3 {
				return netip.Addr{}, false
			}
			b[part] = byte(n)
			part, digits, n = part+1, 0, 0
			continue
		}
		if s[i] < '0' || s[i] > '9' || digits > 0 && n == 0 {
			return netip.Addr{}, false
		}
		n = n*10 + int(s[i]-'0')
		if digits++; n > 255 {
			return netip.Addr{}, false
		}
	}
	return netip.AddrFrom4(b), part == 4
}
