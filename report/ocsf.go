package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// OCSFVersion is the version of the Open Cybersecurity Schema Framework whose
// classes the objects follow.
const OCSFVersion = "1.5.0"

// OCSF numbers: a class's type is its number times 100 plus the activity.
const (
	categoryFindings = 2
	classDetection   = 2004
	classIncident    = 2005
	activityCreate   = 1
	statusNew        = 1
)

// maxRaw bounds a record's text in JSON; what is longer says so.
const maxRaw = 256 << 10

// object is a JSON object; its keys are written in the order of their names.
type object map[string]any

// NDJSON writes one OCSF object a line: an Incident Finding for each case and
// then a Detection Finding for each finding.
func NDJSON(w io.Writer, r *footfall.Run) error {
	if err := ndjsonCases(w, r); err != nil {
		return err
	}
	return ndjsonFindings(w, r)
}

func ndjsonCases(w io.Writer, r *footfall.Run) error {
	b := bufio.NewWriter(w)
	for _, c := range r.Cases {
		if err := writeObject(b, incident(r, c)); err != nil {
			return fmt.Errorf("report: case %q: %w", c.ID, err)
		}
	}
	return b.Flush()
}

func ndjsonFindings(w io.Writer, r *footfall.Run) error {
	b := bufio.NewWriter(w)
	for _, f := range r.Findings {
		if err := writeObject(b, detection(r, f)); err != nil {
			return fmt.Errorf("report: finding %q: %w", f.ID, err)
		}
	}
	return b.Flush()
}

func writeObject(w io.Writer, o object) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return err
	}
	_, err := w.Write(visible(buf.Bytes()))
	return err
}

// visible writes the characters of JSON strings that change how a terminal
// shows others as escapes: the value is the same and nothing is hidden.
func visible(line []byte) []byte {
	if !bytes.ContainsFunc(line, func(r rune) bool { return r >= 0x7f && hidden(r) }) {
		return line
	}
	out := make([]byte, 0, len(line)+64)
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		switch {
		case r < 0x7f || !hidden(r):
			out = append(out, line[:n]...)
		case r > 0xffff:
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		line = line[n:]
	}
	return out
}

// millis is an event time as OCSF has it; 0 when it is unknown.
func millis(ns int64) int64 { return ns / int64(time.Millisecond) }

func metadata(r *footfall.Run, uid string, profiles ...string) object {
	m := object{
		"version": OCSFVersion, "uid": uid,
		"product": object{"name": "Footfall", "vendor_name": "Footfall", "version": r.Version},
	}
	if len(profiles) > 0 {
		m["profiles"] = profiles
	}
	return m
}

// severity maps levels to severity_id: Informational 1 to Critical 5.
func severity(l footfall.Level) (id int, name string) {
	if l == footfall.LevelUnknown {
		return 0, "Unknown"
	}
	return int(l), [...]string{"Informational", "Low", "Medium", "High", "Critical"}[min(l, footfall.LevelCritical)-1]
}

// base are the attributes that every class has.
func base(r *footfall.Run, class int, name, uid string, l footfall.Level, first, last int64) object {
	id, caption := severity(l)
	return object{
		"activity_id": activityCreate, "activity_name": "Create", "category_uid": categoryFindings, "category_name": "Findings",
		"class_uid": class, "class_name": name, "type_uid": class*100 + activityCreate, "type_name": name + ": Create",
		"severity_id": id, "severity": caption, "status_id": statusNew, "status": "New",
		"time": millis(last), "start_time": millis(first), "end_time": millis(last), "timezone_offset": 0,
		"metadata": metadata(r, uid),
	}
}

func detection(r *footfall.Run, f *footfall.Finding) object {
	o := base(r, classDetection, "Detection Finding", f.ID, f.Level, f.First, f.Last)
	o["message"] = f.Why
	o["finding_info"] = findingInfo(r, f)
	o["risk_score"] = risk(f.Weight)
	o["is_alert"] = f.Level >= footfall.LevelMedium
	o["count"] = max(f.Count, 1)
	if x := observables(withPath(f.Entities, f.Path)); len(x) > 0 {
		o["observables"] = x
	}
	var ev []object
	for _, ref := range f.Evidence[:min(len(f.Evidence), footfall.MaxEvidence)] {
		if d := evidence(r, ref); d != nil {
			ev = append(ev, object{"data": d})
		}
	}
	if len(ev) > 0 {
		o["evidences"] = ev
	}
	own := object{"evidence_total": f.Count, "weight": finite(f.Weight)}
	if f.Innocent != "" {
		own["innocent"] = f.Innocent
	}
	if len(f.Path) > 0 {
		own["path"] = hops(r, f.Path)
	}
	if len(f.Sessions) > 0 {
		own["sessions"] = f.Sessions
	}
	o["unmapped"] = object{"footfall": own}
	return o
}

// risk turns a finding's weight, log-odds, into 0 to 100.
func risk(weight float64) int { return int(math.Round(100 / (1 + math.Exp(-finite(weight))))) }

