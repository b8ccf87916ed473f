package footfall

import "sync"

// A LogID names a Log of a Schema; 0 is a log that no rule can ask for.
type LogID uint16

// A Log is a log source, by all the names under which a Sigma rule may ask
// for it. A Sysmon event 1 is of product windows, service sysmon and category
// process_creation; a Security 4688 is of service security and of the same
// category. A rule's logsource matches when each of its parts is among these.
type Log struct {
	Product    string
	Services   []string
	Categories []string
}

// A Schema hands out the numbers of a run: of field names and of log sources.
// Rules and decoders ask for the fields that they will look at; a decoder
// keeps no other. It may be used from many goroutines.
type Schema struct {
	mu     sync.RWMutex
	fields map[string]FieldID
	names  []string
	logs   []Log
	all    bool
}

// MaxFields bounds how many field names a Schema hands out: hostile records
// must not fill memory with names.
const MaxFields = 60000

// NewSchema returns an empty Schema. With keepAll decoders keep every field
// of every record, as explain and events want it.
func NewSchema(keepAll bool) *Schema {
	return &Schema{fields: map[string]FieldID{}, names: []string{""}, logs: []Log{{}}, all: keepAll}
}

// KeepAll reports whether every field is kept.
func (s *Schema) KeepAll() bool { return s.all }

// Field asks for a field: it returns the number of name, making one when
// nobody asked before; 0 beyond MaxFields.
func (s *Schema) Field(name string) FieldID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.fields[name]; ok {
		return id
	}
	if len(s.names) > MaxFields {
		return 0
	}
	id := FieldID(len(s.names))
	s.fields[name] = id
	s.names = append(s.names, name)
	return id
}

// Asked returns the number of a field that a record has, 0 when nobody asked
// for it. Decoders keep what it returns: it takes a lock.
func (s *Schema) Asked(name string) FieldID {
	s.mu.RLock()
	id, ok := s.fields[name]
	s.mu.RUnlock()
	if !ok && s.all {
		return s.Field(string([]byte(name)))
	}
	return id
}

// FieldName returns the name of a field.
func (s *Schema) FieldName(id FieldID) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.names[id]
}

// Fields returns how many field numbers there are; numbers are below it.
func (s *Schema) Fields() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.names)
}

// AddLog makes a number for a log source. Each decoder does so for its own, once, in New;
// equal sources get equal numbers.
func (s *Schema) AddLog(l Log) LogID {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, have := range s.logs {
		if have.Product == l.Product && equal(have.Services, l.Services) && equal(have.Categories, l.Categories) {
			return LogID(i)
		}
	}
	s.logs = append(s.logs, l)
	return LogID(len(s.logs) - 1)
}

// LogOf returns the log source of a number.
func (s *Schema) LogOf(id LogID) Log {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.logs[id]
}

// Logs returns how many log numbers there are; numbers are below it.
func (s *Schema) Logs() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.logs)
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
