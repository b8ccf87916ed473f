package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/identify"
)

// about are the flags of explain that ask for a host or a person instead of a
// record.
type about struct {
	host, person, at string
}

func (a *about) add(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&a.host, "host", "", "show what is known of the host with this `NAME`, id, hardware or network address")
	fs.StringVar(&a.person, "person", "", "show what is known of this person, by their `NAME` or an account")
	fs.StringVar(&a.at, "at", "", "as of `TIME`, as 2026-03-01T10:00:00Z (default the end of the records)")
}

func (a *about) asked() bool { return a.host != "" || a.person != "" || a.at != "" }

// show prints what is known of a host or a person, and from what evidence.
func (a *about) show(c *cobra.Command, o engine.Options) error {
	if (a.host == "") == (a.person == "") {
		return usage{fmt.Errorf("one of --host and --person is wanted")}
	}
	at, err := when("--at", a.at, o.Zone)
	if err != nil {
		return err
	}
	name := a.host + a.person
	none := false
	stats, err := engine.About(c.Context(), o, engine.Question{Host: a.host, Person: a.person, At: at}, func(k *engine.Known) {
		if k.Portrait == nil {
			none = true
			return
		}
		p := painter{w: c.OutOrStdout(), k: k, zone: o.Zone}
		if p.zone == nil {
			p.zone = time.UTC
		}
		if a.host != "" {
			p.ofHost()
		} else {
			p.ofPerson()
		}
	})
	if err != nil {
		return err
	}
	if none {
		return fmt.Errorf("nothing is known of %q at that time", clean(name))
	}
	return incomplete(c.ErrOrStderr(), stats)
}

// A painter writes a portrait.
type painter struct {
	w    io.Writer
	k    *engine.Known
	zone *time.Location
}

func (p *painter) time(t int64) string { return time.Unix(0, t).In(p.zone).Format(time.RFC3339) }

func (p *painter) ofHost() {
	k := p.k
	fmt.Fprintf(p.w, "%s as of %s\n", clean(k.Name), p.time(k.At))
	if k.Kind != footfall.HostUnknown {
		fmt.Fprintf(p.w, "  kind   %v; %s\n", k.Kind, p.proof(k.KindProof, "records"))
	}
	if k.Owner != "" {
		fmt.Fprintf(p.w, "  owner  %s; %s\n", clean(k.Owner), p.proof(k.Whose, "days"))
	}
	p.places("Addresses", func(v *identify.Place) string {
		if k.Name == v.Addr {
			return v.Host
		}
		return v.Addr
	})
	p.list("Other names", k.Names, "records")
	p.list("Who worked on it", k.Users, "days")
}

func (p *painter) ofPerson() {
	k := p.k
	fmt.Fprintf(p.w, "%s as of %s\n", clean(k.Name), p.time(k.At))
	if k.Shown != "" {
		fmt.Fprintf(p.w, "  shown as     %s\n", clean(k.Shown))
	}
	if k.Desk != "" {
		fmt.Fprintf(p.w, "  workstation  %s\n", clean(k.Desk))
	}
	p.list("Accounts", k.Names, "records")
	p.places("Addresses by VPN", func(v *identify.Place) string {
		if v.Host == "" {
			return v.Addr
		}
		return v.Addr + " on " + v.Host
	})
}

func (p *painter) list(title string, list []identify.Called, unit string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(p.w, "\n%s\n", title)
	for _, c := range list {
		fmt.Fprintf(p.w, "  %s: %s\n", clean(c.Name), p.proof(c.Proof, unit))
	}
}

func (p *painter) places(title string, what func(*identify.Place) string) {
	if len(p.k.Places) == 0 {
		return
	}
	fmt.Fprintf(p.w, "\n%s\n", title)
	for i := range p.k.Places {
		v := &p.k.Places[i]
		until := "on"
		if v.Until != 0 {
			until = "to " + p.time(v.Until)
		}
		from := "always"
		if !v.Proof.None {
			from = "from " + p.time(v.From) + " " + until
		}
		line := clean(what(v))
		if v.Shared != "" {
			line = clean(v.Addr) + " is shared: " + v.Shared
		} else if line == "" {
			line = "unknown host"
		}
		if v.User != "" {
			line += ", given to " + clean(v.User)
		}
		fmt.Fprintf(p.w, "  %s %s; %s\n", line, from, p.proof(v.Proof, "records"))
	}
}

// proof says what an answer rests on: the kind of evidence, the first and the
// last record of it.
func (p *painter) proof(q identify.Proof, unit string) string {
	out := q.By.String()
	if q.None || q.Times == 0 {
		return out
	}
	out += ", " + p.record(q.First)
	if q.Times > 1 {
		out += fmt.Sprintf("; %d %s, the last at %s, %s", q.Times, unit, p.time(q.Last), p.record(q.Latest))
	}
	return out
}

// record names a record by who wrote it and where it stands.
func (p *painter) record(r footfall.Ref) string {
	rec, ok := p.k.Record(r)
	if !ok {
		return "a record that is gone"
	}
	by := ""
	if rec.Host != "" {
		by = "by " + clean(rec.Host) + ", "
	}
	return fmt.Sprintf("%s%s:%d", by, clean(rec.Input), rec.Number)
}