func finite(w float64) float64 {
	if math.IsNaN(w) || math.IsInf(w, 0) {
		return 0
	}
	return w
}

func findingInfo(r *footfall.Run, f *footfall.Finding) object {
	info := object{
		"uid": f.ID, "title": title(f), "desc": f.Why, "first_seen_time": millis(f.First), "last_seen_time": millis(f.Last),
		"related_events_count": f.Count,
		"product":              object{"name": "Footfall", "vendor_name": "Footfall", "version": r.Version},
	}
	if f.Rule != nil {
		info["analytic"] = analytic(f.Rule)
	}
	if a := attacks(f.Attack); len(a) > 0 {
		info["attacks"] = a
	}
	return info
}

// analytic tells Sigma rules, which name the file that they came from, from
// analytics: types 1 Rule and 2 Behavioral.
func analytic(rule *footfall.Rule) object {
	a := object{"uid": rule.ID, "name": rule.Title, "type_id": 2, "type": "Behavioral"}
	if rule.Source != "" {
		a["type_id"], a["type"], a["category"] = 1, "Rule", "Sigma"
	}
	if rule.Description != "" {
		a["desc"] = rule.Description
	}
	return a
}

// attacks names each technique, and its sub-technique where it is one.
func attacks(list []string) (out []object) {
	for _, t := range list {
		a := object{}
		parent, _, sub := strings.Cut(t, ".")
		a["technique"] = object{"uid": parent}
		if sub {
			a["sub_technique"] = object{"uid": t}
		}
		out = append(out, a)
	}
	return out
}

// withPath adds the ends and accounts of hops to entities.
func withPath(list []footfall.Entity, path []footfall.Hop) []footfall.Entity {
	out := slices.Clone(list)
	end := func(role footfall.Role, name string) {
		kind := "host"
		if _, err := netip.ParseAddr(name); err == nil {
			kind = "address"
		}
		out = append(out, footfall.Entity{Role: role, Kind: kind, Name: name})
	}
	for _, h := range path {
		end(footfall.RoleSource, h.From)
		end(footfall.RoleDestination, h.To)
		out = append(out, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: h.Account})
	}
	return out
}

// observables names every entity once. The type numbers are OCSF's: 1 host
// name, 2 address, 4 user name, 7 file name, 99 other.
func observables(list []footfall.Entity) (out []object) {
	seen := map[footfall.Entity]bool{}
	for _, e := range list {
		if seen[e] || e.Name == "" {
			continue
		}
		seen[e] = true
		id, kind := 99, e.Kind
		switch e.Kind {
		case "host":
			id, kind = 1, "Hostname"
		case "address":
			id, kind = 2, "IP Address"
			if _, err := netip.ParseAddr(e.Name); err != nil {
				id, kind = 1, "Hostname"
			}
		case "account":
			id, kind = 4, "User Name"
		case "file":
			id, kind = 7, "File Name"
		case "":
			kind = "Other"
		}
		out = append(out, object{"name": e.Role.String(), "type_id": id, "type": kind, "value": e.Name})
	}
	return out
}

// evidence is one record as the machine contract has it, nil when its input
// is gone.
func evidence(r *footfall.Run, ref footfall.Ref) object {
	d, rec := place(r, ref)
	if d == nil {
		return nil
	}
	d["raw"] = rec.Raw
	if len(rec.Raw) > maxRaw {
		d["raw"], d["raw_bytes"] = strings.ToValidUTF8(rec.Raw[:maxRaw], ""), len(rec.Raw)
	}
	return d
}

// place says where a record is.
func place(r *footfall.Run, ref footfall.Ref) (object, *footfall.Record) {
	if r.Lookup == nil {
		return nil, nil
	}
	rec, ok := r.Lookup(ref)
	if !ok {
		return nil, nil
	}
	d := object{"input": rec.Input, "offset": rec.Offset, "record": rec.Number, "time": nil}
	if rec.Time != 0 {
		d["time"] = time.Unix(0, rec.Time).UTC().Format(time.RFC3339Nano)
	}
	return d, &rec
}

func places(r *footfall.Run, refs []footfall.Ref) []object {
	out := []object{}
	for _, ref := range refs {
		if d, _ := place(r, ref); d != nil {
			out = append(out, d)
		}
	}
	return out
}

func hops(r *footfall.Run, path []footfall.Hop) []object {
	out := []object{}
	for _, h := range path {
		o := object{
			"time": nil, "source": h.From, "destination": h.To, "account": h.Account,
			"service": h.Service.String(), "outcome": h.Outcome.String(), "evidence": places(r, []footfall.Ref{h.Ref}),
		}
		if h.Time != 0 {
			o["time"] = time.Unix(0, h.Time).UTC().Format(time.RFC3339Nano)
		}
		if h.Switch != "" {
			o["switch"] = h.Switch
		}
		hand(o, h)
		out = append(out, o)
	}
	return out
}

// hopID is the id of a hop as JSON has it: numbers of 64 bits are not safe there.
func hopID(id uint64) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", id)
}

