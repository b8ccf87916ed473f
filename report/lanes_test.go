package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// A trail makes hops, each its own time after the one before.
type trail struct {
	now  time.Time
	hops []footfall.Hop
}

func newTrail() *trail {
	return &trail{now: time.Date(2026, 3, 4, 2, 10, 0, 0, time.UTC)}
}

// hop adds one; after is the number of the hop that it went on from, 0 for none.
func (t *trail) hop(wait time.Duration, from, to, account string, s footfall.Service, after int) *footfall.Hop {
	t.now = t.now.Add(wait)
	h := footfall.Hop{Time: t.now.UnixNano(), From: from, To: to, Account: account, Service: s, Outcome: footfall.Success, ID: uint64(len(t.hops)+1) << 40}
	if after > 0 {
		h.After, h.Shown, h.Sure, h.Of = t.hops[after-1].ID, true, 1, 1
		if p := t.hops[after-1]; p.Account != account {
			h.Switch = p.Account
		}
	}
	t.hops = append(t.hops, h)
	return &t.hops[len(t.hops)-1]
}

// guessed makes a hop one of several that it can have been.
func guessed(h *footfall.Hop, sure float64, of int, hands ...footfall.Hand) {
	h.Shown, h.Sure, h.Of, h.Else = false, sure, of, hands
}

func lone() []footfall.Hop {
	t := newTrail()
	t.hop(0, "203.0.113.50", "jump1", "dev", footfall.ServiceSSH, 0)
	return t.hops
}

func three() []footfall.Hop {
	t := newTrail()
	t.hop(0, "203.0.113.50", "jump1", "dev", footfall.ServiceSSH, 0)
	h := t.hop(6*time.Minute, "jump1", "fs01", `acme\svc-copy`, footfall.ServiceSMB, 1)
	guessed(h, 0.62, 4, footfall.Hand{Account: "ben", Person: "ben", From: "ws-ben", Sure: 0.24}, footfall.Hand{Account: "cem", Person: "cem", From: "ws-cem", Sure: 0.09}, footfall.Hand{Account: "root", Person: "dora", Sure: 0.05})
	t.hop(40*time.Second, "fs01", "dc01", `acme\svc-copy`, footfall.ServiceRDP, 2)
	return t.hops
}

func twelve() []footfall.Hop {
	t := newTrail()
	ssh, smb, rdp, winrm := footfall.ServiceSSH, footfall.ServiceSMB, footfall.ServiceRDP, footfall.ServiceWinRM
	t.hop(0, "203.0.113.50", "vpn-gw", "alice", footfall.ServiceVPN, 0)
	t.hop(40*time.Second, "vpn-gw", "ws-alice", "alice", rdp, 1)
	t.hop(7*time.Minute, "ws-alice", "jump1", "alice", ssh, 2)
	h := t.hop(3*time.Minute, "jump1", "web1", "deploy", ssh, 3)
	guessed(h, 0.71, 5, footfall.Hand{Account: "bob", Person: "bob", From: "ws-bob", Sure: 0.24})
	t.hop(20*time.Second, "web1", "db1", "deploy", ssh, 4).Outcome = footfall.Failure
	t.hop(9*time.Second, "web1", "db2", "deploy", ssh, 4)
	t.hop(5*time.Hour, "jump1", "fs01", `acme\svc-copy`, smb, 3)
	t.hop(2*time.Minute, "fs01", "app3", `acme\svc-copy`, winrm, 7)
	t.hop(4*time.Second, "fs01", "app4", `acme\svc-copy`, winrm, 7)
	h = t.hop(11*time.Minute, "fs01", "dc01", `acme\adm-mara`, rdp, 7)
	guessed(h, 0.9, 2)
	t.hop(50*time.Second, "dc01", "dc02", `acme\adm-mara`, smb, 10)
	t.hop(3*time.Minute, "dc01", "jump1", `acme\adm-mara`, rdp, 10)
	return t.hops
}

