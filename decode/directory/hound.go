package directory

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
	"github.com/footfall/footfall/internal/jsonscan"
)

// Hound reads SharpHound's JSON.
var Hound = hound.Decoder()

const (
	hID = iota
	hName
	hAccount
	hDomain
	hDN
	hDisplay
	hAdmin
	hEnabled
	hSystem
	hPrimary
	hMembers
	hSessions
	hTrusts
	hSPN
	hMail
)

var hound = jsonlog.Format{
	Name:   "directory-hound",
	Doc:    "JSON of SharpHound and its kin for BloodHound (users, computers, groups, domains): accounts, hosts, and who is a member of what.",
	Source: "https://github.com/SpecterOps/SharpHoundCommon (OutputTypes)",
	Logs:   []footfall.Log{source},
	By:     "the keys ObjectIdentifier and Properties with a domain, and one more of its own",
	Rate: func(rec []byte) int {
		switch {
		case jsonlog.All(rec, "ObjectIdentifier", "Properties", "domain") && jsonlog.Count(rec, "Aces", "IsDeleted", "IsACLProtected", "domainsid", "distinguishedname") >= 2:
			return 95
		}
		return 0
	},
	Paths: []string{
		hID: "ObjectIdentifier", hName: "Properties.name", hAccount: "Properties.samaccountname", hDomain: "Properties.domain", hDN: "Properties.distinguishedname", hDisplay: "Properties.displayname",
		hAdmin: "Properties.admincount", hEnabled: "Properties.enabled", hSystem: "Properties.operatingsystem", hPrimary: "PrimaryGroupSID|PrimaryGroupSid", hMembers: "Members[]", hSessions: "Sessions[]", hTrusts: "Trusts[]", hSPN: "Properties.hasspn", hMail: "Properties.email",
	},
	Mean: meanHound,
}

func meanHound(r *jsonlog.Reader) {
	b := r.Batch
	x := entry{
		dn: r.Get(hDN), system: r.Get(hSystem), person: r.Get(hDisplay), admin: r.Get(hAdmin) == "true", off: r.Get(hEnabled) == "false",
		account: footfall.Account{Name: r.Get(hAccount), Domain: r.Get(hDomain), SID: r.Get(hID)},
	}
	name, _, _ := strings.Cut(r.Get(hName), "@")
	switch {
	case r.Get(hMembers) != "":
		x.kind = "group"
	case r.Get(hSessions) != "" || x.system != "":
		x.kind, x.host = "computer", name
	case r.Get(hTrusts) != "":
		x.kind = "domain"
	case r.Get(hSPN) != "" || r.Get(hPrimary) != "":
		x.kind = "user"
	}
	if x.account.Name == "" {
		x.account.Name = name
	}
	if p := r.Get(hPrimary); p != "" {
		x.primary = p[strings.LastIndexByte(p, '-')+1:]
	}
	e := r.Event
	x.fill(b, e)
	if x.kind == "group" && (adminGroup(name) || adminSID(x.account.SID)) {
		e.Elevated = true
	}
	x.mail = r.Get(hMail)
	x.aliases(b, e.Log, e.User, nil)
	e = &b.Events[len(b.Events)-1]
	log, list, group := e.Log, r.Get(hMembers), x.account
	var s jsonscan.Scanner
	if list == "" || s.Reset(footfall.Bytes(list)) != jsonscan.Array || !s.Enter() {
		return
	}
	for n := 0; n < maxMembers && s.Next(); n++ {
		if s.Kind() != jsonscan.Object || !s.Enter() {
			continue
		}
		for s.Next() {
			if k := string(s.Key()); k == "ObjectIdentifier" || k == "MemberId" {
				member(b, log, footfall.Account{SID: s.Keep(b)}, group, x.dn)
			}
		}
	}
}
