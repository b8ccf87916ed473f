package mapped

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// A file is the YAML form of a mapping.
type file struct {
	Name            string            `yaml:"name" doc:"the format's name in all output: letters, digits and -"`
	Format          string            `yaml:"format" doc:"json, csv (with a header record) or kv (key=value)"`
	Match           map[string]string `yaml:"match" doc:"fields that must have these values; other records count as not understood"`
	Time            field             `yaml:"time" doc:"field of the time, or {field, layout, zone}; layout is unix, unix-ms, unix-us, unix-ns or one of Go's time package (02.01.2006 15:04:05); without one ISO and syslog stamps are read"`
	Source          string            `yaml:"source" doc:"field of the client: address, host name, or either with :port"`
	SourcePort      string            `yaml:"source_port" doc:"field of its port"`
	Destination     string            `yaml:"destination" doc:"field of the server: address, host name, or either with :port"`
	DestinationPort string            `yaml:"destination_port" doc:"field of its port"`
	User            string            `yaml:"user" doc:"field of the account"`
	Domain          string            `yaml:"domain" doc:"field of its domain, when apart"`
	Target          string            `yaml:"target" doc:"field of the account that is acted upon"`
	Host            string            `yaml:"host" doc:"field of the host that wrote the record"`
	Session         string            `yaml:"session" doc:"field that ties a logon to its logoff"`
	Object          string            `yaml:"object" doc:"field of what is acted on: share, key, application"`
	Client          string            `yaml:"client" doc:"field of the client's own name for itself: device, agent"`
	Assigned        string            `yaml:"assigned" doc:"field of the inner address that a VPN gave"`
	Command         string            `yaml:"command" doc:"field of a command line"`
	Kind            field             `yaml:"kind" doc:"what a record is about: a kind (logon, logoff, connection, ...), or {field, values, default}; logon when nothing is said"`
	Service         field             `yaml:"service" doc:"a service (ssh, rdp, vpn, ...), or {field, values, default}"`
	Outcome         field             `yaml:"outcome" doc:"success or failure, or {field, values, default}; without values success and failure are known by the usual words"`
	Auth            field             `yaml:"auth" doc:"how identity was proved (password, key, ...), or {field, values, default}"`
	MFA             field             `yaml:"mfa" doc:"the second factor (used, absent, denied), or {field, values, default}"`
}

// A field is a name alone, or a mapping with more.
type field struct {
	Field   string            `yaml:"field"`
	Layout  string            `yaml:"layout"`
	Zone    string            `yaml:"zone"`
	Values  map[string]string `yaml:"values"`
	Default string            `yaml:"default"`
	plain   string
}

// UnmarshalYAML takes a name alone too.
func (f *field) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.Scalar {
		f.plain = n.Value
		return nil
	}
	if n.Kind != yaml.Mapping {
		return fmt.Errorf("line %d: a name or a mapping is due", n.Line)
	}
	known := []string{"field", "layout", "zone", "values", "default"}
	for i := 0; i < len(n.Content); i += 2 {
		if k := n.Content[i]; !slices.Contains(known, k.Value) {
			return fmt.Errorf("line %d: %q is not one of %v", k.Line, k.Value, known)
		}
	}
	type bare field
	return n.Decode((*bare)(f))
}

var (
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	// usual are the words that most logs use for how it came out.
	usual = map[string]string{
		"success": "success", "successful": "success", "succeeded": "success", "ok": "success", "accept": "success", "accepted": "success", "allow": "success",
		"allowed": "success", "pass": "success", "passed": "success", "permit": "success", "granted": "success", "true": "success", "yes": "success",
		"failure": "failure", "failed": "failure", "fail": "failure", "error": "failure", "deny": "failure", "denied": "failure", "reject": "failure",
		"rejected": "failure", "block": "failure", "blocked": "failure", "drop": "failure", "invalid": "failure", "false": "failure", "no": "failure",
	}
)

