package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
)

// The parts of an event that truths speak of, in the order of the table.
const (
	partTime = iota
	partSource
	partDestination
	partUser
	partOutcome
	partService
	parts
)

var partNames = [parts]string{"time", "source", "destination", "user", "outcome", "service"}

// A truth is what somebody else reads in one record. Empty parts say nothing.
type truth struct {
	index    int // of the record in its file
	original string
	time     time.Time
	source   []string // any of them
	dest     []string
	users    []string
	blamed   string // a source that some record of the file must blame
	outcome  string
	service  string
}

// An understood is what we read in a record: its events, cut down.
type understood struct {
	events []footfall.Event // strings are copies
}

// TestConformance compares what we read with what Elastic, Wazuh, fail2ban and
// CrowdSec read in the same records, and holds the table in docs.
func TestConformance(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	files, formats := truthFiles(t, dir)
	got := readAll(t, dir, files)
	notes := conformanceNotes(t)
	table := map[string]*agreement{}
	var misses []string
	for _, file := range files {
		data := plainFile(t, filepath.Join(dir, file))
		records := got[file]
		n := table[formats[file]]
		if n == nil {
			n = &agreement{}
			table[formats[file]] = n
		}
		n.files++
		for _, w := range truths(t, dir, file) {
			misses = append(misses, n.compare(file, data, records, w, notes)...)
		}
	}
	for key, used := range notes {
		if !used.used {
			t.Errorf("conformance-notes.tsv: %s agrees: take it from the list", key)
		}
	}
	page := conformancePage(table, misses, notes)
	path := filepath.Join("..", "docs", "conformance.md")
	if *update {
		if err := os.WriteFile(path, page, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, want) {
		t.Errorf("docs/conformance.md is stale: go test ./engine -run TestConformance -update, and read the difference")
	}
}

// truthFiles lists the log files that have a truth beside them, and their formats.
func truthFiles(t *testing.T, dir string) (files []string, formats map[string]string) {
	t.Helper()
	formats = map[string]string{}
	for _, row := range manifest(t, dir) {
		if row[7] == "ground-truth" || row[7] == "rules" {
			continue
		}
		beside := []string{row[0] + ".expected.json", row[0] + ".expected.tsv"}
		if test := crowdsecTest(row[0]); test != "" {
			beside = append(beside, test+".parser.assert", test+".scenario.assert")
		}
		for _, truth := range beside {
			if strings.HasSuffix(truth, ".tsv") && strings.Contains(truth, "/panther.") {
				continue // says which records its rules must hit, not what is in them
			}
			if _, err := os.Stat(filepath.Join(dir, truth)); err == nil && !slices.Contains(files, row[0]) {
				files = append(files, row[0])
				formats[row[0]] = strings.Split(row[0], "/")[0] + ": " + row[3]
			}
		}
	}
	slices.Sort(files)
	return files, formats
}

func manifest(t *testing.T, dir string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// readAll reads files and returns their events by the offset of the record.
func readAll(t *testing.T, dir string, files []string) map[string]map[int64]*understood {
	t.Helper()
	out := map[string]map[int64]*understood{}
	var mu sync.Mutex
	opt := Options{Decoders: decode.All, Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	for _, f := range files {
		opt.Paths = append(opt.Paths, filepath.Join(dir, f))
	}
	_, err := Events(context.Background(), opt, io.Discard, func(dst []byte, e *footfall.Event, _ *footfall.Schema, input string) []byte {
		c := copied(e)
		mu.Lock()
		defer mu.Unlock()
		outer, _, _ := strings.Cut(input, "!")
		name, err := filepath.Rel(dir, outer)
		if err != nil {
			panic(err)
		}
		if out[name] == nil {
			out[name] = map[int64]*understood{}
		}
		u := out[name][e.Offset]
		if u == nil {
			u = &understood{}
			out[name][e.Offset] = u
		}
		u.events = append(u.events, c)
		return dst
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func copied(e *footfall.Event) footfall.Event {
	c := *e
	c.Fields = nil
	for _, s := range []*string{
		&c.Computer, &c.From.Host, &c.To.Host, &c.User.Name, &c.User.Domain, &c.User.SID, &c.Target.Name, &c.Target.Domain, &c.Target.SID, &c.Channel, &c.Program, &c.Object, &c.Client, &c.Session, &c.Provider,
	} {
		*s = strings.Clone(*s)
	}
	return c
}

func plainFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

// recordsOf cuts a file into records as its decoder's frame does, by offset.
func recordsOf(data []byte) (offsets []int64, texts []string) {
	yield := func(offset int, record []byte) bool {
		offsets, texts = append(offsets, int64(offset)), append(texts, string(record))
		return true
	}
	trim := bytes.TrimSpace(data)
	switch {
	case jsonText(trim):
		if frame.Enveloped(data) {
			c := bytes.Clone(data)
			new(frame.Envelope).Cut(c)
			data = c
		}
		frame.JSON(data, yield)
	case bytes.HasPrefix(trim, []byte("<Event")):
		frame.XML(data, yield)
	default:
		frame.Lines(data, yield)
	}
	return offsets, texts
}

// jsonText reports whether data is JSON: a line of text may begin with a bracket too.
func jsonText(data []byte) bool {
	if len(data) > 1 && data[0] == '[' {
		data = bytes.TrimSpace(data[1:])
	}
	return len(data) > 0 && data[0] == '{'
}

// truths reads what is beside a file.
func truths(t *testing.T, dir, file string) (out []truth) {
	t.Helper()
	path := filepath.Join(dir, file)
	if data, err := os.ReadFile(path + ".expected.json"); err == nil {
		out = append(out, elasticTruths(t, data)...)
	}
	if data, err := os.ReadFile(path + ".expected.tsv"); err == nil && !strings.Contains(file, "/panther.") {
		out = append(out, tableTruths(t, file, data)...)
	}
	if test := crowdsecTest(path); test != "" {
		if data, err := os.ReadFile(test + ".parser.assert"); err == nil {
			out = append(out, crowdsecTruths(data)...)
		}
		if data, err := os.ReadFile(test + ".scenario.assert"); err == nil {
			out = append(out, blamedTruths(data)...)
		}
	}
	return out
}

// crowdsecTest returns the name of the test that a log of CrowdSec's belongs
// to: crowdsec.TEST.NAME.log, with TEST.parser.assert and TEST.scenario.assert
// beside it.
func crowdsecTest(path string) string {
	dir, file := filepath.Split(path)
	f := strings.Split(file, ".")
	if f[0] != "crowdsec" || len(f) < 4 {
		return ""
	}
	return dir + f[0] + "." + f[1]
}

// elasticTruths reads ECS records.
func elasticTruths(t *testing.T, data []byte) (out []truth) {
	t.Helper()
	var doc struct{ Expected []map[string]any }
	var err error
	if bytes.TrimSpace(data)[0] == '[' {
		err = json.Unmarshal(data, &doc.Expected)
	} else {
		err = json.Unmarshal(data, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range doc.Expected {
		flat := map[string][]string{}
		flattened(flat, "", e)
		one := func(name string) string {
			if v := flat[name]; len(v) > 0 {
				return v[0]
			}
			return ""
		}
		w := truth{index: i, original: one("event.original")}
		w.time, _ = time.Parse(time.RFC3339Nano, one("@timestamp"))
		w.source = slices.Concat(flat["source.ip"], flat["client.ip"])
		w.dest = slices.Concat(flat["destination.ip"], flat["server.ip"])
		for _, f := range []string{"user.name", "user.email", "user.id", "source.user.name", "client.user.name", "destination.user.name", "user.target.name", "user.effective.name", "user.full_name", "source.user.email", "user.target.email", "source.user.id", "destination.user.id", "user.target.id", "user.changes.name"} {
			w.users = append(w.users, flat[f]...)
		}
		if one("user.name") == "" && one("source.user.name") == "" && one("user.email") == "" {
			w.users = nil
		}
		switch types := flat["event.type"]; {
		case slices.Contains(types, "denied"):
			w.outcome = "failure"
		case slices.Contains(types, "allowed"):
			w.outcome = "success"
		case one("event.outcome") == "success" || one("event.outcome") == "failure":
			w.outcome = one("event.outcome")
		}
		w.service = serviceWords[strings.ToLower(one("network.protocol"))]
		if w.service == "" {
			w.service = serviceWords[strings.ToLower(one("network.application"))]
		}
		out = append(out, w)
	}
	return out
}

// serviceWords are others' words for services.
var serviceWords = map[string]string{
	"ssh": "ssh", "rdp": "rdp", "ms-rdp": "rdp", "smb": "smb", "ms-ds-smb": "smb", "vnc": "vnc", "rfb": "vnc", "telnet": "telnet", "ftp": "ftp",
	"dns": "dns", "domain": "dns", "ldap": "ldap", "kerberos": "kerberos", "krb5": "kerberos", "ntlm": "ntlm", "http": "web", "https": "web", "tls": "web", "ssl": "web",
	"web-browsing": "web", "dce_rpc": "rpc", "dhcp": "dhcp", "radius": "radius", "smtp": "mail", "winrm": "winrm",
}

func flattened(to map[string][]string, prefix string, from map[string]any) {
	for k, v := range from {
		switch v := v.(type) {
		case map[string]any:
			flattened(to, prefix+k+".", v)
		case []any:
			for _, x := range v {
				if s, ok := x.(string); ok {
					to[prefix+k] = append(to[prefix+k], s)
				}
			}
		case string:
			to[prefix+k] = append(to[prefix+k], v)
		case float64:
			to[prefix+k] = append(to[prefix+k], strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
}

// tableTruths reads the tables of fail2ban (match, host, time) and of Wazuh
// (which rule must fire: its title says whether it was a success).
func tableTruths(t *testing.T, file string, data []byte) (out []truth) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	zurich, err := time.LoadLocation("Europe/Zurich") // fail2ban's tests run there
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		line, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatalf("%s: line %q", file, row[0])
		}
		w := truth{index: line - 1}
		if strings.Contains(file, "/fail2ban.") {
			if row[1] != "true" {
				continue
			}
			w.outcome = "failure"
			if row[2] != "" {
				w.source = []string{row[2]}
			}
			if at, err := time.ParseInLocation("2006-01-02T15:04:05", row[3], zurich); err == nil {
				w.time = at
			}
		} else if row[2] == "match" {
			w.outcome = wazuhOutcome(row[1])
		}
		out = append(out, w)
	}
	return out
}

var (
	wazuhFailed    = regexp.MustCompile(`(?i)fail(ed|ure)|bad password|invalid user|non-existent user|incorrect|denied|unsuccessful`)
	wazuhSucceeded = regexp.MustCompile(`(?i)(login|logon|logged|authentication|session) ?(success|opened|in\b)|successful(ly)? (logged|login|logon|authent)|success\b`)
)

func wazuhOutcome(title string) string {
	switch {
	case wazuhFailed.MatchString(title):
		return "failure"
	case wazuhSucceeded.MatchString(title):
		return "success"
	}
	return ""
}

var asserted = regexp.MustCompile(`^results\["s01-parse"\]\["[^"]+"\]\[(\d+)\]\.Evt\.Meta\["(source_ip|target_user|user|username)"\] == "([^"]*)"`)

// crowdsecTruths reads parser assertions: of each record whence and whom.
func crowdsecTruths(data []byte) (out []truth) {
	byIndex := map[int]*truth{}
	for line := range strings.SplitSeq(string(data), "\n") {
		m := asserted.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || m[3] == "" {
			continue
		}
		i, err := strconv.Atoi(m[1])
		if err != nil {
			continue
		}
		w := byIndex[i]
		if w == nil {
			w = &truth{index: i}
			byIndex[i] = w
		}
		if m[2] == "source_ip" {
			w.source = append(w.source, m[3])
		} else {
			w.users = append(w.users, m[3])
		}
	}
	for _, w := range byIndex {
		out = append(out, *w)
	}
	slices.SortFunc(out, func(a, b truth) int { return a.index - b.index })
	return out
}

var blamedSource = regexp.MustCompile(`^"([^"]+)" in results\[\d+\]\.Overflow\.GetSources\(\)`)

// blamedTruths reads scenario assertions: which sources must be blamed.
func blamedTruths(data []byte) (out []truth) {
	for line := range strings.SplitSeq(string(data), "\n") {
		m := blamedSource.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || slices.ContainsFunc(out, func(w truth) bool { return w.blamed == m[1] }) {
			continue
		}
		if _, err := netip.ParseAddr(m[1]); err == nil { // else an account's ARN
			out = append(out, truth{blamed: m[1]})
		}
	}
	return out
}

// blames reports whether some event says that a source tried or did something:
// an alert about it, a connection or a request of it, a logon, an attempt or a
// check of credentials.
func blames(records map[int64]*understood, source string) bool {
	for _, u := range records {
		for i := range u.events {
			e := &u.events[i]
			if !isEnd([]string{source}, e.From) {
				continue
			}
			switch e.Kind {
			case footfall.KindLogon, footfall.KindCredential, footfall.KindAttempt, footfall.KindConnection, footfall.KindRequest, footfall.KindAlert, footfall.KindShell, footfall.KindCall:
				return true
			}
		}
	}
	return false
}

// An agreement counts agreement for a format.
type agreement struct {
	files, records int
	unplaced       int
	said, agreed   [parts]int
	excepted       [parts]int
	offsets        []int64
	texts          []string
	file           string
	skipped        int
}

// compare compares one truth with what was read, and returns what differs.
func (n *agreement) compare(file string, data []byte, got map[int64]*understood, w truth, notes map[string]*note) (misses []string) {
	if n.file != file {
		n.file, n.skipped = file, 0
		n.offsets, n.texts = recordsOf(data)
	}
	if w.blamed != "" {
		return n.blame(file, got, w.blamed, notes)
	}
	i := n.place(w)
	n.records++
	if i < 0 {
		n.unplaced++
		return []string{fmt.Sprintf("| %s | %d | record | | not found among %d records |", file, w.index+1, len(n.offsets))}
	}
	u := got[n.offsets[i]]
	for p := range parts {
		want, have, ok := w.part(p, u)
		if want == "" {
			continue
		}
		n.said[p]++
		if ok {
			n.agreed[p]++
			continue
		}
		if x := noted(notes, file, partNames[p], i+1); x != nil {
			x.used = true
			x.count++
			n.excepted[p]++
			continue
		}
		misses = append(misses, fmt.Sprintf("| %s | %d | %s | %s | %s |", file, i+1, partNames[p], shownCell(want), shownCell(have)))
	}
	return misses
}

// blame compares a source that the file must blame.
func (n *agreement) blame(file string, got map[int64]*understood, source string, notes map[string]*note) []string {
	n.said[partSource]++
	if blames(got, source) {
		n.agreed[partSource]++
		return nil
	}
	if x := noted(notes, file, "blamed", 0); x != nil {
		x.used = true
		x.count++
		n.excepted[partSource]++
		return nil
	}
	return []string{fmt.Sprintf("| %s | | blamed | %s | nobody |", file, source)}
}

// place finds the record that a truth is about: the one at its index, or the
// next one whose text is the truth's.
func (n *agreement) place(w truth) int {
	i := w.index + n.skipped
	if w.original == "" || i < len(n.texts) && sameText(n.texts[i], w.original) {
		if i < len(n.texts) {
			return i
		}
		return -1
	}
	for j := i + 1; j < len(n.texts); j++ {
		if sameText(n.texts[j], w.original) {
			n.skipped += j - i
			return j
		}
	}
	if i < len(n.texts) {
		return i
	}
	return -1
}

func sameText(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b)
}

// part compares one part: what is wanted ("" when the truth says nothing), what
// we have, and whether they agree. Of a record with several events the first
// that agrees counts.
func (w *truth) part(p int, u *understood) (want, have string, ok bool) {
	switch p {
	case partTime:
		if !w.time.IsZero() {
			want = w.time.UTC().Format(time.RFC3339Nano)
		}
	case partSource:
		want = strings.Join(w.source, " or ")
	case partDestination:
		want = strings.Join(w.dest, " or ")
	case partUser:
		want = strings.Join(w.users, " or ")
	case partOutcome:
		want = w.outcome
	case partService:
		want = w.service
	}
	if want == "" {
		return "", "", true
	}
	if u == nil {
		return want, "no event", false
	}
	for i := range u.events {
		h, ok := w.agrees(p, &u.events[i])
		if ok {
			return want, h, true
		}
		if have == "" {
			have = h
		}
	}
	return want, have, false
}

func (w *truth) agrees(p int, e *footfall.Event) (have string, ok bool) {
	switch p {
	case partTime:
		return w.sameTime(e)
	case partSource:
		return end(e.From), isEnd(w.source, e.From)
	case partDestination:
		return end(e.To), isEnd(w.dest, e.To)
	case partUser:
		return e.User.Name, w.isUser(e)
	case partOutcome:
		return e.Outcome.String(), e.Outcome.String() == w.outcome
	}
	return e.Service.String(), e.Service.String() == w.service || w.service == "web" && e.Service != footfall.ServiceUnknown
}

// sameTime compares to the millisecond, which is what ECS keeps. The year of a
// record that names none, and the zone, do not count: the truth guesses them.
func (w *truth) sameTime(e *footfall.Event) (string, bool) {
	if e.Time == 0 {
		return "none", false
	}
	have := time.Unix(0, e.Time).UTC()
	text := have.Format(time.RFC3339Nano)
	d := time.Unix(0, e.Time).Sub(w.time)
	if n := w.time.UTC().Year() - have.Year(); n != 0 && e.Zoneless {
		d = have.AddDate(n, 0, 0).Sub(w.time)
	}
	if e.Zoneless {
		d = d.Round(time.Millisecond) % (15 * time.Minute)
	}
	return text, d.Abs() < time.Second
}

func end(p footfall.Endpoint) string {
	if p.Addr.IsValid() {
		return p.Addr.String()
	}
	return p.Host
}

func isEnd(want []string, p footfall.Endpoint) bool {
	for _, w := range want {
		if a, err := netip.ParseAddr(w); err == nil && a.Unmap() == p.Addr {
			return true
		}
		if p.Host != "" && strings.EqualFold(p.Host, w) {
			return true
		}
	}
	return false
}

func (w *truth) isUser(e *footfall.Event) bool {
	for _, a := range []footfall.Account{e.User, e.Target} {
		for _, name := range []string{a.Name, a.SID, a.Domain + `\` + a.Name, a.Name + "@" + a.Domain} {
			for _, u := range w.users {
				if name != "" && strings.EqualFold(name, u) {
					return true
				}
			}
		}
		// Elastic cuts an e-mail address or an ARN down to its name.
		for _, u := range w.users {
			if local, _, ok := strings.Cut(a.Name, "@"); ok && strings.EqualFold(local, u) {
				return true
			}
			if local, _, ok := strings.Cut(u, "@"); ok && strings.EqualFold(local, a.Name) {
				return true
			}
		}
	}
	return false
}

// A note says why a part of a file's records may differ.
type note struct {
	file, part, why string
	lines           []int // empty for all
	used            bool
	count           int
}

func noted(notes map[string]*note, file, part string, line int) *note {
	for _, x := range notes {
		if x.file == file && (x.part == part || x.part == "*") && (len(x.lines) == 0 || slices.Contains(x.lines, line)) {
			return x
		}
	}
	return nil
}

// conformanceNotes reads the reasoned exceptions: file, part, lines, reason.
func conformanceNotes(t *testing.T) map[string]*note {
	t.Helper()
	out := map[string]*note{}
	data, err := os.ReadFile(filepath.Join("testdata", "conformance-notes.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimRight(string(data), "\n"), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		if len(f) != 4 || f[3] == "" {
			t.Fatalf("conformance-notes.tsv: %q has not four columns: file, part, lines, reason", line)
		}
		x := &note{file: f[0], part: f[1], why: f[3]}
		for n := range strings.SplitSeq(f[2], ",") {
			if n == "all" {
				continue
			}
			k, err := strconv.Atoi(n)
			if err != nil {
				t.Fatalf("conformance-notes.tsv: %q: %v", line, err)
			}
			x.lines = append(x.lines, k)
		}
		out[f[0]+" "+f[1]+" "+f[2]] = x
	}
	return out
}

func shownCell(s string) string {
	if len(s) > 80 {
		s = s[:80]
	}
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s)
}

// conformancePage writes the table and what differs.
func conformancePage(table map[string]*agreement, misses []string, notes map[string]*note) []byte {
	var b bytes.Buffer
	var said, agreed, excepted, records int
	formats := make([]string, 0, len(table))
	for f, n := range table {
		formats = append(formats, f)
		records += n.records
		for p := range parts {
			said, agreed, excepted = said+n.said[p], agreed+n.agreed[p], excepted+n.excepted[p]
		}
	}
	slices.Sort(formats)
	fmt.Fprintf(&b, `# Conformance

Generated by %s: what we read in the records of the
evaluation data, against what Elastic's integrations (ECS), Wazuh, fail2ban and CrowdSec
read in the same records. A part counts where the other side says something of it; a source
that one of CrowdSec's scenarios blames counts when some record of the file blames it.
Panther's tables are not compared: they say which rules must hit, not what a record says.
The flows that nfdump reads are compared in decode/netflow's tests, the records that
Winlogbeat reads in decode/evtx's.

Of %d parts of %d records %d agree (%.1f %%); %d more differ for a reason
(engine/testdata/conformance-notes.tsv); without those %.1f %% agree.

| format | files | records | %s | agree |
|---|---|---|%s---|
`, "`go test ./engine -run TestConformance -update`", said, records, agreed, 100*float64(agreed)/float64(max(said, 1)), excepted,
		100*float64(agreed)/float64(max(said-excepted, 1)), strings.Join(partNames[:], " | "), strings.Repeat("---|", parts))
	for _, f := range formats {
		n := table[f]
		fmt.Fprintf(&b, "| %s | %d | %d |", f, n.files, n.records)
		var s, a, x int
		for p := range parts {
			s, a, x = s+n.said[p], a+n.agreed[p], x+n.excepted[p]
			if n.said[p] == 0 {
				b.WriteString(" |")
				continue
			}
			fmt.Fprintf(&b, " %d of %d", n.agreed[p], n.said[p])
			if n.excepted[p] > 0 {
				fmt.Fprintf(&b, " (%d)", n.excepted[p])
			}
			b.WriteString(" |")
		}
		if s-x > 0 {
			fmt.Fprintf(&b, " %.1f %% |\n", 100*float64(a)/float64(s-x))
		} else {
			b.WriteString(" |\n")
		}
	}
	b.WriteString("\nIn brackets: how many differ for a reason.\n\n## What differs for a reason\n\n| file | part | records | why |\n|---|---|---|---|\n")
	keys := make([]string, 0, len(notes))
	for k := range notes {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", notes[k].file, notes[k].part, notes[k].count, strings.ReplaceAll(notes[k].why, "|", "\\|"))
	}
	b.WriteString("\n## What differs\n\n| file | record | part | theirs | ours |\n|---|---|---|---|---|\n")
	for _, m := range misses {
		b.WriteString(m + "\n")
	}
	return b.Bytes()
}
