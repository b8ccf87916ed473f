package emulate

import (
	"fmt"
	"time"
)

// A way is how somebody logs on over SSH.
type way struct {
	account *account
	method  string // publickey, password, gssapi-with-mic, keyboard-interactive/pam
	forward bool   // take the agent along
	why     string
	brief   bool // a command or a transfer: no terminal, no session of logind
}

func (h *host) sshd() string {
	if h.modern {
		return "sshd-session"
	}
	return "sshd"
}

// ssh logs on to a Unix host.
func (s *sim) ssh(parent *session, to *host, o way) *session {
	from := parent.to
	if x := s.lost(parent, o.account, to); x != nil {
		return x
	}
	x := s.begin(session{
		parent: parent, account: o.account, from: from, to: to, service: "ssh", why: o.why, forward: o.forward,
		addr: s.seen(from, to), port: s.port(), pid: to.nextPID(s.dice),
	})
	delay := s.dice.span(150*ms, 1500*ms)
	if o.method == "password" {
		delay = s.mistypeSSH(x, delay)
	}
	s.told(s.sshLine(x, delay, "Accepted "+o.method+" for "+o.account.name+" from "+x.addr.String()+" port "+digits(int(x.port))+" ssh2"+s.proof(x, parent, o)), "logon", x)
	s.put(s.sshLine(x, delay+3*ms, fmt.Sprintf("pam_unix(sshd:session): session opened for user %s(uid=%d) by %s(uid=0)", o.account.name, o.account.uid, o.account.name)))
	if !o.brief {
		s.line(to, delay+20*ms, "systemd-logind", 611, "New session "+digits(int(x.id%100000))+" of user "+o.account.name+".")
	}
	x.ready = s.now.add(delay + 100*ms)
	began := s.now
	x.end = func() {
		peer := x.addr.String() + " port " + digits(int(x.port))
		if s.dice.chance(0.93) {
			s.put(s.sshLine(x, ms, "Received disconnect from "+peer+":11: disconnected by user"))
			s.put(s.sshLine(x, 2*ms, "Disconnected from user "+o.account.name+" "+peer))
		}
		s.put(s.sshLine(x, 5*ms, "pam_unix(sshd:session): session closed for user "+o.account.name))
		s.flow(x, 22, began)
	}
	return x
}

func (s *sim) sshLine(x *session, delay time.Duration, message string) *record {
	r := s.newRecord(x.to, delay)
	r.program, r.pid, r.message = x.to.sshd(), x.pid, message
	return r
}

// proof is what a line about a key says of it. A key that was forwarded is the
// person's own; without that each host has one of its own.
func (s *sim) proof(x, parent *session, o way) string {
	switch o.method {
	case "gssapi-with-mic":
		return ": " + o.account.name + "@" + s.p.realm
	case "publickey":
	default:
		return ""
	}
	key, owner := s.world.root.key, x.person
	if o.account.person != nil {
		owner = o.account.person
	}
	for parent != nil && parent.service == implant && parent.parent != nil && parent.parent.to == parent.to {
		parent = parent.parent
	}
	switch {
	case parent == nil || parent.service != "ssh" || parent.forward:
		if owner != nil && o.account.kind != service {
			key = owner.account.key
		} else {
			key = o.account.key
		}
	case owner != nil:
		key = "SHA256:" + owner.account.key[17:] + owner.account.key[7:17]
	}
	return ": ED25519 " + key
}

// mistypeSSH fails with a password before it is right.
func (s *sim) mistypeSSH(x *session, delay time.Duration) time.Duration {
	for n := 0; n < 2 && s.dice.chance(s.p.typos*float64(1+2*n)); n++ {
		t := attempt(x.parent, x.account, x.from, x.to, "ssh", "mistake")
		peer := x.addr.String()
		s.put(s.sshLine(x, delay, fmt.Sprintf("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s  user=%s", peer, x.account.name)))
		s.told(s.sshLine(x, delay+2*time.Second, "Failed password for "+x.account.name+" from "+peer+" port "+digits(int(x.port))+" ssh2"), "failure", t)
		delay += s.dice.span(4*time.Second, 15*time.Second)
	}
	return delay
}

