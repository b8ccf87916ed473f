// Package record holds the values of one record by their names, for decoders
// of JSON, key=value and CSV: what the decoder reads itself lies in numbered
// slots, what rules asked for becomes fields of the event. Nested JSON has
// names with dots between (a.b.c), whether the record nests them or writes the
// dots. In go the bytes of a record, out come slots and fields. It knows no
// format's names, keeps a bounded number of them, and allocates nothing once
// it knows a format's names.
package record

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
)

const (
	// maxNames bounds how many names of records are remembered: hostile
	// records must not fill memory. Values of others are passed over.
	maxNames = 8192
	// maxElements bounds how many elements of one array become fields.
	maxElements = 1000
)

// Values are the values of one record. What Get returns lives as long as the
// batch, but for the JSON of a "[]" slot, which is a part of the frame.
type Values struct {
	schema *footfall.Schema
	root   *node
	slots  []string
	kinds  []jsonscan.Kind
	nodes  int
	scan   jsonscan.Scanner
	batch  *footfall.Batch
	open   bool   // wrappers are looked for
	inner  []byte // what one of them holds
}

// A node is a name below another: "sourceIPAddress", or the "a" of "a.b".
type node struct {
	path  string // whole, with dots
	slot  int    // of its value, -1 for none
	raw   int    // of its bytes, when it is an object or an array; -1 for none
	ids   []footfall.FieldID
	whole []footfall.FieldID // for the JSON text of it, when it is an object or an array
	sub   map[string]*node
	up    *node
	first *node // what stood first in it in the record before
	next  *node // what stood behind it in the record before
	key   string
	asked bool // it or something below it is read or asked for
	wraps bool // the record may be within it
}

// New returns Values with a slot for each of paths. A path may list several
// names parted by "|" for one slot: the first that the record has counts, in
// the order of the record. A path that ends in "[]" is of an object or array
// whose JSON is wanted as it stands; what is in it is read all the same. also
// gives further field names, by path, under which rules ask for a value; for a
// path that ends in "[]" the value is the JSON text of the object or array,
// which costs a copy and is made only when a rule has named the field.
func New(s *footfall.Schema, paths []string, also map[string][]string) *Values {
	v := &Values{
		schema: s, slots: make([]string, len(paths)), kinds: make([]jsonscan.Kind, len(paths)),
		root: &node{slot: -1, raw: -1, asked: true},
	}
	for i, list := range paths {
		for path := range strings.SplitSeq(list, "|") {
			if whole, ok := strings.CutSuffix(path, "[]"); ok {
				v.node(whole).raw = i
			} else if path != "" {
				v.node(path).slot = i
			}
		}
	}
	for i := 1; i < s.Fields(); i++ {
		name := s.FieldName(footfall.FieldID(i))
		if n := v.node(name); len(n.ids) == 0 {
			n.ids = append(n.ids, footfall.FieldID(i))
		}
	}
	asked := s.Fields()
	if s.KeepAll() {
		v.keepAll(paths, also)
	}
	for path, names := range also {
		if whole, ok := strings.CutSuffix(path, "[]"); ok {
			v.node(whole).whole = named(s, names, asked)
			continue
		}
		n := v.node(path)
		for _, name := range names {
			if id := s.Asked(name); id != 0 && name != path {
				n.ids = append(n.ids, id)
			}
		}
	}
	return v
}

// keepAll makes fields of what only slots want.
func (v *Values) keepAll(paths []string, also map[string][]string) {
	for _, list := range paths {
		for path := range strings.SplitSeq(list, "|") {
			if path != "" && !strings.HasSuffix(path, "[]") {
				v.field(path)
			}
		}
	}
	for path := range also {
		if !strings.HasSuffix(path, "[]") {
			v.field(path)
		}
	}
}

// named returns the fields of names that are among the first asked ones.
func named(s *footfall.Schema, names []string, asked int) (out []footfall.FieldID) {
	for i := 1; i < asked; i++ {
		if id := footfall.FieldID(i); slices.Contains(names, s.FieldName(id)) {
			out = append(out, id)
		}
	}
	return out
}

func (v *Values) field(path string) {
	if n := v.node(path); len(n.ids) == 0 {
		if id := v.schema.Asked(path); id != 0 {
			n.ids = append(n.ids, id)
		}
	}
}

// node returns the node of a path, and makes it.
func (v *Values) node(path string) *node {
	n := v.root
	for rest := path; ; {
		key, after, more := strings.Cut(rest, ".")
		n = v.child(n, key, path[:len(path)-len(rest)+len(key)])
		n.asked = true
		if !more {
			return n
		}
		rest = after
	}
}

