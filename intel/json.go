package intel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// json reads a STIX bundle, or MISP's events or attributes.
func (l *List) json(data []byte) error {
	if bytes.TrimLeft(data, " \t\r\n")[0] == '[' {
		var events []mispFile
		if err := decode(data, &events); err != nil {
			return err
		}
		return l.events(events)
	}
	var kind struct {
		Type string `json:"type"`
	}
	if err := decode(data, &kind); err != nil {
		return err
	}
	if kind.Type == "bundle" {
		l.Format = "stix"
		return l.bundle(data)
	}
	var f mispFile
	if err := decode(data, &f); err != nil {
		return err
	}
	return l.events([]mispFile{f})
}

// decode is json.Unmarshal with the line of what is wrong.
func decode(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n")), err)
	case errors.As(err, &typed):
		return fmt.Errorf("line %d: %s is %s", 1+bytes.Count(data[:min(int(typed.Offset), len(data))], []byte("\n")), typed.Field, typed.Value)
	}
	return err
}

// A stixObject is an indicator, or an identity that made one (STIX 2.1,
// sections 4.7 and 4.5).
type stixObject struct {
	Type        string          `json:"type"`
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Pattern     string          `json:"pattern"`
	PatternType string          `json:"pattern_type"`
	Types       []string        `json:"indicator_types"`
	Labels      []string        `json:"labels"`
	From        string          `json:"valid_from"`
	Until       string          `json:"valid_until"`
	Confidence  json.RawMessage `json:"confidence"`
	By          string          `json:"created_by_ref"`
	Revoked     bool            `json:"revoked"`
}

func (l *List) bundle(data []byte) error {
	var b struct {
		Objects []json.RawMessage `json:"objects"`
	}
	if err := decode(data, &b); err != nil {
		return err
	}
	who := map[string]string{}
	var indicators []stixObject
	for i, raw := range b.Objects {
		var kind struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(raw, &kind) != nil || kind.Type != "indicator" && kind.Type != "identity" {
			continue
		}
		var o stixObject
		if err := decode(raw, &o); err != nil {
			return fmt.Errorf("objects[%d]: %w", i, err)
		}
		if o.Type == "identity" {
			who[o.ID] = o.Name
		} else {
			indicators = append(indicators, o)
		}
	}
	for i := range indicators {
		if err := l.indicator(&indicators[i], who); err != nil {
			l.doubt(0, err)
		}
	}
	return nil
}

func (l *List) indicator(o *stixObject, who map[string]string) error {
	if o.Revoked {
		return errRevoked
	}
	list, ok := pattern(o.Pattern)
	if !ok || o.PatternType != "" && o.PatternType != "stix" {
		return errPattern
	}
	m := meta{kind: kindOf(append(o.Types, o.Labels...)...), source: short(who[o.By]), text: short(o.Name), confidence: confidence(string(o.Confidence))}
	if m.text == "" {
		m.text = short(o.Description)
	}
	var err error
	if m.from, err = instant(o.From); err != nil {
		return err
	}
	if m.until, err = instant(o.Until); err != nil {
		return err
	}
	// A pattern of which a part is unknown still says "one of these".
	for _, c := range list {
		for _, v := range c.values {
			if e := l.observable(c.path, v, m); e != nil {
				err = e
			}
		}
	}
	return err
}

// observable takes a value by its path among STIX's cyber-observables.
func (l *List) observable(path, value string, m meta) error {
	switch path {
	case "ipv4-addr:value", "ipv6-addr:value", "network-traffic:src_ref.value":
		return l.add(value, m)
	case "domain-name:value":
		return l.typed("domain", value, true, m)
	case "file:hashes.SHA-256", "file:hashes.SHA256", "file:hashes.MD5":
		if m.kind == harmless {
			return errHarm
		}
		key := fingerprint(value)
		if key == "" {
			key = hexKey(value)
		}
		if key == "" {
			return errEntry
		}
		l.put(key, false, m)
		return nil
	}
	return errType
}

// A mispFile is an event as MISP exports it, or the answer of its search.
type mispFile struct {
	Event    *mispEvent      `json:"Event"`
	Response json.RawMessage `json:"response"`
}