func parse(data []byte) (*plan, *file, error) {
	var f file
	if err := yaml.Strict(data, &f); err != nil {
		return nil, nil, err
	}
	if !nameForm.MatchString(f.Name) {
		return nil, nil, fmt.Errorf("name: %q is not made of small letters, digits and -", f.Name)
	}
	if !slices.Contains([]string{"json", "csv", "kv"}, f.Format) {
		return nil, nil, fmt.Errorf("format: %q is not json, csv or kv", f.Format)
	}
	p := &plan{}
	p.paths = [slots]string{
		source: f.Source, sourcePort: f.SourcePort, destination: f.Destination, destinationPort: f.DestinationPort, user: f.User, domain: f.Domain,
		target: f.Target, host: f.Host, session: f.Session, object: f.Object, client: f.Client, assigned: f.Assigned, command: f.Command,
	}
	if err := p.times(f.Time); err != nil {
		return nil, nil, fmt.Errorf("time: %w", err)
	}
	if err := p.vocabulary(&f); err != nil {
		return nil, nil, err
	}
	p.fields = []string{p.paths[when]}
	for i, path := range p.paths {
		switch {
		case path == "" || i == when:
		case strings.ContainsAny(path, "|") || strings.HasSuffix(path, "[]"):
			return nil, nil, fmt.Errorf("%q is not the name of a field", path)
		case !slices.Contains(p.fields, path):
			p.fields = append(p.fields, path)
		}
	}
	for name, value := range f.Match {
		p.match = append(p.match, pair{name, value})
	}
	slices.SortFunc(p.match, func(a, b pair) int { return strings.Compare(a.field, b.field) })
	if len(p.fields) < 2 {
		return nil, nil, errors.New("no field but the time is named")
	}
	return p, &f, nil
}

func (p *plan) times(f field) error {
	p.paths[when], p.layout = f.Field+f.plain, f.Layout
	if p.paths[when] == "" {
		return errors.New("the field of the time is not named")
	}
	switch f.Layout {
	case "", "unix", "unix-ms", "unix-us", "unix-ns":
	default:
		at := time.Date(2031, 11, 29, 22, 43, 54, 0, time.UTC)
		back, err := time.Parse(f.Layout, at.Format(f.Layout))
		if err != nil || back.YearDay() != at.YearDay() {
			return fmt.Errorf("layout: %q does not hold a date and a time as Go's time package writes them (2006-01-02 15:04:05)", f.Layout)
		}
	}
	if f.Zone != "" {
		var err error
		if p.zone, err = time.LoadLocation(f.Zone); err != nil {
			return fmt.Errorf("zone: %w", err)
		}
	}
	if len(f.Values) > 0 || f.Default != "" {
		return errors.New("values and default are not for times")
	}
	return nil
}

// vocabulary makes the words of the keys that stand for one of the program's.
func (p *plan) vocabulary(f *file) error {
	if f.Kind.Field+f.Kind.plain == "" {
		f.Kind.plain = "logon"
	}
	if f.Outcome.Field != "" && len(f.Outcome.Values) == 0 {
		f.Outcome.Values = usual
	}
	for _, x := range []struct {
		key  string
		slot int
		f    field
		read func(string) (uint8, error)
	}{
		{"kind", kind, f.Kind, byName(footfall.ParseKind)},
		{"service", service, f.Service, byName(footfall.ParseService)},
		{"outcome", outcome, f.Outcome, byName(footfall.ParseOutcome)},
		{"auth", auth, f.Auth, byName(footfall.ParseAuth)},
		{"mfa", mfa, f.MFA, byName(footfall.ParseMFA)},
	} {
		if err := p.word(x.slot, x.f, x.read); err != nil {
			return fmt.Errorf("%s: %w", x.key, err)
		}
	}
	return nil
}

func byName[T ~uint8](read func(string) (T, error)) func(string) (uint8, error) {
	return func(s string) (uint8, error) {
		v, err := read(s)
		return uint8(v), err
	}
}

func (p *plan) word(slot int, f field, read func(string) (uint8, error)) (err error) {
	w := &p.words[slot]
	if f.plain != "" {
		w.fixed, err = read(f.plain)
		return err
	}
	if f.Field == "" {
		return nil
	}
	if len(f.Values) == 0 {
		return fmt.Errorf("values: what the values of %q mean is not said", f.Field)
	}
	if f.Layout != "" || f.Zone != "" {
		return errors.New("layout and zone are for times")
	}
	p.paths[slot], w.values = f.Field, map[string]uint8{}
	for value, name := range f.Values {
		x, err := read(name)
		if err != nil {
			return fmt.Errorf("values.%s: %w", value, err)
		}
		w.values[value], w.values[strings.ToLower(value)] = x, x
	}
	if f.Default != "" {
		w.other, err = read(f.Default)
	}
	return err
}