func (v *Values) child(n *node, key, path string) *node {
	c := n.sub[key]
	if c == nil {
		c = &node{path: path, slot: -1, raw: -1, key: key, up: n}
		if n.sub == nil {
			n.sub = map[string]*node{}
		}
		n.sub[key] = c
		v.nodes++
	}
	return c
}

// Begin empties the slots; fields go to the current event of b.
func (v *Values) Begin(b *footfall.Batch) {
	clear(v.slots)
	clear(v.kinds)
	v.batch = b
}

// Get returns the value of a slot, "" when the record has none.
func (v *Values) Get(slot int) string { return v.slots[slot] }

// Kind returns the JSON type of the value in a slot; None when there is none.
func (v *Values) Kind(slot int) jsonscan.Kind { return v.kinds[slot] }

// First returns the first of slots that is not empty.
func (v *Values) First(slots ...int) string {
	for _, s := range slots {
		if v.slots[s] != "" {
			return v.slots[s]
		}
	}
	return ""
}

// Int returns the value of a slot as a number of at most 18 digits, 0 when it is none.
func (v *Values) Int(slot int) int64 {
	s := v.slots[slot]
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if s == "" || len(s) > 18 {
		return 0
	}
	var n int64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0
		}
		n = n*10 + int64(c)
	}
	if neg {
		return -n
	}
	return n
}

// Port returns the value of a slot as a port, 0 when it is none.
func (v *Values) Port(slot int) uint16 {
	if n := v.Int(slot); n > 0 && n < 1<<16 {
		return uint16(n)
	}
	return 0
}

// Addr returns the value of a slot as an address without a mapped IPv4; the
// zero Addr when it is none. A port behind it is cut off, when the form is
// clear: 192.0.2.1:443, [2001:db8::1]:443.
func (v *Values) Addr(slot int) netip.Addr { return Addr(v.slots[slot]) }

// Addr reads an address as Values.Addr does.
func Addr(s string) netip.Addr {
	if len(s) < 2 || len(s) > 64 {
		return netip.Addr{}
	}
	if s[0] == '[' {
		end := strings.IndexByte(s, ']')
		if end < 0 || end+1 < len(s) && s[end+1] != ':' {
			return netip.Addr{}
		}
		s = s[1:end]
	} else if i := strings.IndexByte(s, ':'); i > 0 && i == strings.LastIndexByte(s, ':') {
		s = s[:i]
	}
	a, ok := hostport.Addr(s)
	if !ok {
		return netip.Addr{}
	}
	return a
}

// Put takes one value by its name: of a key=value pair or a CSV column. val
// must live as long as the batch. Dots in name part nothing.
func (v *Values) Put(name, val string) {
	if n := v.find(v.root, footfall.Bytes(name)); n != nil {
		v.take(n, jsonscan.String, val)
	}
}

// Wants reports whether somebody reads name, or asked for it.
func (v *Values) Wants(name string) bool { return v.find(v.root, footfall.Bytes(name)) != nil }

// A Column is a name that was looked up once, for records whose names stand
// in a header. The zero Column is one that nobody wants.
type Column struct{ n *node }

// Column looks a name up.
func (v *Values) Column(name string) Column {
	return Column{v.find(v.root, footfall.Bytes(strings.Clone(name)))}
}

// Wanted reports whether somebody reads the column.
func (c Column) Wanted() bool { return c.n != nil }

// PutColumn takes a value of a column.
func (v *Values) PutColumn(c Column, val string) {
	if c.n != nil {
		v.take(c.n, jsonscan.String, val)
	}
}

func (v *Values) take(n *node, k jsonscan.Kind, val string) {
	if n.slot >= 0 && v.slots[n.slot] == "" {
		v.slots[n.slot], v.kinds[n.slot] = val, k
	}
	for _, id := range n.ids {
		v.batch.Add(id, val)
	}
}

// find returns the node of a name below n; nil when nobody wants it.
func (v *Values) find(n *node, key []byte) *node {
	if c := n.sub[string(key)]; c != nil {
		if !c.asked {
			return nil
		}
		return c
	}
	if v.nodes >= maxNames || len(key) > 256 {
		return nil
	}
	name := string(key)
	path := name
	if n != v.root {
		path = n.path + "." + name
	}
	c := n
	for part := range strings.SplitSeq(name, ".") { // a record may write the dots that others nest
		if c = c.sub[part]; c == nil {
			break
		}
	}
	if c == nil {
		c = v.child(n, name, path)
		if v.schema.KeepAll() {
			c.asked = true
		}
	} else {
		n.sub[name] = c
		v.nodes++
	}
	if c.asked && len(c.ids) == 0 && v.schema.KeepAll() {
		if id := v.schema.Asked(path); id != 0 {
			c.ids = append(c.ids, id)
		}
	}
	if !c.asked {
		return nil
	}
	return c
}