// sixty is a day's work of an intruder: a guess, a way in, a sweep, and ways on
// from what it found.
func sixty() []footfall.Hop {
	t := newTrail()
	for i := range 9 {
		t.hop(20*time.Second, fmt.Sprintf("198.51.100.%d", 10+i), "bastion", "root", footfall.ServiceSSH, 0).Outcome = footfall.Failure
	}
	t.hop(time.Minute, "203.0.113.50", "bastion", "dev", footfall.ServiceSSH, 0)
	root := len(t.hops)
	for i := range 14 {
		h := t.hop(8*time.Second, "bastion", fmt.Sprintf("app%02d", i+1), "dev", footfall.ServiceSSH, root)
		if i%5 == 4 {
			h.Outcome = footfall.Failure
		}
	}
	for i := range 6 {
		t.hop(9*time.Minute, "bastion", fmt.Sprintf("db%d", i+1), `acme\svc-copy`, footfall.ServiceSSH, root)
		db := len(t.hops)
		for j := range 3 {
			h := t.hop(2*time.Minute, fmt.Sprintf("db%d", i+1), fmt.Sprintf("files%d", j+1), `acme\svc-copy`, footfall.ServiceSMB, db)
			if j == 2 {
				guessed(h, 0.8-0.1*float64(i), 3, footfall.Hand{Account: "backup", Person: "backup", From: "bkp1", Sure: 0.15})
			}
		}
		if i == 3 {
			t.now = t.now.Add(4 * time.Hour)
		}
	}
	last := len(t.hops)
	for i := range 60 - last {
		after := last
		if i > 0 {
			after = len(t.hops)
		}
		from := t.hops[after-1].To
		t.hop(5*time.Minute, from, fmt.Sprintf("srv-%c", 'a'+i), `acme\adm-mara`, footfall.ServiceRDP, after)
	}
	return t.hops
}

func star() []footfall.Hop {
	t := newTrail()
	t.hop(0, "ws-alice", "jump1", "alice", footfall.ServiceRDP, 0)
	for i := range 40 {
		t.hop(15*time.Second, "jump1", fmt.Sprintf("node-%02d.acme.example", i+1), `acme\adm-alice`, footfall.ServiceWinRM, 1)
	}
	return t.hops
}

func hub() []footfall.Hop {
	t := newTrail()
	t.hop(0, "ws-alice", "terminal1", "alice", footfall.ServiceRDP, 0)
	h := t.hop(30*time.Minute, "terminal1", "fs01", `acme\svc-copy`, footfall.ServiceSMB, 1)
	var hands []footfall.Hand
	for i := range 199 {
		p := fmt.Sprintf("user%03d", i)
		hands = append(hands, footfall.Hand{Account: p, Person: p, From: "ws-" + p, Sure: 0.09 / float64(i+1)})
	}
	guessed(h, 0.31, 200, hands...)
	t.hop(2*time.Minute, "fs01", "dc01", `acme\svc-copy`, footfall.ServiceSMB, 2)
	return t.hops
}

func slow() []footfall.Hop {
	t := newTrail()
	t.hop(0, "198.51.100.7", "vpn-gw", "frank", footfall.ServiceVPN, 0)
	t.hop(3*time.Minute, "vpn-gw", "ws-frank", "frank", footfall.ServiceRDP, 1)
	t.hop(76*time.Hour, "ws-frank", "build1", "frank", footfall.ServiceSSH, 2)
	t.hop(49*time.Hour, "build1", "repo1", "ci-runner", footfall.ServiceSSH, 3)
	h := t.hop(26*time.Hour, "repo1", "signing", "ci-runner", footfall.ServiceSSH, 4)
	guessed(h, 0.55, 3, footfall.Hand{Account: "ci-runner", Person: "grace", From: "build1", Sure: 0.4})
	t.hop(5*24*time.Hour, "signing", "dc01", `acme\adm-mara`, footfall.ServiceWinRM, 5)
	return t.hops
}