type mispEvent struct {
	Info string `json:"info"`
	Orgc struct {
		Name string `json:"name"`
	} `json:"Orgc"`
	Attribute []mispAttribute `json:"Attribute"`
	Object    []struct {
		Attribute []mispAttribute `json:"Attribute"`
	} `json:"Object"`
	Tag []mispTag `json:"Tag"`
}

type mispTag struct {
	Name string `json:"name"`
}

type mispAttribute struct {
	Type    string    `json:"type"`
	Value   string    `json:"value"`
	ToIDS   loose     `json:"to_ids"`
	Deleted loose     `json:"deleted"`
	First   loose     `json:"first_seen"`
	Last    loose     `json:"last_seen"`
	Comment string    `json:"comment"`
	Tag     []mispTag `json:"Tag"`
}

// A loose is a value that versions write as a string, a number or a bool.
type loose string

// UnmarshalJSON keeps the value as text; null is none.
func (v *loose) UnmarshalJSON(b []byte) error {
	if *v = loose(strings.Trim(string(b), `"`)); *v == "null" {
		*v = ""
	}
	return nil
}

func (v loose) yes() bool { return v == "true" || v == "1" }

func (l *List) events(files []mispFile) error {
	l.Format = "misp"
	known := false
	for _, f := range files {
		if f.Event != nil {
			known = true
			l.event(f.Event)
		}
		if len(f.Response) == 0 {
			continue
		}
		known = true
		var attributes mispEvent
		if f.Response[0] == '[' {
			var inner []mispFile
			if err := decode(f.Response, &inner); err != nil {
				return fmt.Errorf("response: %w", err)
			}
			for _, i := range inner {
				if i.Event != nil {
					l.event(i.Event)
				}
			}
		} else if err := decode(f.Response, &attributes); err != nil {
			return fmt.Errorf("response: %w", err)
		}
		l.event(&attributes)
	}
	if !known && len(files) > 0 {
		return errors.New("line 1: JSON that is neither a STIX bundle nor a MISP event")
	}
	return nil
}

func (l *List) event(e *mispEvent) {
	for i := range e.Attribute {
		if err := l.attribute(&e.Attribute[i], e); err != nil {
			l.doubt(0, err)
		}
	}
	for _, o := range e.Object {
		for i := range o.Attribute {
			if err := l.attribute(&o.Attribute[i], e); err != nil {
				l.doubt(0, err)
			}
		}
	}
}

// unsure is the confidence of an attribute that its author does not mean for
// detection (to_ids not set).
const unsure = 20

// attribute takes one indicator. Times of sightings bound its validity, as in
// MISP's own conversion to STIX.
func (l *List) attribute(a *mispAttribute, e *mispEvent) error {
	if a.Deleted.yes() {
		return errRevoked
	}
	switch a.Type {
	case "ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "hostname", "hostname|port", "domain", "ssh-fingerprint":
	case "domain|ip":
		domain, ip, _ := strings.Cut(a.Value, "|")
		one, two := *a, *a
		one.Type, one.Value, two.Type, two.Value = "domain", domain, "ip-dst", ip
		return errors.Join(l.attribute(&one, e), l.attribute(&two, e))
	default:
		return errType
	}
	m := meta{source: short(e.Orgc.Name), text: short(a.Comment), confidence: -1}
	if m.text == "" {
		m.text = short(e.Info)
	}
	words := []string{}
	for _, t := range append(append([]mispTag(nil), e.Tag...), a.Tag...) {
		if rest, ok := strings.CutPrefix(t.Name, "misp:confidence-level="); ok {
			m.confidence = mispConfidence(strings.Trim(rest, `"`))
		} else {
			words = append(words, t.Name)
		}
	}
	m.kind = kindOf(words...)
	if !a.ToIDS.yes() && (m.confidence < 0 || m.confidence > unsure) {
		m.confidence = unsure
	}
	var err error
	if m.from, err = instant(string(a.First)); err != nil {
		return err
	}
	if m.until, err = instant(string(a.Last)); err != nil {
		return err
	}
	if m.until <= m.from {
		m.until = 0
	}
	return l.typed(a.Type, a.Value, false, m)
}

// mispConfidence is a level of the taxonomy "misp" by its numerical value.
func mispConfidence(s string) int8 {
	switch s {
	case "completely-confident":
		return 100
	case "usually-confident":
		return 75
	case "fairly-confident":
		return 50
	case "rarely-confident":
		return 25
	case "unconfident":
		return 0
	}
	return -1
}