// JSON takes the members of the object that frame begins with. Members of
// nested objects have names with dots; the elements of an array have the name
// of the array, and the first one of each name is the one in the slot. The
// error is the scanner's, or that frame is no object.
func (v *Values) JSON(frame []byte) error { return v.JSONBelow("", frame) }

// JSONBelow is JSON for an object that stands in a value of another: its
// names begin with prefix, which ends in a dot or is empty.
func (v *Values) JSONBelow(prefix string, frame []byte) error {
	n := v.root
	if prefix != "" {
		if n = v.find(v.root, footfall.Bytes(strings.TrimSuffix(prefix, "."))); n == nil {
			return nil
		}
	}
	if v.scan.Reset(frame) != jsonscan.Object {
		if err := v.scan.Err(); err != nil {
			return err
		}
		return errNoObject
	}
	v.members(n)
	return v.scan.Err()
}

// Wraps says that members of these names may hold the record, as an object or
// as its text: what a shipper wrapped around it is then passed over.
func (v *Values) Wraps(names []string) {
	for _, name := range names {
		v.node(name).wraps = true
	}
}

// Unwrap is JSON, but stops at a member that holds the record, and returns
// it: what was taken until then is to be dropped. nil when there is none.
func (v *Values) Unwrap(frame []byte) ([]byte, error) {
	v.open, v.inner = true, nil
	err := v.JSON(frame)
	v.open = false
	return v.inner, err
}

// unwrap reports whether the member that the scanner stands on holds the record.
func (v *Values) unwrap() bool {
	switch v.scan.Kind() {
	case jsonscan.Object:
		whole := v.scan
		v.inner = whole.Skip()
	case jsonscan.String:
		if text, _ := v.scan.Raw(); len(text) > 1 && text[0] == '{' {
			v.inner = footfall.Bytes(v.scan.Keep(v.batch))
		}
	}
	return v.inner != nil
}

type constError string

func (e constError) Error() string { return string(e) }

const errNoObject = constError("json: not an object")

// members takes the members of the object that the scanner stands on. The
// walk is a loop over a stack of nodes: input is never recursed over.
func (v *Values) members(n *node) {
	type level struct {
		n     *node
		last  *node
		array bool
		count int
	}
	var stack [jsonscan.MaxDepth + 1]level
	s := &v.scan
	s.Enter()
	stack[1] = level{n: n}
	depth := 1
	for depth > 0 {
		l := &stack[depth]
		if !s.Next() {
			if s.Err() != nil {
				return
			}
			depth--
			continue
		}
		c := l.n
		if l.array {
			if l.count++; l.count > maxElements {
				continue
			}
		} else if c = v.member(l.n, l.last, s.Key()); c == nil {
			continue
		} else {
			l.last = c
			if c.wraps && v.open && depth == 1 && v.unwrap() {
				return
			}
		}
		switch s.Kind() {
		case jsonscan.Object, jsonscan.Array:
			array := s.Kind() == jsonscan.Array
			if c.raw >= 0 && v.slots[c.raw] == "" {
				whole := *s // goes over the container alone
				v.slots[c.raw], v.kinds[c.raw] = footfall.Str(whole.Skip()), s.Kind()
			}
			if len(c.whole) > 0 {
				v.text(c)
			}
			if depth == jsonscan.MaxDepth || !s.Enter() {
				continue
			}
			depth++
			stack[depth] = level{n: c, array: array}
		case jsonscan.Null: // as if it were not there, which is what rules mean by null
		default:
			if c.slot >= 0 || len(c.ids) > 0 {
				v.take(c, s.Kind(), s.Keep(v.batch))
			}
		}
	}
}

// text makes fields of the JSON of the container that the scanner stands on.
func (v *Values) text(c *node) {
	whole := v.scan
	val := v.batch.Keep(whole.Skip())
	for _, id := range c.whole {
		v.batch.Add(id, val)
	}
}

// member finds the node of key, which mostly stands behind last.
func (v *Values) member(n, last *node, key []byte) *node {
	guess := n.first
	if last != nil {
		guess = last.next
	}
	if guess != nil && guess.up == n && guess.key == string(key) {
		return guess
	}
	c := v.find(n, key)
	if c != nil && c.up == n && c.key == string(key) {
		if last != nil {
			last.next = c
		} else {
			n.first = c
		}
	}
	return c
}