// hostile are hops with names that try to break out or to confuse.
func hostile() []footfall.Hop {
	t := newTrail()
	names := []string{
		strings.Repeat("long-name-", 100), "gnp.\u202eexe", `"><script>alert(1)</script>`, "line\nbreak\x1b[31m", "\u05d0\u05d1\u05d2-62 %", strings.Repeat("\u0301", 2000), "日本のとても長い名前のサーバー一号機です",
		"]]>&amp;", " ", "\xff\xfe", "",
	}
	for i := range len(names) - 1 {
		t.hop(time.Minute, names[i], names[i+1], names[(i+4)%len(names)], footfall.ServiceSSH, i)
	}
	h := &t.hops[len(t.hops)-1]
	guessed(h, 0.5, 9, footfall.Hand{Account: names[0], Person: names[2], From: names[0] + "x", Sure: 0.3}, footfall.Hand{Account: names[1], Person: names[3], From: names[4] + "y", Sure: 0.1})
	return t.hops
}

// plain are hops of analytics that know of no ways: they share lanes and no more.
func plain() []footfall.Hop { return made().Cases[0].Path }

var drawn = []struct {
	name string
	make func() []footfall.Hop
}{
	{"1", lone}, {"3", three}, {"12", twelve}, {"60", sixty}, {"star40", star}, {"hub200", hub}, {"slow", slow}, {"hostile", hostile}, {"plain", plain},
}

func caseWith(name string, hops []footfall.Hop) *footfall.Case {
	return &footfall.Case{ID: "00000000000000c1", Title: "A path of " + name, Level: footfall.LevelHigh, Score: 91, Path: hops, First: hops[0].Time, Last: hops[len(hops)-1].Time}
}

// TestPathsGolden holds the pictures as they were looked at.
func TestPathsGolden(t *testing.T) {
	for _, d := range drawn {
		c := []*footfall.Case{caseWith(d.name, d.make())}
		for _, format := range []string{"svg", "text"} {
			out := render(t, func(b *bytes.Buffer) error { _, err := Paths(b, format, c, TextOptions{}); return err })
			golden(t, "path-"+d.name+"."+format, out)
		}
	}
	c := []*footfall.Case{caseWith("3", three())}
	for _, format := range []string{"dot", "graphml", "ndjson"} {
		out := render(t, func(b *bytes.Buffer) error { _, err := Paths(b, format, c, TextOptions{}); return err })
		golden(t, "path-3."+format, out)
	}
}

// apart holds that nothing that is written in a picture stands on anything
// else that is, or beyond its edge, and that it fits a page.
func apart(t *testing.T, name string, hops []footfall.Hop) {
	t.Helper()
	f := newFigure(hops, nil)
	if f.width > pageWidth {
		t.Errorf("%s: %d px wide", name, f.width)
	}
	for n, s := range f.sheets {
		for i, a := range s.texts {
			if a.x1 < 0 || a.y1 < 0 || a.x2 > s.width || a.y2 > s.height {
				t.Errorf("%s, sheet %d: %q stands beyond the edge: %v", name, n, a.text, a.box)
			}
			for _, b := range s.texts[i+1:] {
				if a.meets(b.box) {
					t.Errorf("%s, sheet %d: %q stands on %q: %v, %v", name, n, a.text, b.text, a.box, b.box)
				}
			}
		}
	}
}

func TestLabelsApart(t *testing.T) {
	for _, d := range drawn {
		apart(t, d.name, d.make())
	}
}

// TestPathsWell holds that pictures of names that try to break out are whole,
// and that nothing invisible is in any of the forms.
func TestPathsWell(t *testing.T) {
	for _, s := range nasty {
		hops := twelve()
		for i := range hops {
			h := &hops[i]
			h.From, h.To, h.Account = h.From+s, h.To+s, h.Account+s
			for j := range h.Else {
				h.Else[j].Person, h.Else[j].Account, h.Else[j].From = s, s+"2", s+"3"
			}
		}
		c := []*footfall.Case{caseWith(s, hops)}
		name := fmt.Sprintf("%.12q", s)
		whole(t, name, c)
		apart(t, name, hops)
	}
}