// hand adds to a hop what it went on from, and whose else it can have been.
func hand(o object, h footfall.Hop) {
	if h.ID != 0 {
		o["id"] = hopID(h.ID)
	}
	if h.After != 0 {
		o["after"] = hopID(h.After)
	}
	if h.Of > 0 || h.Shown || h.Sure > 0 {
		o["sure"], o["shown"], o["of"] = bound(h.Sure), h.Shown, h.Of
	}
	if h.Hand != "" {
		o["hand"] = h.Hand
	}
	if len(h.Else) == 0 {
		return
	}
	others := []object{}
	for _, e := range h.Else {
		others = append(others, object{"account": e.Account, "person": e.Person, "from": e.From, "sure": bound(e.Sure)})
	}
	o["else"] = others
}

func incident(r *footfall.Run, c *footfall.Case) object {
	o := base(r, classIncident, "Incident Finding", c.ID, c.Level, c.First, c.Last)
	o["metadata"] = metadata(r, c.ID, "incident")
	o["message"], o["desc"] = c.Title, c.Sentence
	o["confidence_score"] = c.Score
	infos := []object{}
	for _, f := range c.Findings {
		infos = append(infos, findingInfo(r, f))
	}
	o["finding_info_list"] = infos
	if a := attacks(c.Attack); len(a) > 0 {
		o["attacks"] = a
	}
	if x := observables(withPath(c.Entities, c.Path)); len(x) > 0 {
		o["observables"] = x
	}
	// An incident must name who has it: those to whom it is escalated, or the
	// first tier.
	o["assignee_group"] = object{"name": cmp.Or(c.Decision.To, "L1")}
	o["unmapped"] = object{"footfall": caseOf(r, c)}
	worked(o, c)
	return o
}

func caseOf(r *footfall.Run, c *footfall.Case) object {
	questions, reasons, tasks, plan := []object{}, []object{}, []object{}, []object{}
	for _, q := range c.Questions {
		questions = append(questions, object{
			"id": q.ID, "ask": q.Ask, "tier": q.Tier, "verdict": q.Verdict.String(), "text": q.Text, "why": q.Why,
			"speaks_for_abuse": q.Abuse, "sure": bound(q.Sure), "history_days": q.Span.Days, "takes": list(q.Takes), "to_find_out": q.Unknown,
			"evidence": places(r, q.Evidence),
		})
	}
	for _, g := range c.Decision.Reasons {
		reasons = append(reasons, object{
			"id": g.ID, "because": g.Because, "if": g.If, "state": g.State, "to": g.To, "level": g.Level.String(), "text": g.Text,
		})
	}
	for _, t := range c.Tasks {
		tasks = append(tasks, object{"id": t.ID, "tier": t.Tier, "text": t.Text, "state": t.State, "note": t.Note, "who": t.Who})
	}
	for _, a := range c.Plan {
		plan = append(plan, object{
			"id": a.ID, "verb": a.Verb, "target": object{"role": a.On.Role.String(), "kind": a.On.Kind, "name": a.On.Name},
			"for": a.For, "undo": a.Undo, "approval": a.Approval, "reason": a.Reason, "blast": a.Blast, "references": list(a.References),
		})
	}
	o := object{
		"title": c.Title, "sentence": c.Sentence, "level": c.Level.String(), "score": c.Score, "score_text": c.ScoreText,
		"aliases": list(c.Aliases), "playbooks": list(c.Playbooks), "path": hops(r, c.Path), "questions": questions, "tasks": tasks,
		"plan": plan, "health": list(c.Health),
		"decision": object{
			"escalate": c.Decision.Escalate, "to": c.Decision.To, "urgency": c.Decision.Urgency, "reasons": reasons,
		},
	}
	return o
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Stats returns the counts of a run as JSON, as the command line's --stats
// writes them.
func Stats(r *footfall.Run) []byte {
	inputs := []object{}
	for _, in := range r.Inputs {
		reasons := []object{}
		for _, why := range in.Reasons {
			reasons = append(reasons, object{"reason": why.Reason, "count": why.Count, "offset": why.Offset})
		}
		inputs = append(inputs, object{
			"path": in.Path, "format": in.Format, "state": in.State, "records": in.Records, "unread": in.Unread, "reasons": reasons,
			"sure": in.Sure, "rival": in.Rival,
		})
	}
	health := []object{}
	for _, h := range r.Health {
		health = append(health, object{"row": h.ID, "state": h.State, "why": h.Why})
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(object{
		"health":  health,
		"version": r.Version, "seconds": finite(r.Seconds), "inputs": inputs, "events": counted(r.Events), "findings": counted(r.Hits),
		"cases": len(r.Cases), "peak_bytes": r.Peak,
	})
	if err != nil {
		panic("BUG: counts that are no JSON: " + err.Error())
	}
	return visible(buf.Bytes())
}

func counted(m map[string]int64) map[string]int64 {
	if m == nil {
		return map[string]int64{}
	}
	return m
}
