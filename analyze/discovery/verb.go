package discovery

import (
	"cmp"
	"strings"

	"github.com/footfall/footfall"
)

// A verb is what a command asks for when it looks round.
type verb struct {
	name   footfall.Name // one for all commands that ask the same, 0 when it asks nothing
	wide   bool          // about other hosts or the domain
	attack string
}

// A query is one way to look round.
type query struct {
	wide   bool
	attack string
}

// programs are those that do nothing but look round, by name: whoever runs
// them under another name is not seen here.
var programs = map[string]query{
	"whoami": {false, "T1033"}, "quser": {false, "T1033"}, "qwinsta": {false, "T1033"}, "systeminfo": {false, "T1082"}, "ipconfig": {false, "T1016"},
	"ifconfig": {false, "T1016"}, "netstat": {false, "T1049"}, "klist": {false, "T1033"}, "gpresult": {false, "T1069"}, "tasklist": {},
	"nltest": {true, "T1482"}, "dsquery": {true, "T1087"}, "dsget": {true, "T1087"}, "adfind": {true, "T1087"}, "ldifde": {true, "T1087"}, "csvde": {true, "T1087"},
	"setspn": {true, "T1087"}, "sharphound": {true, "T1087"}, "bloodhound-python": {true, "T1087"}, "adexplorer": {true, "T1087"}, "adexplorer64": {true, "T1087"},
	"nbtscan": {true, "T1018"}, "nbtstat": {true, "T1018"}, "arp": {true, "T1018"}, "arp-scan": {true, "T1018"}, "nmap": {true, "T1018"}, "masscan": {true, "T1018"},
	"ldapsearch": {true, "T1087"}, "rpcclient": {true, "T1087"}, "enum4linux": {true, "T1087"}, "smbmap": {true, "T1135"}, "showmount": {true, "T1135"},
}

// short are names that are also common words: only the program itself counts.
var short = map[string]query{
	"id": {false, "T1033"}, "w": {false, "T1033"}, "who": {false, "T1033"}, "last": {false, "T1033"}, "hostname": {false, "T1082"}, "uname": {false, "T1082"},
	"ip": {false, "T1016"}, "ss": {false, "T1049"}, "lsof": {false, "T1049"}, "getent": {false, "T1087"}, "groups": {false, "T1069"}, "route": {false, "T1016"},
}

// marks are parts of commands that are long enough to stand for themselves.
var marks = []struct {
	text string
	query
}{
	{"get-aduser", query{true, "T1087"}},
	{"get-adcomputer", query{true, "T1018"}},
	{"get-adgroupmember", query{true, "T1069"}},
	{"get-addomain", query{true, "T1482"}},
	{"get-netcomputer", query{true, "T1018"}},
	{"get-netsession", query{true, "T1049"}},
	{"get-domaincomputer", query{true, "T1018"}},
	{"get-domainuser", query{true, "T1087"}},
	{"get-domaincontroller", query{true, "T1018"}},
	{"find-localadminaccess", query{true, "T1069"}},
	{"invoke-sharefinder", query{true, "T1135"}},
	{"find-domainshare", query{true, "T1135"}},
	{"invoke-userhunter", query{true, "T1033"}},
	{"invoke-bloodhound", query{true, "T1087"}},
	{"[adsisearcher]", query{true, "T1087"}},
	{"directoryservices.activedirectory", query{true, "T1482"}},
	{".ssh/known_hosts", query{true, "T1018"}},
	{".ssh/config", query{true, "T1018"}},
	{"/etc/hosts", query{true, "T1018"}},
	{"/etc/passwd", query{false, "T1087"}},
	{"query user", query{false, "T1033"}},
	{"query session", query{false, "T1033"}},
}

// verb tells what a command asks for, kept by its command line.
func (w *watcher) verb(s *footfall.Step) verb {
	n := w.env.Names
	k := cmp.Or(s.Command, s.Image)
	v, fresh := w.known.Put(k)
	if fresh {
		name, q := asks(n.String(s.Image), n.String(s.Command))
		*v = verb{wide: q.wide, attack: q.attack}
		if name != "" {
			v.name = n.Intern(name)
		}
	}
	return *v
}

const seps = " \t\r\n\"'`;|&<>(){},=^"

// asks returns what a command line asks for: the widest of what it holds, by
// whole words, and "" for nothing.
func asks(image, command string) (string, query) {
	prog := base(strings.ToLower(image))
	if q, ok := short[prog]; ok {
		return prog, q
	}
	c := strings.ToLower(command)
	if len(c) > 4096 {
		c = c[:4096]
	}
	for i := range marks {
		if strings.Contains(c, marks[i].text) {
			return marks[i].text, marks[i].query
		}
	}
	words := strings.FieldsFunc(c, func(r rune) bool { return strings.ContainsRune(seps, r) })
	if len(words) == 0 || base(words[0]) != prog && prog != "" {
		words = append([]string{prog}, words...)
	}
	best, found := "", query{}
	for i, x := range words[:min(len(words), 48)] {
		b := base(x)
		q, ok := programs[b]
		name := b
		if b == "net" || b == "net1" {
			name, q = net(words[i+1:])
			ok = name != ""
		}
		if ok && (best == "" || q.wide && !found.wide) {
			best, found = name, q
		}
	}
	return best, found
}

// net is what a command of net asks for: who adds, changes or connects does
// not look round.
func net(args []string) (string, query) {
	if len(args) == 0 {
		return "", query{}
	}
	domain, rest := false, 0
	for _, a := range args {
		switch {
		case a == "/add" || a == "/delete" || a == "/del" || strings.HasPrefix(a, "/active"):
			return "", query{}
		case a == "/domain" || a == "/dom" || a == "/do":
			domain = true
		case !strings.HasPrefix(a, "/"):
			rest++
		}
	}
	switch args[0] {
	case "view":
		return "net view", query{true, "T1135"}
	case "group", "groups":
		return "net group", query{true, "T1069"}
	case "user", "users":
		if !domain && rest > 2 {
			return "", query{} // a password is set
		}
		return "net user", query{domain, "T1087"}
	case "localgroup":
		return "net localgroup", query{domain, "T1069"}
	case "accounts":
		return "net accounts", query{domain, "T1087"}
	case "session", "sessions":
		return "net session", query{false, "T1049"}
	}
	return "", query{}
}

// base is the name of a program without its folder and ".exe".
func base(p string) string {
	if i := strings.LastIndexAny(p, `\/`); i >= 0 {
		p = p[i+1:]
	}
	return strings.TrimSuffix(p, ".exe")
}
