package emulate

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// A truth is what really stands behind a record.
type truth struct {
	what    string // logon, failure, ticket, explicit, reconnect, vpn, cloud, connection, privilege
	session *session
}

// Truths are the files that say so, in files of their own: nothing in the
// logs tells which records they are about.
type truths struct {
	logons, sessions, leases *logFile
	buf                      []byte
	count                    int64
	dir                      string
}

func openTruths(dir string) (*truths, error) {
	t := &truths{dir: filepath.Join(dir, "truth")}
	var err [3]error
	t.logons, err[0] = openFile(filepath.Join(t.dir, "logons.ndjson.gz"))
	t.sessions, err[1] = openFile(filepath.Join(t.dir, "sessions.ndjson.gz"))
	t.leases, err[2] = openFile(filepath.Join(t.dir, "leases.ndjson"))
	return t, errors.Join(err[:]...)
}

func (t *truths) close() error {
	return errors.Join(t.logons.close(), t.sessions.close(), t.leases.close())
}

// object appends members to a JSON object.
type object []byte

func (o object) text(name, v string) object {
	if v == "" {
		return o
	}
	return append(appendJSON(o.name(name), v), ',')
}

func (o object) number(name string, v uint64) object {
	return append(strconv.AppendUint(o.name(name), v, 10), ',')
}

func (o object) time(name string, m moment) object {
	o = append(o.name(name), '"')
	return append(appendTime(o, m, 'T', 9), 'Z', '"', ',')
}

func (o object) name(name string) object {
	return append(append(append(o, '"'), name...), '"', ':')
}

func (o object) end() object {
	o[len(o)-1] = '}'
	return append(o, '\n')
}

// logon tells about one record of a log: of what people and programs do, those
// about sessions, and of campaigns each. One about nothing in particular is a trace.
func (t *truths) logon(r *record, input string, line int, offset int64) {
	if t == nil {
		return
	}
	t.count++
	x, what := r.truth.session, r.truth.what
	if what == "" {
		x, what = &session{}, "trace"
	}
	o := append(object(t.buf[:0]), '{').text("input", input).number("line", uint64(line)).number("offset", uint64(offset))
	if r.number != 0 {
		o = o.number("record", r.number)
	} else {
		o = o.number("record", uint64(line))
	}
	o = o.time("time", r.at).text("what", what)
	if r.event != 0 {
		o = o.number("event", uint64(r.event))
	}
	if r.again {
		o = append(o.name("again"), "true,"...)
	}
	o = o.text("host", r.host.id)
	if x.id != 0 {
		o = o.number("session", x.id)
		if x.parent != nil {
			o = o.number("parent", x.parent.id)
		}
		o = o.number("root", x.root().id)
	}
	if r.truth.what != "" {
		o = x.who(o)
	}
	if r.campaign != nil {
		o = o.text("campaign", r.campaign.id)
	}
	o = o.end()
	t.logons.bytes(o)
	t.buf = o
}

// who says what a session and its attempts have in common.
func (x *session) who(o object) object {
	if x.person != nil {
		o = o.text("person", x.person.id)
	}
	o = o.text("account", x.account.String())
	if x.from != nil {
		o = o.text("from", x.from.id)
	}
	if x.to != nil {
		o = o.text("to", x.to.id)
	}
	return o.text("service", x.service).text("why", x.why)
}

func (t *truths) session(x *session, until moment, open bool) {
	if t == nil {
		return
	}
	o := append(object(t.buf[:0]), '{').number("session", x.id)
	if x.parent != nil {
		o = o.number("parent", x.parent.id)
	}
	o = x.who(o.number("root", x.root().id)).time("from_time", x.began)
	if !open {
		o = o.time("until", until)
	}
	if x.campaign != nil {
		o = o.text("campaign", x.campaign.id)
	}
	o = o.end()
	t.sessions.bytes(o)
	t.buf = o
}

func (t *truths) lease(a netip.Addr, h *host, from, until moment, by string) {
	if t == nil {
		return
	}
	o := append(object(t.buf[:0]), '{').text("address", a.String()).text("host", h.id)
	if h.owner != nil {
		o = o.text("owner", h.owner.id)
	}
	o = o.time("from", from).time("until", until).text("by", by).end()
	t.leases.bytes(o)
	t.buf = o
}

// list writes one of the tables that are known when all is over.
func (t *truths) list(name string, rows []any) error {
	f, err := os.Create(filepath.Join(t.dir, name))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, r := range rows {
		err = errors.Join(err, enc.Encode(r))
	}
	return errors.Join(err, f.Close())
}

type hostRow struct {
	Host    string      `json:"host"`
	Role    string      `json:"role"`
	Windows bool        `json:"windows"`
	Site    string      `json:"site,omitempty"`
	System  string      `json:"system,omitempty"`
	Owner   string      `json:"owner,omitempty"`
	Address string      `json:"address,omitempty"`
	MAC     string      `json:"mac"`
	Names   []namingRow `json:"names"`
	Silent  bool        `json:"silent"`
	Skew    float64     `json:"skew_seconds"`
	Born    time.Time   `json:"born"`
	Gone    *time.Time  `json:"gone,omitempty"`
}

type namingRow struct {
	Name string    `json:"name"`
	From time.Time `json:"from"`
}

type personRow struct {
	Person   string     `json:"person"`
	Name     string     `json:"name"`
	Role     string     `json:"role"`
	Team     string     `json:"team"`
	Site     string     `json:"site"`
	Computer string     `json:"computer,omitempty"`
	Accounts []string   `json:"accounts"`
	Hired    *time.Time `json:"hired,omitempty"`
	Left     *time.Time `json:"left,omitempty"`
}

// tables writes who and what there was.
func (s *sim) tables() error {
	var hosts, people []any
	for _, h := range slices.Concat(s.world.hosts, s.machines) {
		r := hostRow{
			Host: h.id, Role: hostRoles[h.role], Windows: h.windows, Site: h.site.code, MAC: h.macText(":"),
			Silent: h.silent, Skew: h.skew.Seconds(), Born: h.born.utc(), Gone: known(h.gone),
		}
		if h.static {
			r.Address = h.addr.String()
		}
		if h.system != nil {
			r.System = h.system.name
		}
		if h.owner != nil {
			r.Owner = h.owner.id
		}
		for _, n := range h.names {
			r.Names = append(r.Names, namingRow{n.name, n.from.utc()})
		}
		hosts = append(hosts, r)
	}
	for _, p := range s.world.people {
		r := personRow{
			Person: p.id, Name: p.name(), Role: p.role.String(), Team: p.team.name, Site: p.site.code,
			Accounts: p.accounts(), Hired: known(p.hired), Left: known(p.left),
		}
		if p.place != nil {
			r.Computer = p.place.id
		}
		people = append(people, r)
	}
	return errors.Join(s.truth.list("hosts.ndjson", hosts), s.truth.list("people.ndjson", people))
}

func known(m moment) *time.Time {
	if m == 0 {
		return nil
	}
	t := m.utc()
	return &t
}

func (p *person) accounts() []string {
	out := []string{p.account.String()}
	for _, a := range []*account{p.admin, p.domain} {
		if a != nil {
			out = append(out, a.String())
		}
	}
	return out
}
