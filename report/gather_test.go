package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

func logonAt(at int64, account, from, to string, out footfall.Outcome) Row {
	return Row{Time: at, Kind: footfall.KindLogon, Outcome: out, Service: footfall.ServiceSSH, Account: account, SrcAddr: from, DstHost: to, Input: "log"}
}

func gathered(r *footfall.Run, rows ...Row) *gathering {
	g := newGathering(r)
	for i := range rows {
		g.add(&rows[i])
	}
	return g
}

// told writes a timeline as lines, with the number of events of each.
func told(g *gathering, c *footfall.Case) string {
	var b strings.Builder
	for _, p := range g.phases(c, nil, "") {
		fmt.Fprintf(&b, "%s (%d left)\n", strings.Fields(p.Title)[0], p.Left)
		for _, l := range append(p.Lines, p.More...) {
			fmt.Fprintf(&b, "  %s %dx %s %s %s>%s %s\n", stamp(l.Time, nil, timeShort), l.Count, l.What, strings.Join(append([]string{l.Account}, l.Also...), "+"), l.From, l.To, l.Detail)
		}
	}
	return b.String()
}

func TestTimelineOfCase(t *testing.T) {
	r := made()
	c := r.Cases[0]
	minute := int64(time.Minute)
	begun := c.First
	hit := logonAt(begun+50*minute, "dev", "10.0.0.9", "web7", footfall.Success)
	hit.Rule, hit.Level = "A rule", footfall.LevelHigh
	ran := Row{Time: begun + 9*minute, Kind: footfall.KindProcess, DstHost: "fs01", Image: "a.exe", Input: "log"}
	service := Row{Time: begun + 9*minute, Kind: footfall.KindService, DstHost: "fs01", Object: "PSUPD", Input: "log"}
	g := gathered(
		r,
		logonAt(begun-2*60*minute, "dev", "10.0.0.9", "web7", footfall.Success), // too early
		logonAt(begun-minute, "dev", "10.0.0.9", "web7", footfall.Success),
		logonAt(begun, "dev", "203.0.113.50", "jump1", footfall.Failure),
		logonAt(begun+1, "ann", "203.0.113.50", "jump1", footfall.Failure),
		logonAt(begun+2, "ann", "203.0.113.50", "jump1", footfall.Failure),
		logonAt(begun+3, "ann", "10.0.0.8", "fs01", footfall.Success), // others on a host of the case
		ran, service,
		logonAt(begun+50*minute, "dev", "10.0.0.9", "web7", footfall.Success), hit,
	)
	want := `Before, (0 left)
  02:09:02 1x logon, ssh dev 10.0.0.9>web7 
The (0 left)
  02:10:02 3x logon, failed, ssh dev+ann 203.0.113.50>jump1 
  02:19:02 1x service installed  >fs01 PSUPD
After, (0 left)
  03:00:02 1x logon, ssh dev 10.0.0.9>web7 A rule
`
	if got := told(g, c); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTimelineBounded holds that a long timeline keeps its first and last
// lines in order and says how many are left out.
func TestTimelineBounded(t *testing.T) {
	s := lineup{most: 10}
	for i := range 1000 {
		r := logonAt(int64(i)*int64(time.Hour), "dev", fmt.Sprint("10.0.0.", i), "web7", footfall.Success)
		s.add(&r, "account")
	}
	list, gap := s.lines()
	var got []string
	for _, m := range list {
		got = append(got, strings.TrimPrefix(m.SrcAddr, "10.0.0."))
	}
	if want := "0 1 2 3 4 995 996 997 998 999"; strings.Join(got, " ") != want || s.Left != 990 || gap != 5 {
		t.Errorf("got %v, %d left before %d; want %s", got, s.Left, gap, want)
	}
}

// TestUsual holds what the small pictures are drawn of.
func TestUsual(t *testing.T) {
	r := made()
	r.First, r.Last = at("00:00:00")-int64(40*day), at("23:59:59")
	c := r.Cases[0]
	var rows []Row
	for i := range 40 {
		rows = append(rows, logonAt(r.First+int64(i)*int64(day)+int64(9*time.Hour), "dev", "10.0.0.9", "web7", footfall.Success))
	}
	rows = append(rows, logonAt(c.First, "dev", "203.0.113.50", "jump1", footfall.Failure), logonAt(c.First, "dev", "203.0.113.50", "jump1", footfall.Success))
	g := gathered(r, rows...)
	d := g.drawings(c)
	if len(d) == 0 || d[0].Name != "dev" || d[0].OK != 41 || d[0].Bad != 1 {
		t.Fatalf("got %+v", d)
	}
	if d[0].Column != "1 day" {
		t.Errorf("a column is %s", d[0].Column)
	}
	usual, fresh := d[0].Left.Lines[0], d[0].Left.Lines[1]
	if usual.Name != "10.0.0.9" || usual.Good != 40 || usual.New || fresh.Name != "203.0.113.50" || !fresh.New || fresh.Bad != 1 {
		t.Errorf("got %+v and %+v", usual, fresh)
	}
	if n := d[0].Hourly[2][2]; n != 1 { // 2026-03-04 is a Wednesday
		t.Errorf("%d logons on Wednesday at 2", n)
	}
	for last, want := range map[time.Duration]string{0: "1 minute", 30 * time.Hour: "1 hour", 90 * day: "2 days", 300 * day: "1 week", 3000 * day: "10 weeks", 1<<63 - 1: "325 weeks"} {
		s := newSpan(0, int64(last))
		if got := lasting(time.Duration(s.step)); got != want || s.columns > axisColumns {
			t.Errorf("%v: %d columns of %s, want %s", last, s.columns, got, want)
		}
	}
}

// TestWhatIsToldOnce holds that a service and a way to prove who one is are
// told once when they are called alike.
func TestWhatIsToldOnce(t *testing.T) {
	m := happening{Row: Row{Kind: footfall.KindTicket, Service: footfall.ServiceKerberos, Auth: footfall.AuthKerberos}}
	if got, want := newHappeningLine(&m, nil, "").What, "ticket given, kerberos"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
