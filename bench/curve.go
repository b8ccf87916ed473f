package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/read"
	"github.com/footfall/footfall/sigma"
)

// A point is what an event costs under a number of rules.
type point struct {
	rules   int
	process time.Duration // a process creation
	logon   time.Duration // a 4624
	memory  int           // bytes of automata and tables
	load    time.Duration // CPU time to parse and compile
}

// counts are the numbers of rules that the curve is drawn through.
var counts = []int{100, 300, 1000, 3000, 10000}

// curve measures recorded events under ever more rules, prints a table and
// draws it. Rules are SigmaHQ's for Windows; beyond those, copies of them
// with other texts, which no event shares an answer for.
func (o *options) curve(w io.Writer, svg string) error {
	srcs, err := windowsRules(o.rules)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "| rules | us a process creation | us a 4624 | MiB | CPU ms to load |\n|---|---|---|---|---|\n")
	var points []point
	for _, n := range append(slices.Clone(counts), len(srcs)) {
		p, err := o.point(copies(srcs, n))
		if err != nil {
			return err
		}
		name := fmt.Sprint(p.rules)
		if n == len(srcs) {
			name = "all " + name + " of SigmaHQ for Windows"
		} else {
			points = append(points, p)
		}
		fmt.Fprintf(w, "| %s | %.2f | %.2f | %.1f | %d |\n", name, micros(p.process), micros(p.logon), float64(p.memory)/(1<<20), p.load.Milliseconds())
	}
	return os.WriteFile(svg, draw(points), 0o644)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// point measures one set of rules.
func (o *options) point(srcs []sigma.Source) (point, error) {
	var set *sigma.Set
	schema := footfall.NewSchema(false)
	load, err := measured(func() error {
		rules, errs := sigma.Load(srcs)
		if len(errs) > 0 {
			return errors.Join(errs...)
		}
		var err error
		set, err = sigma.Compile(rules, schema, sigma.Options{})
		return err
	})
	if err != nil {
		return point{}, err
	}
	p := point{rules: len(set.Rules()), memory: set.Memory(), load: load.cpu}
	process, logon, err := o.events(schema)
	if err != nil {
		return p, err
	}
	if p.process, err = o.each(set, process); err != nil {
		return p, err
	}
	p.logon, err = o.each(set, logon)
	return p, err
}

// each measures the CPU time of matching one event, the least of several rounds.
func (o *options) each(set *sigma.Set, events []footfall.Event) (time.Duration, error) {
	if len(events) == 0 {
		return 0, errors.New("no such event in the recordings")
	}
	m, best := set.New(), time.Hour
	runtime.GC()
	for range 5 * o.rounds {
		rounds := 1 + 40_000/len(events)
		c, err := measured(func() error {
			for range rounds {
				for i := range events {
					m.Match(&events[i], func(int) {})
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		best = min(best, c.cpu/time.Duration(rounds*len(events)))
	}
	return best, nil
}

// events decodes the recordings as a hunt does and returns the process
// creations (Sysmon 1, Security 4688) and the logons (4624), with the fields
// that the rules asked for.
func (o *options) events(schema *footfall.Schema) (process, logon []footfall.Event, err error) {
	stage, err := decode.New(decode.All, schema)
	if err != nil {
		return nil, nil, err
	}
	src, err := read.Walk(context.Background(), []string{filepath.Join(o.data, "evtx"), filepath.Join(o.data, "windows-json")}, read.Options{Recognise: func(_ string, head []byte) (read.Format, bool) {
		m := decode.Recognise(decode.All, head)
		if len(m) == 0 {
			return read.Format{}, false
		}
		return read.Format{Name: m[0].Decoder.Name, Frame: m[0].Decoder.Frame, Block: m[0].Decoder.Block}, true
	}})
	if err != nil {
		return nil, nil, err
	}
	chunks, done := make(chan *footfall.Chunk), make(chan error, 1)
	go func() {
		done <- src.Run(context.Background(), chunks)
		close(chunks)
	}()
	var b footfall.Batch
	for c := range chunks {
		b.Reset()
		if err := stage.Chunk(&b, c); err == nil {
			for i := range b.Events {
				switch e := &b.Events[i]; {
				case slices.Contains(schema.LogOf(e.Log).Categories, "process_creation"):
					process = append(process, kept(e))
				case e.EventID == 4624 && e.Channel == "Security":
					logon = append(logon, kept(e))
				}
			}
		}
		src.Release(c)
	}
	return process, logon, errors.Join(<-done, src.Close())
}

// kept returns an event that outlives its batch, with what rules look at.
func kept(e *footfall.Event) footfall.Event {
	out := footfall.Event{
		Log: e.Log, EventID: e.EventID, Time: e.Time,
		Channel: strings.Clone(e.Channel), Provider: strings.Clone(e.Provider), Computer: strings.Clone(e.Computer), Message: strings.Clone(e.Message),
	}
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, footfall.Field{ID: f.ID, Val: strings.Clone(f.Val)})
	}
	return out
}

func windowsRules(root string) ([]sigma.Source, error) {
	var out []sigma.Source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte("product: windows")) {
			if _, errs := sigma.Load([]sigma.Source{{Name: path, Data: data}}); len(errs) == 0 {
				out = append(out, sigma.Source{Name: path, Data: data})
			}
		}
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("no Sigma rules for Windows under %s", root)
	}
	return out, err
}

