package emulate

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// A role is what a person does all day; work follows from it.
type role uint8

const (
	office role = iota + 1
	sales
	finance
	shift
	support
	developer
	windowsAdmin
	linuxAdmin
	helpdesk
	networkAdmin
	databaseAdmin
	security
	vendor
)

var roleNames = [...]string{
	office: "office", sales: "sales", finance: "finance", shift: "shift", support: "support", developer: "developer",
	windowsAdmin: "windows-admin", linuxAdmin: "linux-admin", helpdesk: "helpdesk", networkAdmin: "network-admin",
	databaseAdmin: "database-admin", security: "security", vendor: "vendor",
}

func (r role) String() string { return roleNames[r] }

// technical people have systems in their care and are on call.
func (r role) technical() bool { return r >= developer && r <= security && r != helpdesk }

// A site is a place of the company with its networks and collectors.
type site struct {
	code                                     string
	zone                                     *time.Location
	number                                   int
	main                                     bool       // the data centre is here
	shifts                                   bool       // people work around the clock
	oneWord                                  bool       // the local administrator's password is the same on all computers
	nat                                      netip.Addr // the address that all of the site has elsewhere
	egress                                   netip.Addr // its address on the Internet
	servers                                  *network
	wired                                    []*network
	wifi                                     *network
	dhcp                                     *host
	sensor                                   bool
	sensed                                   *source // the sensor's log
	tap                                      *host
	stations, machines, domain, unix, leases *source // collectors
	controllers,
	files []*host
	kiosks []*host
}

// A system is something that the company runs: hosts of one purpose.
type system struct {
	name    string
	hosts   []*host
	owner   *team
	windows bool
	grave   int // 0 to 2, 0 the most important
	cloud   bool
	shared  bool    // its owners administer it with their everyday accounts
	deploys float64 // releases a working day
	service *account
}

type team struct {
	name    string
	role    role
	site    *site
	members []*person
	systems []*system
	share   *host // file server
	// through is whether its people take the bastion.
	through bool
}

// A person is somebody with a job, a way of working, and accounts.
type person struct {
	id, given, family string
	role              role
	team              *team
	site              *site
	place             *host // own computer; nil for those who share
	account           *account
	admin, domain     *account // a second and a third account, of administrators
	projects          []*host
	starts            time.Duration // of the local day
	hours             time.Duration
	home              float64 // share of days at home
	sleeper           bool
	powerful          bool // administrator of the own computer
	roams             bool // takes the computer to meetings
	weekends          float64
	habit             int // which of the shift's thirds
	outside, phone    netip.Addr
	hired, left       moment // 0: was there before, is there after
	away              moment // on leave until then
	token             string // of single sign-on

	// Today.
	present  bool
	until    moment
	desk     *session // the interactive session
	nextWord moment   // when the password expires
}

func (p *person) name() string { return p.given + " " + p.family }

// active tells whether the person is with the company then.
func (p *person) active(at moment) bool {
	return p.hired <= at && (p.left == 0 || at < p.left)
}

// An account is what logs on.
type account struct {
	name   string
	domain string // NetBIOS name, or the host's for a local one
	sid    string
	uid    int
	person *person // nil for machines and services
	kind   accountKind
	admin  bool // member of an administrators' group on hosts in its care
	key    string
	off    bool
	words  int // passwords so far
}

type accountKind uint8

const (
	human accountKind = iota + 1
	machine
	service
	local
)

func (a *account) String() string {
	if a.domain == "" {
		return a.name
	}
	return a.domain + `\` + a.name
}

// A world is the company: who and what there is. The simulation changes it.
type world struct {
	p       params
	dice    *dice
	sites   []*site
	hosts   []*host
	people  []*person
	teams   []*team
	systems []*system

	bastions, jumps, terminals []*host
	backup, scanner, config    *host
	deploy, monitor            *host
	git, runners               []*host
	saas                       *host // stands for services on the Internet
	gateways                   []*gateway
	cloud                      []*cloudAccount
	programs

	logins    logins
	named     map[string]bool // names of hosts that are taken
	sid, uid  int             // the last ones given
	macs      int
	outsides  int
	computers int
	first     moment
	err       error
}

// Programs are the accounts that no person has, and root.
type programs struct {
	backupAccount, scanAccount, deployAccount *account
	ansible, monitorAccount, patchAccount     *account
	root, gitAccount, glass, sync             *account
}

// zone is a time zone; without a table of zones there can be no world.
func (w *world) zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		w.err = errors.Join(w.err, err)
		return time.UTC
	}
	return z
}

func (w *world) newSID() string {
	w.sid += w.dice.number(1, 3)
	return fmt.Sprintf("S-1-5-21-%d-%d-%d-%d", 1004336348, 1177238915, 682003330, w.sid)
}

func (w *world) newAccount(name string, kind accountKind) *account {
	w.uid++
	a := &account{name: name, domain: w.p.short, sid: w.newSID(), uid: w.uid, kind: kind}
	a.key = w.fingerprint()
	return a
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func (w *world) fingerprint() string {
	b := make([]byte, 43)
	for i := range b {
		b[i] = base64[w.dice.IntN(64)]
	}
	return "SHA256:" + string(b)
}

func (w *world) hex(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[w.dice.IntN(16)]
	}
	return string(b)
}

func addr4(a, b, c, d int) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(a), byte(b), byte(c), byte(d)})
}

// newOutside is an address on the Internet. They are those that RFC 2544 sets
// aside for tests, so that nobody's real address stands in the logs.
func (w *world) newOutside() netip.Addr {
	if w.outsides > 10 && w.dice.chance(0.15) { // carriers put many behind one
		n := w.dice.IntN(w.outsides)
		return addr4(198, 18+n>>16&1, n>>8&255, n&255)
	}
	w.outsides += w.dice.number(1, 9)
	return addr4(198, 18+w.outsides>>16&1, w.outsides>>8&255, w.outsides&255)
}
