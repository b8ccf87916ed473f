// Package score compares what a hunt reported about an emulated company with
// the truth that was written beside its logs: which campaigns were found, how
// late, at how many cases a day, and whether the paths that were told are
// right. In go the folder of a company and the folder of a report; out come
// counts with their intervals. It knows no detector and no generator, only
// what the two write.
package score

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Campaign is one intruder's way through the company.
type Campaign struct {
	ID       string            `json:"campaign"`
	Cell     map[string]string `json:"cell"`
	Scenario string            `json:"scenario"`
	Realised bool              `json:"realised"` // it did what its cell is about
	Reason   string            `json:"reason"`
	Goal     bool              `json:"goal_reached"`
	Begun    *time.Time        `json:"begun"`
	FirstHop *time.Time        `json:"first_hop"`
	LastHop  *time.Time        `json:"last_hop"`
	Foothold string            `json:"foothold"`
	Person   string            `json:"person"` // whose place it began in
	Account  string            `json:"account"`
	Hops     []Hop             `json:"hops"`

	First, Last time.Time `json:"-"` // of its records
	Records     int       `json:"-"`
}

// A Hop is one move of a campaign.
type Hop struct {
	Time       time.Time `json:"time"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Account    string    `json:"account"`
	Service    string    `json:"service"`
	Session    uint64    `json:"session"`
	Parent     uint64    `json:"parent"`
	Credential string    `json:"credential"`
	Switched   bool      `json:"switched"` // with another account than the one before
	NewPair    bool      `json:"new_pair"`
	NewPerson  bool      `json:"new_person"`
	Logged     bool      `json:"logged"` // some record tells of it
}

// Switches reports whether it used more than one account.
func (c *Campaign) Switches() bool {
	return slices.ContainsFunc(c.Hops, func(h Hop) bool { return h.Switched })
}

// Visible reports whether any record tells of one of its hops.
func (c *Campaign) Visible() bool {
	return slices.ContainsFunc(c.Hops, func(h Hop) bool { return h.Logged })
}

// A Session is what somebody or something had open, as truth tells it.
type Session struct {
	ID       uint64    `json:"session"`
	Parent   uint64    `json:"parent"`
	Root     uint64    `json:"root"`
	Person   string    `json:"person"`
	Account  string    `json:"account"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Service  string    `json:"service"`
	Why      string    `json:"why"`
	Begun    time.Time `json:"from_time"`
	Campaign string    `json:"campaign"`
}