// wrongSSH is a logon to a host where the account does not exist.
func (s *sim) wrongSSH(parent *session, to *host, name, why string, tries int) {
	if s.lost(parent, parent.account, to) != nil {
		return
	}
	x := attempt(parent, &account{name: name}, parent.to, to, "ssh", why)
	x.addr, x.port, x.pid = s.seen(parent.to, to), s.port(), to.nextPID(s.dice)
	peer := x.addr.String() + " port " + digits(int(x.port))
	s.told(s.sshLine(x, 300*ms, "Invalid user "+name+" from "+peer), "failure", x)
	delay := 3 * time.Second
	for range tries {
		s.told(s.sshLine(x, delay, "Failed password for invalid user "+name+" from "+peer+" ssh2"), "failure", x)
		delay += s.dice.span(2*time.Second, 9*time.Second)
	}
	s.put(s.sshLine(x, delay, "Connection closed by invalid user "+name+" "+peer+" [preauth]"))
}

// sudo runs commands as root within a session.
func (s *sim) sudo(x *session, command string) {
	if !x.open {
		return
	}
	a := x.account
	tty := "pts/" + digits(int(x.id%7))
	home := "/home/" + a.name
	begin := max(0, x.ready.since(s.now))
	end := begin + s.dice.span(100*ms, 20*time.Second)
	x.ready = max(x.ready, s.now.add(end+ms))
	r := s.newRecord(x.to, begin)
	r.program, r.message = "sudo", fmt.Sprintf("%8s : TTY=%s ; PWD=%s ; USER=root ; COMMAND=%s", a.name, tty, home, command)
	s.told(r, "privilege", x)
	s.line(x.to, begin+ms, "sudo", 0, fmt.Sprintf("pam_unix(sudo:session): session opened for user root(uid=0) by %s(uid=%d)", a.name, a.uid))
	s.line(x.to, end, "sudo", 0, "pam_unix(sudo:session): session closed for user root")
}

// deniedSudo is somebody who may not, and did not know.
func (s *sim) deniedSudo(x *session) {
	s.after(s.dice.span(10*time.Second, 20*time.Minute), func() {
		if !x.open {
			return
		}
		r := s.newRecord(x.to, 0)
		r.program, r.message = "sudo", fmt.Sprintf("%8s : user NOT in sudoers ; TTY=pts/%d ; PWD=/home/%s ; USER=root ; COMMAND=%s", x.account.name, x.id%7, x.account.name, pick(s.dice, commands))
		s.told(r, "failure", x)
	})
}

var commands = []string{
	"/usr/bin/systemctl restart nginx", "/usr/bin/systemctl status sssd", "/usr/bin/journalctl -u postgresql -n 200", "/usr/bin/apt-get update",
	"/usr/bin/tail -n 500 /var/log/syslog", "/usr/bin/vi /etc/hosts", "/usr/bin/docker ps", "/usr/bin/docker logs --tail 100 app", "/usr/bin/df -h",
	"/usr/bin/dnf update -y openssl", "/usr/bin/less /var/log/messages", "/usr/sbin/lvs", "/usr/bin/su - postgres", "/usr/bin/cat /etc/app/app.conf",
	"/usr/bin/systemctl reload haproxy", "/usr/bin/rm -rf /var/tmp/build", "/usr/sbin/ss -tlnp", "/usr/bin/bash",
}

// busy does in a terminal what people do there, until the session ends.
func (s *sim) busy(x *session, gap time.Duration, root float64) {
	s.after(s.dice.wait(gap), func() {
		if !x.open || x.to.windows {
			return
		}
		if s.dice.chance(root) {
			s.sudo(x, pick(s.dice, commands))
		}
		s.busy(x, gap, root)
	})
}

// cron is what hosts do for themselves.
func (s *sim) cron(h *host) {
	s.after(s.dice.span(2*time.Hour, 30*time.Hour), func() {
		if h.gone != 0 {
			return
		}
		pid := h.nextPID(s.dice)
		s.line(h, 0, "CRON", pid, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
		s.line(h, 3*ms, "CRON", pid+1, "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)")
		s.line(h, 900*ms, "CRON", pid, "pam_unix(cron:session): session closed for user root")
		s.cron(h)
	})
}
