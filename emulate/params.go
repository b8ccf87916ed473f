package emulate

import "time"

// Params are what makes one company different from another. Each is drawn
// once for a seed from a range, never set, so that nothing which looks for
// patterns can be built upon a value of the generator's.
type params struct {
	short  string // NetBIOS name of the domain
	realm  string // DNS name
	logins int    // style of account names
	vpn    int    // product of the first gateway

	silent     float64 // share of hosts whose logs are not collected
	skewed     float64 // share of hosts whose clocks are off
	windows    float64 // share of servers that run Windows
	jumping    float64 // share of admins' ways that go through a bastion
	homework   float64 // mean share of days at home
	typos      float64 // mistakes in a password, per time that one is typed
	ntlm       float64 // share of network logons that fall back to NTLM
	joining    float64 // joiners and leavers, share of people in 30 days
	sick       float64 // share of days
	powerful   float64 // share of people who administer their own computer
	travel     float64 // share of days at another site
	sleepers   float64 // share of people who lock and sleep instead of logging off
	sensor     float64 // share of sites with a network sensor
	admins     float64 // share of admins' logons to Windows with a typed second account
	direct     float64 // share of developers' SSH that goes without bastion
	fullTunnel bool    // cloud services are reached through the VPN too

	// The same in all companies but those of another shape.
	terminals float64 // share of work with files that is done on a terminal server instead
	onward    float64 // share of visits that go on to the next host
	mesh      float64 // share of those that leave the system
	asRoot    float64 // share of those that arrive as root
	taking    float64 // share of visits beside which another account is taken at home
	personal  bool    // all technical people have a second account
	clouded   float64 // share of Unix systems that are in the cloud
	unixDesks float64 // share of developers' computers that run Unix
	shells    float64 // share of uses of the cloud that open a terminal there
	consoles  float64 // uses of the cloud, times what is usual
	switches  float64 // work under second accounts, times what is usual
	churn     float64 // people and hosts that come and go, times what is usual

	wiredLease, wifiLease time.Duration
	refresh               time.Duration // between Kerberos renewals of machines
	shareIdle             time.Duration // after which a file server drops a session
	ticketGap             time.Duration // mean time between tickets of one system
	incidentGap           time.Duration // mean time between incidents of one system
	farIdle               time.Duration // a disconnected remote desktop is logged off after that
	outageGap             time.Duration // mean time between outages of a collector
	mistakes              time.Duration // mean time between logons to the wrong host, per admin
	passwordAge           time.Duration
}

var companies = []string{"harrow", "tamar", "lindal", "corvan", "oresund", "meridel", "pelham", "sandvik-ost", "brenta", "calder"}

func drawParams(seed uint64) params {
	d := newDice(seed, "params")
	p := params{logins: d.IntN(4), vpn: d.IntN(3), fullTunnel: d.chance(0.5)}
	p.realm = pick(d, companies) + ".example"
	p.short = shortName(p.realm)
	p.silent = d.between(0.02, 0.20)
	p.skewed = d.between(0.01, 0.08)
	p.windows = d.between(0.25, 0.65)
	p.jumping = d.between(0.3, 0.95)
	p.homework = d.between(0.10, 0.5)
	p.typos = d.between(0.01, 0.05)
	p.ntlm = d.between(0.02, 0.12)
	p.joining = d.between(0.01, 0.02)
	p.sick = d.between(0.02, 0.06)
	p.powerful = d.between(0.03, 0.4)
	p.travel = d.between(0.003, 0.03)
	p.sleepers = d.between(0.2, 0.7)
	p.sensor = d.between(0.5, 1)
	p.admins = d.between(0.4, 0.9)
	p.direct = d.between(0.1, 0.7)
	p.wiredLease = d.span(3*time.Hour, 31*time.Hour)
	p.wifiLease = d.span(35*time.Minute, 11*time.Hour)
	p.refresh = d.span(5*time.Hour, 11*time.Hour)
	p.shareIdle = d.span(8*time.Minute, 40*time.Minute)
	p.ticketGap = d.span(2*24*time.Hour, 8*24*time.Hour)
	p.incidentGap = d.span(20*24*time.Hour, 70*24*time.Hour)
	p.farIdle = d.span(70*time.Minute, 60*time.Hour)
	p.outageGap = d.span(6*24*time.Hour, 40*24*time.Hour)
	p.mistakes = d.span(3*24*time.Hour, 15*24*time.Hour)
	p.passwordAge = d.span(50*24*time.Hour, 170*24*time.Hour)
	return p
}

func shortName(realm string) string {
	b := []byte{}
	for i := 0; i < len(realm) && realm[i] != '.'; i++ {
		if c := realm[i]; c >= 'a' && c <= 'z' {
			b = append(b, c-'a'+'A')
		}
	}
	return string(b)
}