// A Row is the truth about one record.
type Row struct {
	Input    string    `json:"input"`
	Offset   int64     `json:"offset"`
	Time     time.Time `json:"time"`
	What     string    `json:"what"`
	Event    uint32    `json:"event"`
	Session  uint64    `json:"session"`
	Person   string    `json:"person"`
	Account  string    `json:"account"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Service  string    `json:"service"`
	Campaign string    `json:"campaign"`
}

// A Person is somebody who works there.
type Person struct {
	ID       string   `json:"person"`
	Name     string   `json:"name"`
	Role     string   `json:"role"`
	Computer string   `json:"computer"`
	Accounts []string `json:"accounts"`
}

// A Host is a machine with all names that it had.
type Host struct {
	ID     string `json:"host"`
	Role   string `json:"role"`
	Owner  string `json:"owner"`
	Silent bool   `json:"silent"`
	Names  []struct {
		Name string    `json:"name"`
		From time.Time `json:"from"`
	} `json:"names"`
}

// A World is the truth about a company.
type World struct {
	Dir         string
	Campaigns   []*Campaign
	Sessions    map[uint64]*Session
	Rows        map[string][]Row // by input, in the order of offsets
	People      []Person
	Hosts       []Host
	First, Last time.Time // of its records

	byID     map[string]*Campaign
	recorded map[uint64]bool // sessions that a record tells of
}

// Open reads the truth below the folder that emulate wrote.
func Open(dir string) (*World, error) {
	w := &World{Dir: dir, Sessions: map[uint64]*Session{}, Rows: map[string][]Row{}, byID: map[string]*Campaign{}, recorded: map[uint64]bool{}}
	same := interner{}
	err := errors.Join(
		each(dir, "campaigns.ndjson", func(c *Campaign) {
			own := *c
			w.Campaigns = append(w.Campaigns, &own)
			w.byID[c.ID] = &own
		}),
		each(dir, "sessions.ndjson.gz", func(s *Session) {
			own := *s
			same.all(&own.Person, &own.Account, &own.From, &own.To, &own.Service, &own.Why, &own.Campaign)
			w.Sessions[s.ID] = &own
		}),
		each(dir, "logons.ndjson.gz", func(r *Row) {
			same.all(&r.Input, &r.What, &r.Person, &r.Account, &r.From, &r.To, &r.Service, &r.Campaign)
			w.Rows[r.Input] = append(w.Rows[r.Input], *r)
			w.saw(r)
		}),
		each(dir, "people.ndjson", func(p *Person) { w.People = append(w.People, *p) }),
		each(dir, "hosts.ndjson", func(h *Host) { w.Hosts = append(w.Hosts, *h) }),
	)
	if err != nil {
		return nil, err
	}
	for _, rows := range w.Rows {
		slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Offset, b.Offset) })
	}
	return w, nil
}

func (w *World) saw(r *Row) {
	if r.Session != 0 {
		w.recorded[r.Session] = true
	}
	if w.First.IsZero() || r.Time.Before(w.First) {
		w.First = r.Time
	}
	if r.Time.After(w.Last) {
		w.Last = r.Time
	}
	c := w.byID[r.Campaign]
	if c == nil {
		return
	}
	if c.Records == 0 || r.Time.Before(c.First) {
		c.First = r.Time
	}
	if c.Records++; r.Time.After(c.Last) {
		c.Last = r.Time
	}
}

// Row returns the truth about the record at a place, nil when it has none. The
// path is as a report gives it: below the folder, or from anywhere else when
// it ends alike.
func (w *World) Row(path string, offset int64) *Row {
	rows := w.Rows[w.input(path)]
	i, ok := slices.BinarySearchFunc(rows, offset, func(r Row, o int64) int { return cmp.Compare(r.Offset, o) })
	if !ok {
		return nil
	}
	return &rows[i]
}

// input is the name that the truth has for a path.
func (w *World) input(path string) string {
	path = filepath.ToSlash(path)
	if rel, err := filepath.Rel(w.Dir, path); err == nil && w.Rows[filepath.ToSlash(rel)] != nil {
		return filepath.ToSlash(rel)
	}
	for rest := path; ; {
		if w.Rows[rest] != nil {
			return rest
		}
		_, after, ok := strings.Cut(rest, "/")
		if !ok {
			return path
		}
		rest = after
	}
}

// Remote returns the session itself or the nearest one that it came out of
// that was opened from another host, 0 when there is none: what somebody does
// at the host where they are is the same hand at the same place, and a tunnel
// into the company is part of where they are.
func (w *World) Remote(id uint64) uint64 {
	for range mostAncestors {
		s := w.Sessions[id]
		if s == nil {
			return 0
		}
		if s.From != "" && s.From != s.To && s.Service != "vpn" {
			return id
		}
		id = s.Parent
	}
	return 0
}

// Before returns the nearest such session that a session came out of and that
// a record tells of, 0 when there is none.
func (w *World) Before(id uint64) uint64 {
	for range mostAncestors {
		s := w.Sessions[id]
		if s == nil {
			return 0
		}
		if id = w.Remote(s.Parent); w.recorded[id] {
			return id
		}
	}
	return 0
}

// Root returns the first such session on the way to a session.
func (w *World) Root(id uint64) uint64 {
	root := w.Remote(id)
	for range mostAncestors {
		up := w.Before(root)
		if up == 0 {
			break
		}
		root = up
	}
	return root
}

const mostAncestors = 1 << 10

// interner keeps one copy of each string: a million rows name the same things.
type interner map[string]string

func (m interner) all(list ...*string) {
	for _, s := range list {
		if have, ok := m[*s]; ok {
			*s = have
		} else {
			m[*s] = *s
		}
	}
}

// each gives every object of a file of truth. Only the file of campaigns may
// be missing: that company had none.
func each[T any](dir, name string, take func(*T)) error {
	f, err := os.Open(filepath.Join(dir, "truth", name))
	if errors.Is(err, fs.ErrNotExist) && name == "campaigns.ndjson" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf("truth/%s: %w", name, err)
		}
	}
	return lines(name, r, take)
}

// longest is the longest line that is read.
const longest = 256 << 20

func lines[T any](name string, r io.Reader, take func(*T)) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 1<<16), longest)
	for n := 1; s.Scan(); n++ {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		take(&v)
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
