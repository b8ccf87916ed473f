package report

import (
	"html"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func madeTerms() terms {
	return newTerms(&footfall.Case{
		Entities: []footfall.Entity{
			{Kind: "account", Name: `acme\svc-copy`},
			{Kind: "host", Name: "fs01"},
			{Kind: "address", Name: "203.0.113.50"},
			{Kind: "address", Name: "2001:db8::5"},
			{Kind: "service", Name: "PSUPD"},
			{Kind: "account", Name: "x"},
		},
		Path: []footfall.Hop{{From: "jump1", To: "dc01", Account: "dev"}},
	})
}

func TestMarks(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var b strings.Builder
		madeTerms().marked(&b, in)
		if got := strings.NewReplacer("<mark>", "[", "</mark>", "]").Replace(html.UnescapeString(b.String())); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("Failed password for dev from 203.0.113.50 port 22", "Failed password for [dev] from [203.0.113.50] port 22")
	f(`{"TargetUserName":"SVC-COPY","Computer":"fs01.acme.example"}`, `{"TargetUserName":"[SVC-COPY]","Computer":"[fs01].acme.example"}`)
	f(`acme\svc-copy user=dev@jump1 203.0.113.50:445`, `acme\[svc-copy] user=[dev]@[jump1] [203.0.113.50]:445`)
	f("device /dev/null of 1203.0.113.50 and fs010", "device /[dev]/null of 1203.0.113.50 and fs010")
	f("from 2001:db8::5.", "from [2001:db8::5].")
	f("x y PSUPD: started", "x y [PSUPD]: started")
	f("\u212a\u0130 dev", "\u212a\u0130 [dev]")
	f("", "")
}

// TestExcerpts holds that what is shown of a record is of it, and that a long
// one shows where the names stand.
func TestExcerpts(t *testing.T) {
	long := strings.Repeat("filler ", 100) + "user dev came from 203.0.113.50 " + strings.Repeat("é ", 300) + "to dc01" + strings.Repeat(" end", 100)
	var b strings.Builder
	if !madeTerms().excerpt(&b, long) {
		t.Error("a long record is shown whole")
	}
	got := b.String()
	for _, want := range []string{"<mark>dev</mark>", "<mark>203.0.113.50</mark>", "<mark>dc01</mark>", " … "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if len(got) > 700 {
		t.Errorf("%d bytes of an excerpt", len(got))
	}
	for _, s := range append(nasty, strings.Repeat("dev ", 5000), strings.Repeat("é", 500)) {
		b.Reset()
		madeTerms().excerpt(&b, s)
		for _, part := range strings.Split(b.String(), " … ") {
			part = html.UnescapeString(strings.NewReplacer("<mark>", "", "</mark>", "").Replace(strings.TrimSuffix(part, " …")))
			if !strings.Contains(s, part) {
				t.Errorf("%.40q is not of the record", part)
			}
		}
	}
}