// whole writes paths in every form and holds that each is well-formed, without
// anything that is not to be seen, and of bounded size.
func whole(t *testing.T, name string, c []*footfall.Case) {
	t.Helper()
	form := func(format string, width int) []byte {
		return render(t, func(b *bytes.Buffer) error { _, err := Paths(b, format, c, TextOptions{Width: width}); return err })
	}
	svg := form("svg", 0)
	if len(svg) > 200<<10 {
		t.Errorf("%s: an SVG of %d bytes", name, len(svg))
	}
	if strings.Contains(string(svg), "var(") {
		t.Errorf("%s: an SVG that needs a browser", name)
	}
	shown(t, name+" svg", string(svg))
	xmlWell(t, name+" svg", svg)
	xmlWell(t, name+" graphml", form("graphml", 0))
	dotWell(t, name, string(form("dot", 0)))
	jsonLines(t, name, form("ndjson", 0), len(c[0].Path))
	for _, width := range []int{60, 80, 160} {
		out := string(form("text", width))
		shown(t, name+" text", out)
		for line := range strings.Lines(out) {
			if n := columns(strings.TrimRight(line, "\n")); n > width {
				t.Fatalf("%s: width %d: a line of %d columns: %.300q", name, width, n, line)
			}
		}
	}
}

// TestGraphText holds that the table of edges fits, whatever the names.
func TestGraphText(t *testing.T) {
	for _, width := range []int{60, 80, 160} {
		for _, s := range append([]string{"", "x"}, nasty...) {
			c := []*footfall.Case{caseWith(s, []footfall.Hop{{From: "203.0.113.50" + s, To: "jump1" + s, Account: "dev" + s}})}
			c[0].ID = s
			out := string(render(t, func(b *bytes.Buffer) error {
				return Graph(b, "text", madeEdges(s), c, TextOptions{Width: width, Zone: time.UTC})
			}))
			shown(t, "graph text", out)
			for line := range strings.Lines(out) {
				if n := columns(strings.TrimRight(line, "\n")); n > width {
					t.Fatalf("width %d, %.20q: a line of %d columns: %.300q", width, s, n, line)
				}
			}
		}
	}
	out := string(render(t, func(b *bytes.Buffer) error { return Graph(b, "text", crowdEdges(), nil, TextOptions{}) }))
	if !strings.Contains(out, "30 sources: 198.51.100.10, 198.51.100.11, ...") || !strings.Contains(out, "30 accounts") {
		t.Errorf("a crowd is not one source:\n%s", out)
	}
	golden(t, "graph.text", render(t, func(b *bytes.Buffer) error { return Graph(b, "text", madeEdges(""), nil, TextOptions{}) }))
}

func crowdEdges() (out []footfall.Edge) {
	for i := range 30 {
		out = append(out, footfall.Edge{From: fmt.Sprintf("198.51.100.%d", 10+i), To: "bastion", Account: fmt.Sprint("user", i), Service: footfall.ServiceSSH, Count: 2, Failures: 2, First: at("02:10:02"), Last: at("02:16:40")})
	}
	return out
}

