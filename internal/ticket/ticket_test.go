package ticket

import (
	"strings"
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	want := time.Date(2026, 3, 2, 15, 4, 0, 0, time.UTC).UnixNano()
	for name, in := range map[string]string{
		"servicedesk.csv": "Number,Short description,Opened at,Closed at,State,Assigned to,Description\nCHG1,\"Patch srv4, srv5\",2026-03-02 15:04:00,,Open,Kim,\"by corp\\ann\"\n",
		"semicolons.csv":  "key;summary;created\nCHG1;Patch srv4;2026-03-02 15:04\n",
		"array.json":      `[{"id":"CHG1","title":"Patch srv4","created":"2026-03-02T15:04:00Z"}]`,
		"jira.json":       `{"issues":[{"key":"CHG1","fields":{"summary":"Patch srv4","created":"2026-03-02T16:04:00.000+0100","status":{"name":"Open"}}}]}`,
		"child.json": `{"issues":[{"expand":"x","id":"10001","key":"CHG1","fields":{"created":"2026-03-02T15:04:00.000+0000","customfield_10020":{"id":"7","start":"soon","value":"weekly"},` +
			`"parent":{"id":"10000","key":"CHG0","fields":{"summary":"The big change","created":"2026-01-01T00:00:00.000+0000","resolutiondate":"2026-01-02T00:00:00.000+0000"}},"resolutiondate":null,"summary":"Patch srv4"}}]}`,
		"seconds.json": `{"result":[{"number":"CHG1","short_description":"Patch srv4","opened_at":1772463840}]}`,
	} {
		got, err := Read(name, []byte(in))
		if err != nil || len(got.List) != 1 {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		k := got.List[0]
		if k.ID != "CHG1" || !strings.HasPrefix(k.Title, "Patch srv4") || k.Opened != want || k.Ended != 0 || !strings.Contains(k.Text, "srv4") {
			t.Errorf("%s: %+v, want CHG1 opened at %d", name, k, want)
		}
	}
}

// TestWordsAtTheEnd holds that names are found behind a long description: what
// is left out would be told as a ticket that does not name them.
func TestWordsAtTheEnd(t *testing.T) {
	got, err := Read("x", []byte(`[{"id":"1","created":"2026-03-02","a":"`+strings.Repeat("word ", 20_000)+`","b":"on srv4"}]`))
	if err != nil || !strings.Contains(got.List[0].Text, "srv4") {
		t.Errorf("%v: srv4 is not in the text", err)
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                "empty",
		"{}":              "no array",
		"[1]":             "ticket 1 is no object",
		`[{"title":"x"}]`: "has no id",
		`[{"id":"1"}]`:    "when it was opened",
		`[{"id":"1","created":"2026-03-02","a":"` + strings.Repeat("w", maxText) + `"}]`: "more than 1048576 bytes",
		"id,created\n1,yesterday\n":          `row 2: created: "yesterday" is not a time`,
		"id,created\n1,2026-03-02\n2,\"\n":   "when it was opened",
		`[{"id":"1","created":"2026-03-02"}`: "unexpected EOF",
	} {
		if _, err := Read("x", []byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("id,created\n1,2026-03-02\n"))
	f.Add([]byte(`{"issues":[{"key":"CHG1","fields":{"summary":"x","created":"2026-03-02"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read("x", data)
		if err == nil && got == nil {
			t.Fatal("neither tickets nor an error")
		}
	})
}
