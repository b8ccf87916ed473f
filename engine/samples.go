package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/sigma"
)

// A Sample is what became of the records beside a rule file: a txtar with
// parts "hit FORMAT" and "miss FORMAT", or a recording with SigmaHQ's
// X.info.yml. It holds for the rules of the file together: a record counts as
// hit when one of them hits it.
type Sample struct {
	File    string   // that holds the records
	Hits    int      // records that must be hit
	Misses  int      // records that must not
	Faults  []string // why the sample fails; none when all is as it says
	Matched int      // records that were hit, as they must be
}

// RunSample runs a txtar of records through their decoders and over rules.
func RunSample(file string, list []*sigma.Rule, data []byte, opt sigma.Options) Sample {
	s := Sample{File: file}
	for _, p := range txtar.Parse(data).Files {
		verb, format, _ := strings.Cut(p.Name, " ")
		if correlates(list) {
			s.correlation(verb, format, list, p.Data)
			continue
		}
		events, hit, err := sampleEvents(list, format, p.Data, opt)
		if err != nil {
			s.fault("%q: %s", p.Name, err)
			continue
		}
		switch verb {
		case "hit":
			s.Hits += events
			s.Matched += hit
			if hit != events {
				s.fault("%q: %d of %d records are hit", p.Name, hit, events)
			}
		case "miss":
			s.Misses += events
			if hit != 0 {
				s.fault("%q: %d of %d records are hit", p.Name, hit, events)
			}
		default:
			s.fault("part %q is neither hit nor miss", p.Name)
		}
	}
	if s.Hits == 0 || s.Misses == 0 {
		s.fault("%d records that hit and %d that must not; want at least one of each", s.Hits, s.Misses)
	}
	return s
}

func (s *Sample) fault(format string, args ...any) {
	s.Faults = append(s.Faults, fmt.Sprintf(format, args...))
}

// sampleEvents counts the records of data and those of them that a rule hits.
func sampleEvents(list []*sigma.Rule, format string, data []byte, opt sigma.Options) (events, hit int, err error) {
	d := decode.Named(decode.All, format)
	if d == nil {
		return 0, 0, fmt.Errorf("there is no format %q", format)
	}
	schema := footfall.NewSchema(true)
	set, err := sigma.Compile(list, schema, opt)
	if err != nil {
		return 0, 0, err
	}
	st, err := decode.New(decode.All, schema)
	if err != nil {
		return 0, 0, err
	}
	c := footfall.Chunk{Input: &footfall.Input{Format: format}, Data: data}
	if d.Frame == footfall.FrameCSV {
		c.Header, c.Data, _ = bytes.Cut(data, []byte("\n"))
	}
	var b footfall.Batch
	if err := st.Chunk(&b, &c); err != nil {
		return 0, 0, err
	}
	var bad []error
	for _, u := range b.Unread {
		bad = append(bad, fmt.Errorf("offset %d: %s", u.Offset, u.Reason))
	}
	m := set.New()
	for i := range b.Events {
		n := 0
		m.Match(&b.Events[i], func(int) { n++ })
		if n > 0 {
			hit++
		}
	}
	return len(b.Events), hit, errors.Join(bad...)
}

var (
	infoRule  = regexp.MustCompile(`(?m)^\s*-\s+id:\s*([0-9a-fA-F-]{36})\s*$`)
	infoCount = regexp.MustCompile(`(?m)^\s*match_count:\s*(\d+)\s*$`)
	infoFile  = regexp.MustCompile(`(?m)^\s*path:\s*(\S+)\s*$`)
)

// InfoRules returns the ids of the rules that a text beside a recording names
// (SigmaHQ's regression convention): not the id of the text itself.
func InfoRules(info []byte) []string {
	var out []string
	for _, m := range infoRule.FindAllSubmatch(info, -1) {
		if id := strings.ToLower(string(m[1])); !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// RunRecording hunts the recording that X.info.yml is about with the rules
// that it names: each must hit, at least as often as match_count says.
func RunRecording(ctx context.Context, path string, info []byte, list []*sigma.Rule, known *footfall.Context) (Sample, error) {
	file, err := recording(path, info)
	s := Sample{File: file}
	if err != nil {
		s.fault("%s", err)
		return s, nil
	}
	var named []*sigma.Rule
	for _, id := range InfoRules(info) {
		i := slices.IndexFunc(list, func(r *sigma.Rule) bool { return strings.EqualFold(r.Meta.ID, id) })
		if i < 0 {
			s.fault("names the rule %s, which is not here", id)
			continue
		}
		named = append(named, list[i])
	}
	want := 1
	if m := infoCount.FindSubmatch(info); m != nil {
		fmt.Sscan(string(m[1]), &want)
	}
	for _, r := range named {
		n, err := recorded(ctx, file, r, known)
		if err != nil {
			return s, err
		}
		s.Hits, s.Matched = s.Hits+want, s.Matched+n
		if n < want {
			s.fault("%s hits %d records, not the %d that it says", r.Meta.Title, n, want)
		}
	}
	return s, nil
}

// recording finds what a text is about: the file of the same name beside it,
// or the one that it names.
func recording(path string, info []byte) (string, error) {
	at := strings.TrimSuffix(path, ".info.yml")
	tries := []string{at + ".evtx", at + ".json", at + ".log"}
	for _, m := range infoFile.FindAllSubmatch(info, -1) {
		tries = append(tries, filepath.Join(filepath.Dir(path), filepath.Base(string(m[1]))))
	}
	more, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.evtx"))
	if len(more) == 1 {
		tries = append(tries, more[0])
	}
	for _, t := range tries {
		if st, err := os.Stat(t); err == nil && st.Mode().IsRegular() {
			return t, nil
		}
	}
	return path, fmt.Errorf("no recording beside %s: %w", filepath.Base(path), fs.ErrNotExist)
}

// recorded counts the records of a file that one rule hits.
func recorded(ctx context.Context, file string, r *sigma.Rule, known *footfall.Context) (int, error) {
	n := 0
	opt := Options{Paths: []string{file}, Decoders: decode.All, Rules: []*sigma.Rule{r}, Context: known, Receipt: time.Unix(0, 0)}
	_, err := Explain(ctx, opt, 0, func(x *Explained) bool {
		n += len(x.Hits)
		return true
	})
	return n, err
}
