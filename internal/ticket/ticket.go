// Package ticket reads an export of tickets: CSV with a header, or JSON, an
// array of objects or one in an object's "issues", "result" or "tickets". Of
// the columns it knows those of Jira, ServiceNow, OTRS and Request Tracker;
// names are looked for in the words of all columns.
package ticket

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// Bounds of an export: what is beyond is an error, and not left out silently.
const (
	maxTickets = 1 << 18
	maxText    = 1 << 20 // bytes of one ticket's words
	maxDepth   = 6       // of objects in objects
)

// The columns that are read, by their names in lower case without blanks,
// dots, dashes and underscores.
var columns = map[string]string{
	"id": "id", "key": "id", "issuekey": "id", "number": "id", "ticket": "id", "ticketnumber": "id", "ticketid": "id", "ticket#": "id",
	"title": "title", "summary": "title", "subject": "title", "shortdescription": "title",
	"opened": "opened", "created": "opened", "openedat": "opened", "createdat": "opened", "start": "opened", "plannedstart": "opened", "startdate": "opened",
	"closed": "ended", "resolved": "ended", "closedat": "ended", "resolvedat": "ended", "resolutiondate": "ended", "end": "ended", "plannedend": "ended", "enddate": "ended",
	"status": "state", "state": "state",
	"assignee": "who", "assignedto": "who", "owner": "who",
}

func column(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ._-\ufeff", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
	return columns[name]
}

// Read reads an export. An error names the file, and the row where there is one.
func Read(name string, data []byte) (*footfall.Tickets, error) {
	out := &footfall.Tickets{Name: name}
	var err error
	switch data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))); {
	case len(data) == 0:
		err = errors.New("is empty")
	case data[0] == '[' || data[0] == '{':
		err = readJSON(out, data)
	default:
		err = readCSV(out, data)
	}
	if err != nil {
		return nil, fmt.Errorf("tickets %s: %w", name, err)
	}
	slices.SortStableFunc(out.List, func(a, b footfall.Ticket) int {
		return cmp.Or(cmp.Compare(a.Opened, b.Opened), cmp.Compare(a.ID, b.ID))
	})
	if n := len(out.List); n > 0 {
		out.First, out.Last = out.List[0].Opened, out.List[n-1].Opened
		for _, t := range out.List {
			out.Last = max(out.Last, t.Ended)
		}
	}
	return out, nil
}

func readCSV(out *footfall.Tickets, data []byte) error {
	head, _, _ := bytes.Cut(data, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(data))
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		r.Comma = ';'
	}
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	names, err := r.Read()
	if err != nil {
		return err
	}
	for row := 2; ; row++ {
		values, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		b := builder{}
		for i, v := range values {
			if i < len(names) {
				b.take(names[i], v)
			}
		}
		if err := b.add(out); err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
	}
}

func readJSON(out *footfall.Tickets, data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var all any
	if err := d.Decode(&all); err != nil {
		return err
	}
	if o, ok := all.(map[string]any); ok {
		all = nil
		for _, k := range []string{"issues", "result", "tickets"} {
			if l, ok := o[k].([]any); ok {
				all = l
			}
		}
	}
	list, ok := all.([]any)
	if !ok {
		return errors.New("is no array of tickets, and has none in issues, result or tickets")
	}
	for i, x := range list {
		o, ok := x.(map[string]any)
		if !ok {
			return fmt.Errorf("ticket %d is no object", i+1)
		}
		b := builder{}
		b.object(o, 0, true)
		if err := b.add(out); err != nil {
			return fmt.Errorf("ticket %d: %w", i+1, err)
		}
	}
	return nil
}

// A builder makes one ticket.
type builder struct {
	t    footfall.Ticket
	text strings.Builder
	err  error
}

// object takes the values of an object and of those in it, in the order of
// their names. Columns are its own and those of Jira's fields; objects in it
// are of other tickets, projects and people, and give words alone.
func (b *builder) object(o map[string]any, depth int, own bool) {
	take := b.take
	if !own {
		take = func(_, value string) { b.words(value) }
	}
	if s, ok := o["key"].(string); ok && own { // of Jira, which people call a ticket by, and not its id
		take("key", s)
	}
	for _, k := range slices.Sorted(maps.Keys(o)) {
		switch v := o[k].(type) {
		case string:
			take(k, v)
		case json.Number:
			take(k, v.String())
		case map[string]any:
			// Jira has a state and a person as objects with a name.
			if n, ok := v["name"].(string); ok {
				take(k, n)
			} else if n, ok := v["displayName"].(string); ok {
				take(k, n)
			} else if depth < maxDepth {
				b.object(v, depth+1, own && depth == 0 && k == "fields")
			}
		case []any:
			for _, x := range v {
				if s, ok := x.(string); ok {
					take(k, s)
				}
			}
		}
	}
}

func (b *builder) words(value string) {
	if b.text.Len()+len(value) >= maxText {
		b.err = cmp.Or(b.err, fmt.Errorf("has more than %d bytes of text", maxText))
		return
	}
	b.text.WriteString(value)
	b.text.WriteByte('\n')
}

func (b *builder) take(name, value string) {
	if value == "" {
		return
	}
	b.words(value)
	set := func(to *string) {
		if *to == "" {
			*to = strings.TrimSpace(value)
		}
	}
	switch column(name) {
	case "id":
		set(&b.t.ID)
	case "title":
		set(&b.t.Title)
	case "state":
		set(&b.t.State)
	case "who":
		set(&b.t.Who)
	case "opened":
		b.time(&b.t.Opened, name, value)
	case "ended":
		b.time(&b.t.Ended, name, value)
	}
}

func (b *builder) time(to *int64, name, value string) {
	at, err := instant(strings.TrimSpace(value))
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", name, err)
	}
	if *to == 0 {
		*to = at
	}
}

func (b *builder) add(out *footfall.Tickets) error {
	switch {
	case b.err != nil:
		return b.err
	case b.t.ID == "":
		return errors.New("has no id, key or number")
	case b.t.Opened == 0:
		return errors.New("does not say when it was opened")
	case len(out.List) == maxTickets:
		return fmt.Errorf("there are more than %d tickets", maxTickets)
	}
	b.t.Text = b.text.String()
	out.List = append(out.List, b.t)
	return nil
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
	"02/Jan/06 3:04 PM", "02/Jan/06", "Mon Jan _2 15:04:05 2006",
}

// instant reads a time; one without a zone is in UTC, and a number is of
// seconds or milliseconds since 1970.
func instant(s string) (int64, error) {
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.UnixNano(), nil
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && n < 1<<42 {
		if n > 1<<34 {
			return n * 1e6, nil
		}
		return n * 1e9, nil
	}
	return 0, fmt.Errorf("%q is not a time like 2026-03-02 15:04:05", s)
}
