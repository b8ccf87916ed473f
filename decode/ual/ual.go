// Package ual reads exports of User Access Logging: CSV of SumECmd and KStrike. In
// goes a row, one for each role, account, address and year, out come two events:
// the first access and the last, both logons over the network. Two and not one
// with a Duration, since nobody was logged on in between. Counts of days and the
// total stay fields and make no events.
package ual

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads rows.
var Decoder = footfall.Decoder{
	Name:   "ual",
	Doc:    "User Access Logging of Windows Server as CSV of SumECmd (..._SumECmd_DETAIL_ClientDetailed_Output.csv, ..._Clients_Output.csv) and of KStrike: who reached which role from where, first and last. Times are UTC.",
	Source: "https://github.com/EricZimmerman/Sum; https://github.com/brimorlabs/KStrike; https://learn.microsoft.com/windows-server/administration/user-access-logging/get-started-with-user-access-logging",
	Frame:  footfall.FrameCSV,
	By:     "the columns RoleDescription or RoleGuid, AuthenticatedUserName, InsertDate and LastAccess",
	Sniff: func(head []byte) int {
		line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
		if len(line) > 32<<10 {
			return 0
		}
		fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
		if columns(fields) < 4 {
			return 0
		}
		return 96
	},
	New: open,
}

const (
	kRole = iota
	kUser
	kAddress
	kFirst
	kLast
	kClient
	kGUID
)

var names = []string{
	kRole: "RoleDescription|RoleGuid (RoleName)|RoleName", kGUID: "RoleGuid", kUser: "AuthenticatedUserName", kAddress: "IpAddress|IPAddress|Address|ConvertedAddress",
	kFirst: "InsertDate", kLast: "LastAccess", kClient: "ClientName",
}

// columns counts the columns that make a row one of User Access Logging.
func columns(fields [][]byte) (n int) {
	role := false
	for _, f := range fields {
		switch string(bytes.Trim(f, "\" ")) {
		case "AuthenticatedUserName", "InsertDate", "LastAccess":
			n++
		case "RoleDescription", "RoleGuid", "RoleGuid (RoleName)", "RoleName":
			role = true
		}
	}
	if role {
		n++
	}
	return n
}

var (
	errColumns = errors.New("ual: the header record has no role, AuthenticatedUserName, InsertDate and LastAccess")
	errTimes   = errors.New("ual: a row without a time")
)

type reader struct {
	v       *record.Values
	log     footfall.LogID
	columns []record.Column
	fields  [][]byte
	buf     []byte
	sep     byte
}

func open(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	header = bytes.TrimPrefix(header, []byte("\xef\xbb\xbf"))
	r := &reader{log: s.AddLog(footfall.Log{Product: "windows", Services: []string{"ual"}}), sep: csvscan.Separator(header), v: record.New(s, names, nil)}
	fields, _ := csvscan.Fields(nil, nil, header, r.sep)
	if columns(fields) < 4 {
		return nil, errColumns
	}
	for _, f := range fields {
		r.columns = append(r.columns, r.v.Column(string(bytes.TrimSpace(f))))
	}
	return r.decode, nil
}

func (r *reader) decode(b *footfall.Batch, frame []byte) error {
	e := b.New()
	r.v.Begin(b)
	r.fields, r.buf = csvscan.Fields(r.fields[:0], r.buf[:0], frame, r.sep)
	for i, f := range r.fields {
		if i < len(r.columns) && r.columns[i].Wanted() {
			r.v.PutColumn(r.columns[i], b.Keep(f))
		}
	}
	v := r.v
	first, last := at(v.Get(kFirst)), at(v.Get(kLast))
	if first == 0 {
		first, last = last, 0
	}
	if first == 0 {
		return errTimes
	}
	e.Log, e.Time, e.Kind, e.Outcome, e.Object = r.log, first, footfall.KindLogon, footfall.Success, v.First(kRole, kGUID)
	e.Service = footfall.ServiceNetwork
	if strings.Contains(e.Object, "File Server") || strings.EqualFold(v.Get(kGUID), "10a9226f-50ee-49d8-a393-9a501d47ce04") {
		e.Service = footfall.ServiceSMB
	}
	e.From.Addr = v.Addr(kAddress)
	e.From.Host = v.Get(kClient)
	e.User.Name = v.Get(kUser)
	if d, n, ok := strings.Cut(e.User.Name, `\`); ok {
		e.User.Domain, e.User.Name = d, n
	}
	if last > first {
		one, fields := *e, e.Fields
		e = b.New()
		*e = one
		e.Time = last
		e.Fields = fields
	}
	return nil
}

// at reads "2031-05-02 08:15:00.1234567", which is UTC.
func at(s string) int64 {
	ns, n := clock.ISO(strings.TrimSpace(s))
	if n == 0 || ns <= 0 {
		return 0
	}
	return ns
}