var listed = regexp.MustCompile(`(?m)^( {8,}- ['"]?)([^'"\n]{4,}?)(['"]?)$`)

// copies returns n rules, spread evenly: first as they are, then with other
// texts in their lists and another id.
func copies(srcs []sigma.Source, n int) []sigma.Source {
	var out []sigma.Source
	step := max(1, len(srcs)/n)
	for i := 0; len(out) < n; i++ {
		at := i * step
		s := srcs[at%len(srcs)]
		if round := at / len(srcs); round > 0 {
			s.Data = listed.ReplaceAll(s.Data, fmt.Appendf(nil, "${1}${2}%c%d${3}", 'a'+round, round))
			s.Data = bytes.Replace(s.Data, []byte("\nid: "), fmt.Appendf(nil, "\nid: %d-", round), 1)
			s.Name = fmt.Sprintf("%s#%d", s.Name, round)
			if _, errs := sigma.Load([]sigma.Source{s}); len(errs) > 0 {
				continue // the changed text is no regular expression any more
			}
		}
		out = append(out, s)
	}
	return out
}

const (
	drawWidth, drawHeight = 640, 360
	left, top             = 60, 40
	right, bottom         = 620, 300
)

// draw renders the curve: the number of rules on a logarithmic axis, the
// cost of an event on a linear one.
func draw(points []point) []byte {
	var b bytes.Buffer
	most := 1.0
	for _, p := range points {
		most = max(most, micros(p.process), micros(p.logon))
	}
	most = float64(int(most) + 1)
	x := func(i int) int { return left + i*(right-left)/max(1, len(points)-1) }
	y := func(us float64) int { return bottom - int(us/most*float64(bottom-top)) }
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img" aria-label="Cost of an event against the number of rules">`+"\n", drawWidth, drawHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", drawWidth, drawHeight)
	fmt.Fprintf(&b, `<text x="%d" y="20" fill="#222222">CPU microseconds an event against the number of Sigma rules, one core</text>`+"\n", left)
	for us := 0.0; us <= most; us += max(1, float64(int(most/6))) {
		fmt.Fprintf(&b, `<path d="M%d %dH%d" stroke="#dddddd"/><text x="%d" y="%d" text-anchor="end" fill="#444444">%.0f</text>`+"\n", left, y(us), right, left-8, y(us)+4, us)
	}
	for i, p := range points {
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" fill="#444444">%d</text>`+"\n", x(i), bottom+20, p.rules)
	}
	series := func(color, name string, at int, of func(point) time.Duration) {
		path := "M"
		for i, p := range points {
			fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="4" fill="%s"/><text x="%d" y="%d" text-anchor="middle" fill="%s">%.2f</text>`+"\n", x(i), y(micros(of(p))), color, x(i), y(micros(of(p)))-8, color, micros(of(p)))
			path += fmt.Sprintf("%d %d ", x(i), y(micros(of(p))))
		}
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/><text x="%d" y="%d" fill="%s">%s</text>`+"\n", strings.TrimSpace(path), color, at, drawHeight-18, color, name)
	}
	series("#1f5fa8", "process creation (Sysmon 1, Security 4688)", left, func(p point) time.Duration { return p.process })
	series("#b3541e", "logon (Security 4624)", left+320, func(p point) time.Duration { return p.logon })
	b.WriteString("</svg>\n")
	return b.Bytes()
}
