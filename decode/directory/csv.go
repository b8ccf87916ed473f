package directory

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/record"
)

// CSV reads what PowerShell exports.
var CSV = footfall.Decoder{
	Name:   "directory-csv",
	Doc:    "CSV of Get-ADUser, Get-ADComputer, Get-ADGroup and Get-ADGroupMember with Export-Csv, and of csvde: accounts, hosts, groups.",
	Source: "https://learn.microsoft.com/powershell/module/activedirectory/get-aduser",
	Frame:  footfall.FrameCSV,
	By:     "the columns DistinguishedName, ObjectClass and SamAccountName",
	Sniff: func(head []byte) int {
		head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
		if bytes.HasPrefix(head, []byte("#TYPE ")) {
			_, head, _ = bytes.Cut(head, []byte("\n"))
		}
		line, _, _ := bytes.Cut(head, []byte("\n"))
		if len(line) > 16384 {
			return 0
		}
		found := 0
		fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
		for _, f := range fields {
			switch strings.ToLower(string(f)) {
			case "distinguishedname", "dn", "objectclass", "samaccountname":
				found++
			}
		}
		if found < 3 {
			return 0
		}
		return 95
	},
	New: openCSV,
}

const (
	cDN = iota
	cClass
	cAccount
	cSID
	cDisplay
	cHost
	cSystem
	cAdmin
	cEnabled
	cPrimary
	cGroups
	cControl
	cUPN
	cMail
)

// columns are the names in lower case: cmdlets and csvde spell them differently.
var columns = map[string]string{
	"distinguishedname": "DistinguishedName", "dn": "DistinguishedName", "objectclass": "ObjectClass", "samaccountname": "SamAccountName", "sid": "SID", "objectsid": "SID",
	"displayname": "DisplayName", "dnshostname": "DNSHostName", "operatingsystem": "OperatingSystem", "admincount": "adminCount", "enabled": "Enabled",
	"userprincipalname": "UserPrincipalName", "mail": "mail", "emailaddress": "EmailAddress",
	"primarygroupid": "primaryGroupID", "memberof": "MemberOf", "useraccountcontrol": "userAccountControl",
}

var errColumns = errors.New("directory: the header record has no DistinguishedName, ObjectClass and SamAccountName")

type reader struct {
	v       *record.Values
	log     footfall.LogID
	columns []record.Column
	fields  [][]byte
	buf     []byte
	sep     byte
}

func openCSV(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	r := &reader{log: s.AddLog(source), sep: csvscan.Separator(header), v: record.New(s, []string{
		cDN: "DistinguishedName", cClass: "ObjectClass", cAccount: "SamAccountName", cSID: "SID", cDisplay: "DisplayName", cHost: "DNSHostName", cSystem: "OperatingSystem",
		cAdmin: "adminCount", cEnabled: "Enabled", cPrimary: "primaryGroupID", cGroups: "MemberOf", cControl: "userAccountControl", cUPN: "UserPrincipalName", cMail: "mail|EmailAddress",
	}, nil)}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimPrefix(header, []byte("\xef\xbb\xbf")), r.sep)
	has := 0
	for _, f := range fields {
		name := string(f)
		if known, ok := columns[strings.ToLower(name)]; ok {
			if name = known; name == "DistinguishedName" || name == "ObjectClass" || name == "SamAccountName" {
				has++
			}
		}
		r.columns = append(r.columns, r.v.Column(name))
	}
	if has < 3 {
		return nil, errColumns
	}
	return r.decode, nil
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	e.Log = r.log
	r.v.Begin(b)
	r.fields, r.buf = csvscan.Fields(r.fields[:0], r.buf[:0], frame, r.sep)
	for i, f := range r.fields {
		if i < len(r.columns) && r.columns[i].Wanted() {
			r.v.PutColumn(r.columns[i], b.Keep(f))
		}
	}
	v := r.v
	x := entry{
		kind: strings.TrimSpace(v.Get(cClass)), dn: v.Get(cDN), host: v.Get(cHost), system: v.Get(cSystem), person: v.Get(cDisplay), primary: v.Get(cPrimary),
		account: footfall.Account{Name: v.Get(cAccount), SID: v.Get(cSID)},
		upn:     v.Get(cUPN), mail: v.Get(cMail),
		off: strings.EqualFold(v.Get(cEnabled), "False") || v.Int(cControl)&2 != 0, admin: v.Int(cAdmin) > 0,
	}
	x.fill(b, e)
	log, groups, who := e.Log, v.Get(cGroups), e.User
	for n := 0; n < maxMembers && strings.HasPrefix(groups, "CN="); n++ {
		i := strings.Index(groups, ";CN=")
		g := groups
		if groups = ""; i >= 0 {
			g, groups = g[:i], g[i+1:]
		}
		member(b, log, who, footfall.Account{Name: first(g), Domain: domainOf(b, g)}, g)
	}
	x.aliases(b, log, who, nil)
	return nil
}
