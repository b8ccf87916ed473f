package jsonlog

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/jsonscan"
)

// When sets the event's time from the first of slots that holds one.
func (r *Reader) When(slots ...int) {
	for _, s := range slots {
		if ns, zoned := Stamp(r.Get(s)); ns != 0 {
			r.Event.Time, r.Event.Zoneless = ns, !zoned
			return
		}
	}
}

// UTC is When for a maker who documents that a stamp without a zone is UTC.
func (r *Reader) UTC(slots ...int) {
	r.When(slots...)
	r.Event.Zoneless = false
}

// Stamp reads a time as JSON logs write it: ISO 8601, or seconds, milli-,
// micro- or nanoseconds since 1970, told apart by their size, or month/day/year
// with AM and PM as .NET writes it for the United States, or as Kibana writes it
// into CSV. zoned is false for one
// that names no zone.
func Stamp(s string) (ns int64, zoned bool) {
	if len(s) < 9 {
		return 0, false
	}
	if ns, n := clock.ISO(s); n > 0 {
		last := s[n-1]
		return ns, n > 19 && (last == 'Z' || last == 'z' || strings.IndexByte(s[19:n], '+') >= 0 || strings.IndexByte(s[19:n], '-') >= 0)
	}
	if ns, ok := epoch(s); ok {
		return ns, true
	}
	if ns, n := clock.Kibana(s); n > 0 {
		return ns, false
	}
	return american(s), false
}

func epoch(s string) (int64, bool) {
	whole, frac, point := s, "", strings.IndexByte(s, '.')
	if point >= 0 {
		whole, frac = s[:point], s[point+1:]
	}
	v, ok := Number(whole)
	if !ok || v <= 0 {
		return 0, false
	}
	unit := int64(1)
	switch {
	case v < 1e11:
		unit = 1e9
	case v < 1e14:
		unit = 1e6
	case v < 1e17:
		unit = 1e3
	}
	if unit == 1e9 && v > 9_000_000_000 {
		return 0, false
	}
	ns := v * unit
	for i := 0; i < len(frac) && unit > 1; i++ {
		if frac[i]-'0' > 9 {
			return 0, false
		}
		unit /= 10
		ns += int64(frac[i]-'0') * unit
	}
	return ns, true
}

// american reads "3/23/2021 3:45:38 PM".
func american(s string) int64 {
	var c clock.Civil
	month, rest, _ := strings.Cut(s, "/")
	day, rest, _ := strings.Cut(rest, "/")
	year, rest, ok := strings.Cut(rest, " ")
	hour, rest, ok2 := strings.Cut(rest, ":")
	minute, rest, ok3 := strings.Cut(rest, ":")
	second, half, _ := strings.Cut(rest, " ")
	if !ok || !ok2 || !ok3 {
		return 0
	}
	var bad bool
	for _, p := range [...]struct {
		to *int
		s  string
	}{{&c.Month, month}, {&c.Day, day}, {&c.Year, year}, {&c.Hour, hour}, {&c.Minute, minute}, {&c.Second, second}} {
		v, ok := Number(p.s)
		bad = bad || !ok || v > 9999
		*p.to = int(v)
	}
	if bad {
		return 0
	}
	switch half {
	case "PM":
		c.Hour = c.Hour%12 + 12
	case "AM":
		c.Hour %= 12
	}
	ns, ok := c.Unix()
	if !ok {
		return 0
	}
	return ns
}