// TestFolded holds that what is folded or left out is counted.
func TestFolded(t *testing.T) {
	f := func(name string, hops []footfall.Hop, want ...string) {
		t.Helper()
		fig := newFigure(hops, nil)
		n := fig.left
		for _, a := range fig.arrows {
			n += len(a.hops)
		}
		if n != len(hops) {
			t.Errorf("%s: %d hops are accounted for, want %d", name, n, len(hops))
		}
		svg := fig.svg()
		for _, w := range want {
			if !strings.Contains(svg, w) {
				t.Errorf("%s: the picture does not say %q", name, w)
			}
		}
	}
	f("star", star(), "40 hosts", "2-41")
	f("hub", hub(), "197 others 55 %", "31 %, 1 of 200 hands", "user000 9 %", "user001 4 %")
	f("slow", slow(), "3 d later", "26 h later", "5 d later")
	f("three", three(), "account before was dev", "62 %, 1 of 4 hands", "ben 24 %")
	t1 := newTrail()
	for i := range 500 {
		t1.hop(time.Hour, fmt.Sprint("a", i%90), fmt.Sprint("b", i%83), fmt.Sprint("u", i), footfall.ServiceSSH, 0)
	}
	f("many", t1.hops, "hops are not drawn; the table has all 500")
}

// TestHands holds that page, text and OCSF tell whose hand a hop can have been.
func TestHands(t *testing.T) {
	r := made()
	r.Cases[0].Path = three()
	r.Findings[0].Path = three()
	has := func(what, out string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s does not say %q", what, w)
			}
		}
	}
	has("page", string(render(t, func(b *bytes.Buffer) error { return Case(b, "html", r, r.Cases[0], nil) })),
		"Hop 2, whose hand: dev 0.62, ben 0.24, cem 0.09, dora 0.05", "1, 62 %, 1 of 4 hands", "2, shown by a record", "Went on from")
	has("text", string(render(t, func(b *bytes.Buffer) error { return Text(b, r, TextOptions{}) })), "whose hand: dev 0.62, ben 0.24, cem 0.09, dora 0.05")
	has("ocsf", string(render(t, func(b *bytes.Buffer) error { return NDJSON(b, r) })),
		`"after":"0000010000000000"`, `"id":"0000020000000000"`, `"else":[{"account":"ben","from":"ws-ben","person":"ben","sure":0.24}`, `"of":4`, `"shown":false`, `"sure":0.62`)

	f := func(h footfall.Hop, want string) {
		t.Helper()
		if got := newWalk([]footfall.Hop{h}, foldSome).whose(0); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	h := footfall.Hop{Account: "alice", ID: 1, Sure: 0.71, Of: 5, Else: []footfall.Hand{{Person: "bob", Sure: 0.24}}}
	f(h, "alice 0.71, bob 0.24, 3 others")
	h.Shown = true
	f(h, "")
	h.Shown, h.Hand = false, "Alice Doe"
	f(h, "Alice Doe 0.71, bob 0.24, 3 others")
	h.Else = append(h.Else, footfall.Hand{Person: "Alice Doe", Account: "adm-alice", Sure: 0.05})
	f(h, "Alice Doe 0.76, bob 0.24, 2 others")
	// Several ways of one person are one hand, and the likeliest is no other.
	ways := []footfall.Hand{{Person: "Alice", Account: "alice", Sure: 0.71}, {Person: "Alice", Account: "adm-alice", Sure: 0.2}, {Person: "bob", Sure: 0.09}}
	f(footfall.Hop{Account: "alice", Sure: 0.71, Of: 3, Else: ways}, "Alice 0.91, bob 0.09")
	f(footfall.Hop{Account: "alice", Sure: 0.8, Of: 2, Else: []footfall.Hand{{Person: "Alice", Sure: 0.8}, {Person: "Alice", Sure: 0.2}}}, "")
}

