package remotecmd

import "strings"

// A grade is how much a command by itself says.
type grade uint8

const (
	normal grade = iota
	low          // looking around: whoami, ls, dir, ipconfig
	high         // what ATT&CK's analytic names high: net user, powershell, /etc/passwd, nc, curl, socat, and their like
	strong       // what has few harmless uses: downloads that run, encoded commands, stolen credentials, new administrators
)

// gradeTexts say it of programs that are counted.
var gradeTexts = [...]string{strong: "with few harmless uses", high: "of the kind that intruders use", low: "looking around"}

func (g grade) String() string { return [...]string{"normal", "low", "high", "strong"}[g] }

// gradeOf grades a command line by whole words: nc is not rsync, and ls is not
// false. image is the program that ran; it counts as the first word, so that a
// renamed program is graded by its arguments and an unknown command line by
// its program. what is the word that decided.
func gradeOf(image, command string) (g grade, what string) {
	c := strings.ToLower(command)
	if what = strongIn(c); what != "" {
		return strong, what
	}
	var words [maxWords]string
	list := split(words[:0], c)
	if b := base(strings.ToLower(image)); b != "" && (len(list) == 0 || base(list[0]) != b) && len(list) < maxWords {
		list = append(list, b)
	}
	for i, wd := range list {
		b := base(wd)
		n := wordGrade(b, wd)
		if b == "net" || b == "net1" {
			n = netGrade(list[i+1:])
		}
		if n > g {
			g, what = n, b
		}
	}
	return g, what
}

// maxWords bounds how much of a command line is graded.
const maxWords = 48

// split cuts a command line into words at blanks, quotes, brackets and what
// shells part commands with.
func split(dst []string, s string) []string {
	for len(dst) < cap(dst) {
		s = strings.TrimLeft(s, seps)
		if s == "" {
			break
		}
		n := strings.IndexAny(s, seps)
		if n < 0 {
			n = len(s)
		}
		dst = append(dst, s[:n])
		s = s[n:]
	}
	return dst
}

const seps = " \t\r\n\"'`;|&<>(){},=^"

// base is the name of a program without its folder and ".exe".
func base(p string) string {
	if i := strings.LastIndexAny(p, `\/`); i >= 0 {
		p = p[i+1:]
	}
	return strings.TrimSuffix(p, ".exe")
}

func wordGrade(b, whole string) grade {
	switch b {
	case "powershell", "pwsh", "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "curl", "wget", "socat", "certutil", "bitsadmin",
		"mshta", "regsvr32", "wmic", "psexec", "psexec64", "schtasks", "useradd", "adduser", "chpasswd", "nmap", "masscan",
		"authorized_keys", "cscript", "wscript", "installutil", "msbuild", "plink", "tscon", "chisel", "ngrok", "telnet", "sshpass", "crackmapexec", "nxc",
		"tcpdump", "dsquery", "adfind", "rclone", "csvde", "ldifde", "wevtutil", "sc", "setspn", "sekurlsa", "procdump", "procdump64":
		return high
	case "whoami", "ls", "dir", "pwd", "id", "hostname", "ipconfig", "ifconfig", "ip", "uname", "systeminfo", "tasklist", "ps", "netstat", "ss",
		"quser", "query", "qwinsta", "nltest", "arp", "route", "ver", "w", "who", "last", "cat", "env", "set", "find", "tree", "type", "getent",
		"ping", "nslookup", "dig", "lsblk", "df", "history", "klist", "gpresult", "reg", "net", "net1", "groups", "crontab":
		return low
	}
	if whole == "/etc/passwd" {
		return high
	}
	return normal
}

// netGrade grades what follows net: accounts high, the rest looking around.
func netGrade(args []string) grade {
	for _, a := range args {
		switch a {
		case "user", "users", "localgroup":
			return high
		}
	}
	return low
}

// strongMarks are parts of commands with few harmless uses. Each is long or
// odd enough not to be part of another word.
var strongMarks = [...]string{
	"sekurlsa::", "lsadump::", "kerberos::ptt", "invoke-mimikatz", "/etc/shadow", "/dev/tcp/", "downloadstring", "downloadfile", "frombase64string",
	"invoke-webrequest", "net.webclient", "-urlcache", "/urlcache", "comsvcs.dll", `\\127.0.0.1\admin$`, `\\127.0.0.1\c$`, `\\localhost\admin$`, `\\localhost\c$`,
	"delete shadows", "ac i ntds", "wevtutil cl ", "wevtutil.exe cl ", "clear-eventlog", "save hklm\\sam", "save hklm\\security", "save hklm\\system",
	"save \"hklm\\sam", "/transfer ", "exec:/bin/", "exec:'/bin/", "authorized_keys <<", ">> /etc/passwd", ">>/etc/passwd", `\\tsclient\`,
	"currentversion\\run", "-minidump", "lsass.dmp", "scrobj.dll", "mshta http", "mshta.exe http", "new-object net.sockets.tcpclient",
}

func strongIn(c string) string {
	for _, m := range strongMarks {
		if strings.Contains(c, m) {
			return strings.TrimSpace(m)
		}
	}
	switch {
	case strings.Contains(c, "powershell") && encoded(c):
		return "an encoded powershell command"
	case strings.Contains(c, "net") && strings.Contains(c, " /add") && (strings.Contains(c, " user ") || strings.Contains(c, " localgroup ") || strings.Contains(c, " group ")):
		return "net ... /add"
	case pipedShell(c):
		return "a download piped into a shell"
	case strings.Contains(c, "tscon") && strings.Contains(c, "rdp-tcp"):
		return "tscon to a remote desktop session"
	}
	return ""
}

// encoded reports whether powershell is given its command in base64:
// -EncodedCommand may be cut to any length from -e.
func encoded(c string) bool {
	var words [maxWords]string
	list := split(words[:0], c)
	for i, w := range list {
		if len(w) < 2 || w[0] != '-' && w[0] != '/' || i+1 == len(list) || len(list[i+1]) < 16 {
			continue
		}
		if strings.HasPrefix("encodedcommand", w[1:]) || w[1:] == "ec" {
			return true
		}
	}
	return false
}

func pipedShell(c string) bool {
	if !strings.Contains(c, "|") || !strings.Contains(c, "curl") && !strings.Contains(c, "wget") && !strings.Contains(c, "base64") {
		return false
	}
	for _, part := range strings.Split(c, "|")[1:] {
		first, _, _ := strings.Cut(strings.TrimLeft(part, " \t"), " ")
		switch base(strings.Trim(first, "'\"")) {
		case "sh", "bash", "dash", "zsh", "python", "python3", "perl":
			return true
		}
	}
	return false
}
