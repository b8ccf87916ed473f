package planted

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

var keyRule = footfall.Rule{
	ID: "planted-key", Title: "A key for SSH was written and used from a new source", Level: footfall.LevelMedium,
	Description: "Whoever puts a key into authorized_keys comes in without a password from then on, whatever the password becomes.",
	Attack:      []string{"T1021.004", "T1098.004", "T1133"}, Rows: []string{"SSH-06", "MIS-05"},
	Reference: "https://attack.mitre.org/techniques/T1098/004/",
	Innocent:  []string{"a person who sets up a new computer", "configuration management that rolls out keys"},
}

// keyWithin is how long after it was written a key's first use counts.
const keyWithin = 24 * 3600 * 1e9

// written is a key that was put into an account's list.
type written struct {
	step    footfall.Step
	srcAddr footfall.Name // of the session that it was written in, when one is known
	srcHost footfall.Name
	opened  footfall.Ref
	remote  bool
}

type sourceKey struct{ account, host, source footfall.Name }

const list = "authorized_keys"

// keyWritten notes a file of keys that was written, or a command that writes
// one.
func (w *watcher) keyWritten(s *footfall.Step, sess *footfall.Session) {
	n := w.env.Names
	path := ""
	if s.Kind == footfall.KindFile {
		path = n.String(s.Object)
		if !strings.HasSuffix(path, list) {
			return
		}
	} else if path = target(n.String(s.Command)); path == "" {
		return
	}
	who := owner(path)
	if who == "" {
		who = footfall.Bare(n.String(s.Account))
	}
	k, fresh := w.keys.Put(madeKey{n.Intern(who), s.DstHost})
	if !fresh && s.Time-k.step.Time <= keyWithin && k.remote {
		return
	}
	*k = written{step: *s}
	if sess.Remote() {
		k.remote, k.srcAddr, k.srcHost, k.opened = true, sess.SrcAddr, sess.SrcHost, sess.Opened
	}
}

// target returns the file of keys that a command writes to: behind a
// redirection, or as an argument of a program that writes or copies.
func target(command string) string {
	i := strings.Index(command, list)
	if i < 0 {
		return ""
	}
	head := command[:i]
	start := strings.LastIndexAny(head, " \t\"'>=") + 1
	before := strings.TrimRight(head[:start], " \t\"'")
	if strings.HasSuffix(before, ">") {
		return command[start : i+len(list)]
	}
	for word := range strings.FieldsFuncSeq(head[:start], func(r rune) bool { return strings.ContainsRune(" \t\"';&|()", r) }) {
		switch word[strings.LastIndexByte(word, '/')+1:] {
		case "tee", "cp", "mv", "curl", "wget", "install", "scp", "ssh-copy-id", "dd":
			return command[start : i+len(list)]
		}
	}
	return ""
}

// owner is whose list a path is, "" when the path does not say.
func owner(path string) string {
	path = strings.ReplaceAll(path, `\`, "/")
	if strings.HasPrefix(path, "/root/") {
		return "root"
	}
	for _, homes := range [...]string{"/home/", "/Users/", "/var/home/"} {
		if i := strings.Index(path, homes); i >= 0 {
			who, _, _ := strings.Cut(path[i+len(homes):], "/")
			return who
		}
	}
	return ""
}

// keyUsed looks whether a logon by key is the first from its source since the
// account's keys were written.
func (w *watcher) keyUsed(s *footfall.Step, out *footfall.Sink) {
	if s.Service != footfall.ServiceSSH {
		return
	}
	bare := w.env.Names.Bare(s.Account)
	last, fresh := w.sources.Put(sourceKey{bare, s.DstHost, s.Source()})
	*last = s.Time
	if !fresh || s.Auth != footfall.AuthKey {
		return
	}
	slot := w.keys.Get(madeKey{bare, s.DstHost})
	if slot == nil || s.Time-slot.step.Time > keyWithin {
		return
	}
	k := *slot
	w.keys.Delete(madeKey{bare, s.DstHost})
	w.giveKey(s, &k, out)
}

func (w *watcher) giveKey(s *footfall.Step, k *written, out *footfall.Sink) {
	n := w.env.Names
	who, host, from := n.String(s.Account), n.String(s.DstHost), n.String(s.Source())
	f := &footfall.Finding{
		ID: footfall.FindingID("planted-key", who+"|"+host, k.step.ID), Rule: &Analytic.Rules[1], Level: footfall.LevelMedium,
		Title:    fmt.Sprintf("A key of %s was written on %s and used from %s, where the account never came from", who, host, from),
		Innocent: "A person who sets up a new computer was tested for: no earlier logon of the account on this host is from there, and no record shows who holds the key.",
	}
	f.Cite(&k.step)
	f.Cite(s)
	f.Why = fmt.Sprintf("The keys of %s on %s were written at %s", who, host, say.Time(k.step.Time))
	if c := n.String(k.step.Command); c != "" {
		f.Why += " by " + say.Quote(c, 120)
	}
	if k.remote {
		f.CiteRef(k.opened)
		writer := n.String(cmp.Or(k.srcHost, k.srcAddr))
		f.Why += fmt.Sprintf(" in a session of %s from %s", n.String(k.step.Account), writer)
		f.Path = append(f.Path, footfall.Hop{Time: k.step.Time, From: writer, To: host, Account: n.String(k.step.Account), Service: footfall.ServiceSSH, Outcome: footfall.Success, Ref: k.opened})
		if s.Flags&footfall.FlagPublic != 0 || w.env.Names.Bare(k.step.Account) != w.env.Names.Bare(s.Account) {
			f.Level = footfall.LevelHigh
			f.Innocent = "A person who sets up a new computer was tested for: the keys were written by another account from elsewhere, or are used from the internet."
		}
	}
	f.Why += fmt.Sprintf(", and %s later the account came by a key from %s for the first time.", say.Span(s.Time-k.step.Time), from)
	f.Weight = f.Level.Weight()
	f.Bear("T1021.004")
	f.Bear("T1098.004")
	if s.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
	f.About(footfall.RoleActor, "account", n.String(k.step.Account))
	f.About(footfall.RoleTarget, "account", who)
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.Path = append(f.Path, footfall.Hop{Time: s.Time, From: from, To: host, Account: who, Service: footfall.ServiceSSH, Outcome: footfall.Success, Ref: s.Ref})
	out.Find(f, s)
}
