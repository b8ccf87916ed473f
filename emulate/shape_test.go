package emulate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall/emulate"
)

type sessionRow struct {
	Session, Parent                         int
	Person, Account, From, To, Service, Why string
	Campaign                                string
	Root                                    int
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

// TestShapes holds that companies of other shapes differ in what they are
// named after, and that what is set comes about.
func TestShapes(t *testing.T) {
	measure := func(c emulate.Config) (hubs, switched, shells, silent float64) {
		c.People, c.Days, c.Seed = 100, 4, 6
		dir := written(t, c)
		role := map[string]string{}
		hosts := rows[struct {
			Host, Role string
			Silent     bool
		}](t, dir, "hosts.ndjson")
		for _, h := range hosts {
			role[h.Host] = h.Role
			if h.Silent {
				silent += 1 / float64(len(hosts))
			}
		}
		people, of := 0.0, map[int]sessionRow{}
		list := rows[sessionRow](t, dir, "sessions.ndjson.gz")
		for _, x := range list {
			of[x.Session] = x
		}
		for _, x := range list {
			if x.From == x.To || x.To == "" || x.Service == "vpn" || x.Service == "cloud" || x.Person == "" {
				continue
			}
			people++
			if r := role[x.From] + role[x.To]; strings.Contains(r, "bastion") || strings.Contains(r, "terminal") {
				hubs++
			}
			if p := of[x.Parent]; p.Account != "" && p.Account != x.Account && x.Account != "git" {
				switched++
			}
			if x.Service == "ssm" || x.Service == "ssh" {
				shells++
			}
		}
		return hubs / people, switched / people, shells / people, silent
	}
	hubs, switched, shells, _ := measure(emulate.Config{})
	if h, _, _, _ := measure(emulate.Config{Shape: "hub"}); h < 1.5*hubs {
		t.Errorf("hub: %.3f of sessions through hubs, %.3f in an office", h, hubs)
	}
	if h, x, _, _ := measure(emulate.Config{Shape: "flat"}); h > hubs || x < switched {
		t.Errorf("flat: %.3f of sessions through hubs, %.3f in an office; %.3f switched, %.3f in an office", h, hubs, x, switched)
	}
	if _, _, n, _ := measure(emulate.Config{Shape: "cloud"}); n < 1.1*shells {
		t.Errorf("cloud: %.3f of sessions are shells, %.3f in an office", n, shells)
	}
	_, less, _, most := measure(emulate.Config{Set: []emulate.Setting{{Name: "switches", Value: 0}, {Name: "silent", Value: 0.9}}})
	_, more, _, none := measure(emulate.Config{Set: []emulate.Setting{{Name: "switches", Value: 5}, {Name: "silent", Value: 0}}})
	if less > switched/2 || more < 1.3*switched {
		t.Errorf("switched: %.4f, set lower %.4f, set higher %.4f", switched, less, more)
	}
	if most < 0.6 || none > 0.1 {
		t.Errorf("hosts without logs: %.2f, want 0.9 of most; %.2f, want none but foreign ones", most, none)
	}
}