// TestMarked holds that the login graph marks what paths went over, and only that.
func TestMarked(t *testing.T) {
	c := caseWith("3", three())
	edges := []footfall.Edge{
		{From: "203.0.113.50", To: "jump1", Account: "dev", Service: footfall.ServiceSSH, Count: 3},
		{From: "jump1", To: "fs01", Account: `acme\svc-copy`, Service: footfall.ServiceNetwork, Count: 1},
		{From: "jump1", To: "fs01", Account: "dev", Service: footfall.ServiceSMB, Count: 1},
		{From: "fs01", To: "dc01", Account: `acme\svc-copy`, Service: footfall.ServiceSMB, Count: 1},
	}
	got := marked(edges, []*footfall.Case{c})
	for i, want := range []int{1, 1, 0, 0} {
		if len(got[i].path) != want {
			t.Errorf("edge %d is on %d paths, want %d", i, len(got[i].path), want)
		}
	}
	if got[1].weight != 0.62 || len(got[1].after) != 1 || got[1].after[0] != "0000010000000000" {
		t.Errorf("got %+v", got[1])
	}
	for _, format := range []string{"svg", "dot", "graphml", "ndjson", "text"} {
		out := string(render(t, func(b *bytes.Buffer) error {
			return Graph(b, format, edges, []*footfall.Case{c}, TextOptions{})
		}))
		if !strings.Contains(out, c.ID) {
			t.Errorf("%s does not mark the path", format)
		}
		plain := string(render(t, func(b *bytes.Buffer) error { return Graph(b, format, edges, nil, TextOptions{}) }))
		if strings.Contains(plain, "path=") || strings.Contains(plain, `"path"`) {
			t.Errorf("%s marks a path where there is none", format)
		}
	}
}

// TestPathsRandom draws a hundred trees of hops, large and small.
func TestPathsRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 120 {
		data := make([]byte, 8*(1+r.IntN(90)))
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		names := []string{"h", "a-rather-long-host-name.", "", `<b>"&`, "日本"}
		name := fmt.Sprint("tree ", i)
		hops := fuzzedHops(data, names[i%len(names)])
		whole(t, name, []*footfall.Case{caseWith(name, hops)})
		apart(t, name, hops)
		if t.Failed() {
			return
		}
	}
}

// FuzzPaths draws trees of hops that bytes make, sensible or not.
func FuzzPaths(f *testing.F) {
	for _, s := range nasty {
		if len(s) < 200 {
			f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x11\x22\x33\x44\x55\x66\x77\x88"), s)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 8 {
		data := make([]byte, 8*(8<<(n/2)))
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		f.Add(data, "host")
	}
	f.Fuzz(func(t *testing.T, data []byte, s string) {
		if len(data) > 4000 || len(s) > 4000 {
			return
		}
		hops := fuzzedHops(data, s)
		if len(hops) == 0 {
			return
		}
		whole(t, "fuzzed", []*footfall.Case{caseWith("fuzz", hops)})
		apart(t, "fuzzed", hops)
	})
}

// fuzzedHops takes eight bytes for a hop.
func fuzzedHops(data []byte, s string) (hops []footfall.Hop) {
	name := func(b byte) string {
		if b%16 == 0 {
			return s
		}
		return fmt.Sprintf("%.40s%d", s, b%64)
	}
	for len(data) >= 8 {
		d := data[:8]
		data = data[8:]
		h := footfall.Hop{
			Time: int64(d[0]) << (d[1] % 56), From: name(d[2]), To: name(d[3]), Account: name(d[4]), Service: footfall.Service(d[5] % 12), Outcome: footfall.Outcome(d[5] >> 6),
			ID: uint64(d[6] % 32), After: uint64(d[6] >> 3), Sure: float64(d[7])/200 - 0.1, Shown: d[7]%5 == 0, Of: int(d[1]) - 8,
		}
		if d[4]&1 == 1 {
			h.Switch = name(d[4] >> 1)
		}
		for i := range int(d[7] % 4) {
			h.Else = append(h.Else, footfall.Hand{Account: name(d[i]), Person: name(d[i+1]), From: name(d[i+2]), Sure: float64(d[i]) / 255})
		}
		hops = append(hops, h)
	}
	return hops
}

func BenchmarkPicture(b *testing.B) {
	for _, d := range drawn {
		hops := d.make()
		b.Run(d.name, func(b *testing.B) {
			for b.Loop() {
				newFigure(hops, nil).svg()
			}
		})
	}
}
