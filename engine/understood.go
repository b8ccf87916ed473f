package engine

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/footfall/footfall"
)

// Understood says what was and was not understood of the records of a format.
type Understood struct {
	Format  string    `json:"format"`
	Inputs  int       `json:"inputs"`
	Sure    int       `json:"sure"`  // of the input that recognition was least sure of
	Rival   string    `json:"rival"` // a format that an input fits about as well, the one that comes closest
	Nearest int       `json:"-"`     // how sure that one is
	Records int64     `json:"records"`
	Unread  int64     `json:"unread"`
	Reasons []string  `json:"reasons,omitempty"`
	Parts   []Part    `json:"parts"`
	Kinds   []Counted `json:"kinds"`
	Unused  []Counted `json:"unused,omitempty"` // fields of records of which nothing is said
	reasons map[string]bool
}

// A Part is a part of an event, in how many records it was found, and an example.
type Part struct {
	Name    string `json:"name"`
	Count   int64  `json:"count"`
	Example string `json:"example,omitempty"`
}

// A Counted is a name and how often it came.
type Counted struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// partsOf are the parts that are counted, in their order.
var partsOf = []struct {
	name string
	of   func(e *footfall.Event) string
}{
	{"time", func(e *footfall.Event) string { return yes(e.Time != 0) }},
	{"host", func(e *footfall.Event) string { return e.Computer }},
	{"source", func(e *footfall.Event) string { return endOf(e.From) }},
	{"destination", func(e *footfall.Event) string { return endOf(e.To) }},
	{"user", func(e *footfall.Event) string { return e.User.Name }},
	{"target", func(e *footfall.Event) string { return e.Target.Name }},
	{"service", func(e *footfall.Event) string { return e.Service.String() }},
	{"outcome", func(e *footfall.Event) string { return e.Outcome.String() }},
	{"session", func(e *footfall.Event) string { return e.Session }},
	{"object", func(e *footfall.Event) string { return e.Object }},
	{"assigned", func(e *footfall.Event) string { return valid(e) }},
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func valid(e *footfall.Event) string {
	if e.Assigned.IsValid() {
		return e.Assigned.String()
	}
	return ""
}

func endOf(p footfall.Endpoint) string {
	if p.Addr.IsValid() {
		return p.Addr.String()
	}
	return p.Host
}

// maxUnused bounds how many names of unused fields are counted.
const maxUnused = 1000

// Understand reads every record and counts what was understood of it, by format.
func Understand(ctx context.Context, opt Options) ([]Understood, []footfall.InputStat, error) {
	var mu sync.Mutex
	formats := map[string]*tallied{} // by input
	inputs, err := Events(ctx, opt, io.Discard, func(dst []byte, e *footfall.Event, s *footfall.Schema, input string) []byte {
		mu.Lock()
		defer mu.Unlock()
		t := formats[input]
		if t == nil {
			t = &tallied{kinds: map[string]int64{}, unused: map[string]int64{}, parts: make([]Part, len(partsOf))}
			formats[input] = t
		}
		t.add(e, s)
		return dst
	})
	if err != nil {
		return nil, nil, err
	}
	return joined(inputs, formats), inputs, nil
}

// A tallied is what was counted of an input.
type tallied struct {
	parts         []Part
	kinds, unused map[string]int64
}

func (t *tallied) add(e *footfall.Event, s *footfall.Schema) {
	kind := e.Kind.String()
	if kind == "" {
		kind = "not understood"
		for _, f := range e.Fields {
			if name := s.FieldName(f.ID); len(t.unused) < maxUnused || t.unused[name] > 0 {
				t.unused[strings.Clone(name)]++
			}
		}
	}
	t.kinds[kind]++
	for i := range partsOf {
		if v := partsOf[i].of(e); v != "" {
			t.parts[i].Count++
			// The least of the examples: the same whatever the workers.
			if old := t.parts[i].Example; old == "" || v < old {
				t.parts[i].Example = strings.Clone(v)
			}
		}
	}
}

// joined joins what was counted of inputs by their format.
func joined(inputs []footfall.InputStat, of map[string]*tallied) []Understood {
	byFormat := map[string]*Understood{}
	kinds, unused := map[string]map[string]int64{}, map[string]map[string]int64{}
	for i := range inputs {
		in := &inputs[i]
		u := byFormat[in.Format]
		if u == nil {
			u = &Understood{Format: in.Format, reasons: map[string]bool{}, Parts: make([]Part, len(partsOf))}
			for k := range partsOf {
				u.Parts[k].Name = partsOf[k].name
			}
			u.Sure = in.Sure
			byFormat[in.Format], kinds[in.Format], unused[in.Format] = u, map[string]int64{}, map[string]int64{}
		}
		u.Inputs, u.Records, u.Unread = u.Inputs+1, u.Records+in.Records, u.Unread+in.Unread
		u.Sure = min(u.Sure, in.Sure)
		if in.Rival != "" && in.RivalSure > u.Nearest {
			u.Rival, u.Nearest = in.Rival, in.RivalSure
		}
		for _, r := range in.Reasons {
			u.reasons[r.Reason] = true
		}
		if t := of[in.Path]; t != nil {
			for k := range t.parts {
				u.Parts[k].Count += t.parts[k].Count
				if x := t.parts[k].Example; u.Parts[k].Example == "" || x != "" && x < u.Parts[k].Example {
					u.Parts[k].Example = x
				}
			}
			addTo(kinds[in.Format], t.kinds)
			addTo(unused[in.Format], t.unused)
		}
	}
	var out []Understood
	for _, name := range slices.Sorted(maps.Keys(byFormat)) {
		u := byFormat[name]
		u.Reasons = slices.Sorted(maps.Keys(u.reasons))
		u.Kinds, u.Unused = counted(kinds[name]), counted(unused[name])
		out = append(out, *u)
	}
	return out
}

func addTo(to, from map[string]int64) {
	for k, n := range from {
		to[k] += n
	}
}

// counted lists names, the most frequent first.
func counted(m map[string]int64) (out []Counted) {
	for k, n := range m {
		out = append(out, Counted{k, n})
	}
	slices.SortFunc(out, func(a, b Counted) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}
