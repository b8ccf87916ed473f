package winevent

import "strings"

// A Name is what one key of a dress stands for.
type Name[ID ~uint16] struct {
	Text string // the field's name in the event XML
	ID   ID     // 0 when nobody asked for it
	Role Role
	key  string
	next *Name[ID] // the key that came after this one last time
}

// Names looks up the keys of a dress. Records of one type have their keys in
// one order, so most lookups are one comparison with the key that followed
// last time. It belongs to one goroutine.
type Names[ID ~uint16] struct {
	table   map[string]*Name[ID]
	schema  Schema[ID]
	resolve func(key string) (name string, role Role)
	first   Name[ID]
	long    Name[ID] // stands for all keys that are too long to be names
	prev    *Name[ID]
}

// NewNames returns Names that asks resolve once for each key what it stands for.
func NewNames[ID ~uint16](s Schema[ID], resolve func(key string) (name string, role Role)) *Names[ID] {
	n := &Names[ID]{table: map[string]*Name[ID]{}, schema: s, resolve: resolve}
	n.prev = &n.first
	n.long.Role = Skip
	return n
}

// maxName bounds the length of names: a hostile record must not fill memory with one.
const maxName = 256

// Rewind says that a record begins.
func (n *Names[ID]) Rewind() { n.prev = &n.first }

// Find returns what key stands for.
func (n *Names[ID]) Find(key []byte) *Name[ID] {
	if g := n.prev.next; g != nil && g.key == string(key) {
		n.prev = g
		return g
	}
	if len(key) > maxName {
		return &n.long
	}
	e, ok := n.table[string(key)]
	if !ok {
		e = n.add(string(key))
	}
	n.prev.next = e
	n.prev = e
	return e
}

// FindString is Find for a key that is a string already.
func (n *Names[ID]) FindString(key string) *Name[ID] {
	if e, ok := n.table[key]; ok {
		return e
	}
	return n.add(strings.Clone(key))
}

func (n *Names[ID]) add(key string) *Name[ID] {
	e := &Name[ID]{key: key}
	e.Text, e.Role = n.resolve(key)
	if e.Role == Data || e.Role == Param {
		e.Text = NoBlanks(e.Text)
		e.ID = n.schema.Asked(e.Text)
	}
	if len(n.table) < maxWords {
		n.table[key] = e
	}
	return e
}