// Number reads a whole number, with a sign or without, of at most 18 digits.
func Number(s string) (int64, bool) {
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	if s == "" || len(s) > 18 && !(len(s) == 19 && s[0] < '9') {
		return 0, false
	}
	v := int64(0)
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		v = v*10 + int64(s[i]-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

// Num returns the number in a slot, 0 when there is none.
func (r *Reader) Num(slot int) int64 {
	v, _ := Number(r.Get(slot))
	return v
}

// PortOf returns the port in a slot, 0 when there is none.
func (r *Reader) PortOf(slot int) uint16 {
	v, _ := Number(r.Get(slot))
	if v < 0 || v > 65535 {
		return 0
	}
	return uint16(v)
}

// Is reports whether s is one of words, whatever their case.
func Is(s string, words ...string) bool {
	for _, w := range words {
		if len(s) == len(w) && strings.EqualFold(s, w) {
			return true
		}
	}
	return false
}

// Has reports whether s holds one of words, which are in lower case.
func Has(s string, words ...string) bool {
	for _, w := range words {
		for i := 0; i+len(w) <= len(s); i++ {
			if (s[i]|0x20 == w[0] || s[i] == w[0]) && strings.EqualFold(s[i:i+len(w)], w) {
				return true
			}
		}
	}
	return false
}

// Outcome reads the words that makers use for success and failure.
func Outcome(s string) footfall.Outcome {
	switch {
	case Is(s, "success", "succeeded", "successful", "true", "allow", "allowed", "ok", "pass", "passed", "granted", "partiallysucceeded", "completed"):
		return footfall.Success
	case Is(s, "failure", "failed", "fail", "false", "deny", "denied", "error", "blocked", "block", "rejected", "fraud", "invalid", "unsuccessful"):
		return footfall.Failure
	}
	return footfall.OutcomeUnknown
}

// Pick returns the member want of the first object in the array (or the one
// object) of a "[]" slot whose member key is val; of any object when key is
// empty. "" when there is none.
func (r *Reader) Pick(slot int, key, val, want string) string {
	return r.PickIn(r.Get(slot), key, val, want)
}

// PickIn is Pick in JSON text.
func (r *Reader) PickIn(text, key, val, want string) string {
	if text == "" {
		return ""
	}
	s := &r.scan
	switch s.Reset(footfall.Bytes(text)) {
	case jsonscan.Object:
		v, _ := r.member(key, val, want)
		return v
	case jsonscan.Array:
		s.Enter()
		for s.Next() {
			if s.Kind() != jsonscan.Object {
				continue
			}
			if v, ok := r.member(key, val, want); ok {
				return v
			}
		}
	}
	return ""
}

// member goes over the object that the scanner stands on.
func (r *Reader) member(key, val, want string) (v string, ok bool) {
	s := &r.scan
	ok = key == ""
	s.Enter()
	for s.Next() {
		k := s.Kind()
		if k == jsonscan.Object || k == jsonscan.Array || k == jsonscan.Null {
			continue
		}
		name := s.Key()
		if !ok && string(name) == key {
			r.text = append(r.text[:0], s.Text(r.text[:0])...)
			ok = string(r.text) == val
		}
		if v == "" && string(name) == want {
			v = s.Keep(r.Batch)
		}
	}
	return v, ok
}

// Pairs calls take with name and value of each object {nameKey: ..., valueKey: ...}
// in the array of a "[]" slot; an object instead of the array gives its scalar
// members. take must not use Pick or Pairs.
func (r *Reader) Pairs(slot int, nameKey string, valueKeys []string, take func(r *Reader, name, val string)) {
	if r.Get(slot) == "" {
		return
	}
	s := &r.scan
	switch s.Reset(footfall.Bytes(r.Get(slot))) {
	case jsonscan.Array:
		s.Enter()
		for n := 0; s.Next() && n < maxPairs; n++ {
			if s.Kind() == jsonscan.Object {
				r.pair(nameKey, valueKeys, take)
			}
		}
	case jsonscan.Object:
		s.Enter()
		for n := 0; s.Next() && n < maxPairs; n++ {
			if k := s.Kind(); k != jsonscan.Object && k != jsonscan.Array && k != jsonscan.Null {
				take(r, r.Batch.Keep(s.Key()), s.Keep(r.Batch))
			}
		}
	}
}

const maxPairs = 1000

func (r *Reader) pair(nameKey string, valueKeys []string, take func(r *Reader, name, val string)) {
	s := &r.scan
	name, val := "", ""
	s.Enter()
	for s.Next() {
		if string(s.Key()) == nameKey && s.Kind() == jsonscan.String {
			name = s.Keep(r.Batch)
			continue
		}
		for _, k := range valueKeys {
			if string(s.Key()) != k || val != "" {
				continue
			}
			switch s.Kind() {
			case jsonscan.Object, jsonscan.Array:
				val = r.Batch.Keep(s.Skip())
			case jsonscan.Null:
			default:
				val = s.Keep(r.Batch)
			}
		}
	}
	if name != "" {
		take(r, name, val)
	}
}

// Element returns the first scalar in the array of a "[]" slot.
func (r *Reader) Element(slot int) string {
	s := &r.scan
	if r.Get(slot) == "" || s.Reset(footfall.Bytes(r.Get(slot))) != jsonscan.Array {
		return ""
	}
	s.Enter()
	for s.Next() {
		if k := s.Kind(); k == jsonscan.String || k == jsonscan.Number {
			return s.Keep(r.Batch)
		}
	}
	return ""
}

// Whole is the account as Sysmon writes it: "DOMAIN\user", or the name alone.
func (r *Reader) Whole(a footfall.Account) string {
	if a.Domain == "" || a.Name == "" {
		return a.Name
	}
	s := r.Batch.Grow(len(a.Domain) + 1 + len(a.Name))
	return r.Batch.Kept(append(append(append(s, a.Domain...), '\\'), a.Name...))
}

// Name parts "DOMAIN\user" of Windows; other names stay whole.
func Name(s string) footfall.Account {
	if i := strings.IndexByte(s, '\\'); i > 0 && i+1 < len(s) {
		return footfall.Account{Domain: s[:i], Name: s[i+1:]}
	}
	return footfall.Account{Name: s}
}
