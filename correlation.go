package footfall

import "strconv"

// A Correlation is a Sigma correlation with its references resolved: what it
// counts or waits for, of which parts, and which of the values that their
// hits carry it looks at. The sigma stage makes it, an analytic evaluates it.
type Correlation struct {
	Rule       *Rule // what its findings say of themselves
	Type       CorrelationType
	Parts      []CorrelationPart // in the order of the rule; for temporal_ordered that of time
	GroupBy    []string          // as the rule names them
	Span       int64             // nanoseconds between the first and the last event at most
	Field      []string          // whose values are counted or added up
	Percentile float64           // of value_percentile, 0 to 100
	Bounds     Bounds
	Silent     bool // another correlation refers to it, and it alone is asked for
}

// A CorrelationPart is one of the rules that a correlation refers to. Group,
// Field and Carry are indices into the values that its hits carry; Carry
// makes those that a hit of the correlation itself carries, for others that
// refer to it.
type CorrelationPart struct {
	Rule                string // id of the rule or correlation; of an analytic its name, or its rule's id
	Title               string
	Analytic            bool
	Inner               int // 1 + index of the correlation; 0 for a rule or an analytic
	Group, Field, Carry []int
}

// A CorrelationType says what a correlation does with the hits of a group.
type CorrelationType uint8

// The types of the specification 2.1.
const (
	CorrelationUnknown CorrelationType = iota
	EventCount
	ValueCount
	ValueSum
	ValueAvg
	ValuePercentile
	Temporal
	TemporalOrdered
	correlationEnd
)

var correlationNames = [correlationEnd]string{"", "event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal", "temporal_ordered"}

func (t CorrelationType) String() string { return correlationNames[min(t, correlationEnd-1)] }

// ParseCorrelationType returns the type of a name.
func ParseCorrelationType(s string) (CorrelationType, bool) {
	for i, n := range correlationNames {
		if n == s && s != "" {
			return CorrelationType(i), true
		}
	}
	return 0, false
}

// Bounds are the comparisons of a correlation's condition; all must hold.
type Bounds struct {
	Low, High                 float64
	HasLow, HasHigh           bool
	LowIncluded, HighIncluded bool
	Not                       []float64 // neq
}

// Hold reports whether v is within the bounds.
func (b *Bounds) Hold(v float64) bool {
	if b.HasLow && (v < b.Low || v == b.Low && !b.LowIncluded) || b.HasHigh && (v > b.High || v == b.High && !b.HighIncluded) {
		return false
	}
	for _, n := range b.Not {
		if v == n {
			return false
		}
	}
	return true
}

// Growing reports whether there is a lower bound and nothing else: what holds
// for a count then holds for any greater one.
func (b *Bounds) Growing() bool { return b.HasLow && !b.HasHigh && len(b.Not) == 0 }

// EntityFields are the names under which the findings of analytics carry what
// they are about, for correlations to group by.
var EntityFields = [...]string{"source", "destination", "account", "target", "object"}

// EntityValue returns what a finding carries under a name of EntityFields:
// the first entity of that role, an address before a host, an account without
// its domain; "" when it names none.
func (f *Finding) EntityValue(name string) string {
	role := map[string]Role{"source": RoleSource, "destination": RoleDestination, "account": RoleActor, "target": RoleTarget, "object": RoleObject}[name]
	found := ""
	for _, e := range f.Entities {
		if e.Role != role || role == RoleUnknown {
			continue
		}
		switch {
		case e.Kind == "address":
			return e.Name
		case found == "" && e.Kind == "account":
			found = Bare(e.Name)
		case found == "":
			found = e.Name
		}
	}
	return found
}

// AppendCarried appends one value to those that a hit carries. One that is
// longer than most is cut and ends in the hash of the whole, so that
// different values stay different.
func AppendCarried(dst []byte, v string, most int) []byte {
	if len(v) <= most {
		dst = append(strconv.AppendInt(dst, int64(len(v)), 10), ':')
		return append(dst, v...)
	}
	keep := max(most-17, 0)
	dst = append(strconv.AppendInt(dst, int64(keep+17), 10), ':')
	dst = append(append(dst, v[:keep]...), '~')
	h := Hash(v)
	for i := 60; i >= 0; i -= 4 {
		dst = append(dst, "0123456789abcdef"[h>>i&15])
	}
	return dst
}

// CarriedValues appends to dst the values that AppendCarried put together.
// They point into s. What is malformed ends them.
func CarriedValues(dst []string, s string) []string {
	for len(s) > 0 {
		n, i := 0, 0
		for ; i < len(s) && i < 5 && s[i] >= '0' && s[i] <= '9'; i++ {
			n = n*10 + int(s[i]-'0')
		}
		if i == 0 || i == len(s) || s[i] != ':' || n > len(s)-i-1 {
			return dst
		}
		dst = append(dst, s[i+1:i+1+n])
		s = s[i+1+n:]
	}
	return dst
}

// carried begins the rule of a step that carries values to correlations. No
// rule has such an id, so that nobody else takes it for a hit.
const carried = "\x00carried "

// CarriedRule returns the name of the rule of such steps.
func CarriedRule(n *Names, id string) Name { return n.Intern(carried + id) }
