package emulate_test

import (
	"testing"
	"time"
)

type sessionRow struct {
	Session, Parent                         int
	Person, Account, From, To, Service, Why string
	Began                                   time.Time `json:"from_time"`
	Until                                   time.Time
}

// within holds that a part of things is neither none nor all.
func within(t *testing.T, what string, n, of int, lo, hi float64) {
	t.Helper()
	if f := float64(n) / float64(of); !(f >= lo && f <= hi) {
		t.Errorf("%s: %d of %d, want %g to %g", what, n, of, lo, hi)
	}
}

// TestShape holds that a company has what makes real ones hard to read.
func TestShape(t *testing.T) {
	dir := world(t, 300, 5, 8)
	sessions(t, rows[sessionRow](t, dir, "sessions.ndjson.gz"))

	silent, hosts := 0, rows[struct {
		Role   string
		Silent bool
	}](t, dir, "hosts.ndjson")
	for _, h := range hosts {
		if h.Silent && h.Role != "foreign" {
			silent++
		}
	}
	within(t, "hosts without logs", silent, len(hosts), 0.01, 0.25)

	had := map[string]map[string]bool{}
	shared := 0
	for _, l := range rows[lease](t, dir, "leases.ndjson") {
		if had[l.Address] == nil {
			had[l.Address] = map[string]bool{}
		}
		if !had[l.Address][l.Host] && len(had[l.Address]) == 1 {
			shared++
		}
		had[l.Address][l.Host] = true
	}
	within(t, "addresses that several hosts had", shared, len(had), 0.01, 0.5)
}

func sessions(t *testing.T, list []sessionRow) {
	t.Helper()
	of := map[int]*sessionRow{}
	for i := range list {
		of[list[i].Session] = &list[i]
	}
	var remote, people, switched, chained, long, incidents int
	for _, x := range list {
		if x.From == x.To || x.To == "" || x.Service == "vpn" || x.Service == "cloud" {
			continue
		}
		remote++
		if x.Person == "" {
			continue
		}
		people++
		if p := of[x.Parent]; p != nil && p.Account != x.Account && x.Account != "git" {
			switched++
		}
		if p := of[x.Parent]; p != nil && p.From != p.To {
			chained++
		}
		if x.Until.Sub(x.Began) > 20*time.Hour {
			long++
		}
		if x.Why == "incident" {
			incidents++
		}
	}
	within(t, "remote sessions of people", people, remote, 0.1, 0.8)
	within(t, "switches of account", switched, people, 0.0005, 0.1)
	within(t, "sessions out of remote ones", chained, people, 0.03, 0.4)
	within(t, "sessions longer than a day's work", long, people, 0.0001, 0.05)
	within(t, "incidents", incidents, people, 0.0001, 0.1)
}
