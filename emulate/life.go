package emulate

import (
	"fmt"
	"net/netip"
	"time"
)

// where is the site that a host is at: a visitor's is not its own.
func (h *host) where() *site {
	if h.net != nil && h.net.site != nil {
		return h.net.site
	}
	return h.site
}

// projectStarts brings people of several teams to a system together.
func (s *sim) projectStarts() {
	y := pick(s.dice, s.world.systems)
	for range s.dice.number(2, 6) {
		t := pick(s.dice, s.world.teams)
		if !t.role.technical() || len(t.members) == 0 {
			continue
		}
		p := pick(s.dice, t.members)
		for _, h := range some(s.dice, y.hosts, s.dice.number(1, 5)) {
			p.projects = append([]*host{h}, p.projects...)
			s.jobs[p] = append(s.jobs[p], job{h, "new project", s.dice.number(1, 3)})
		}
	}
}

// drill walks a team's member through all hosts of a system by a list.
func (s *sim) drill() {
	y := pick(s.dice, s.world.systems)
	if y.owner == nil || len(y.owner.members) == 0 {
		return
	}
	p := pick(s.dice, y.owner.members)
	for _, h := range y.hosts {
		s.jobs[p] = append(s.jobs[p], job{h, "drill", 1})
	}
}

// script is a person's own task that runs at night where the person left it.
func (s *sim) script(p *person, from *host, to []*host, at time.Duration) {
	s.nightly(at, func() {
		if p.account.off || from.gone != 0 {
			return
		}
		x := s.begin(session{person: p, account: p.account, from: from, to: from, service: "cron", why: "own script"})
		pid := from.nextPID(s.dice)
		s.line(from, 0, "CRON", pid, fmt.Sprintf("pam_unix(cron:session): session opened for user %s(uid=%d) by (uid=0)", p.account.name, p.account.uid))
		s.each(x, to, 40*time.Second, func(h *host) {
			if h.gone == 0 {
				y := s.ssh(x, h, way{account: p.account, method: "publickey", why: "own script", brief: true})
				s.finishIn(y, s.dice.span(time.Second, 12*time.Minute))
			}
		})
	})
}

// scripts of the people who have some.
func (s *sim) ownScripts() {
	for _, p := range s.world.people {
		if p.role != developer && p.role != linuxAdmin && p.role != databaseAdmin || !s.dice.chance(0.12) || len(p.team.systems) == 0 {
			continue
		}
		var list []*host
		for _, y := range p.team.systems {
			if !y.windows {
				list = append(list, y.hosts...)
			}
		}
		if list = some(s.dice, list, s.dice.number(2, 5)); len(list) > 1 {
			s.script(p, list[0], list[1:], s.dice.span(20*time.Minute, 23*time.Hour))
		}
	}
}

// sweep is an administrator's loop over many hosts from the command line.
func (s *sim) sweep(p *person) {
	windows := p.role == windowsAdmin
	list := s.hosts(1, 0, func(h *host) bool {
		return h.windows == windows && h.role == server && h.system != nil && h.system.owner == p.team && !h.system.cloud
	})
	list = some(s.dice, list, s.dice.number(6, 70))
	if len(list) == 0 {
		return
	}
	x := s.begin(session{parent: p.desk, account: p.account, from: p.desk.to, to: p.desk.to, service: "script", why: "sweep"})
	x.luid = p.desk.luid
	s.each(x, list, 4*time.Second, func(h *host) {
		switch {
		case h.gone != 0 || !x.to.reaches():
		case windows && p.admin != nil:
			s.network(x, h, call{account: p.admin, port: 5985, service: "winrm", why: "sweep", hold: s.dice.span(2*time.Second, 50*time.Second), typed: `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`})
		case !windows:
			s.finishIn(s.ssh(x, h, way{account: p.account, method: "publickey", why: "sweep", brief: true}), s.dice.span(400*ms, 20*time.Second))
		}
	})
}

// inspect is a look at a host that somebody reported, by the security team.
func (s *sim) inspect(p *person) {
	h := pick(s.dice, s.world.hosts)
	if h.role == foreign || h.role == controller || !h.reaches() || h.gone != 0 {
		return
	}
	if h.windows && p.admin != nil {
		s.network(p.desk, h, call{account: p.admin, port: 5985, service: "winrm", why: "inspection", hold: s.dice.span(time.Minute, 40*time.Minute), typed: `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`})
	} else if !h.windows {
		s.visitUnix(p, h, "inspection")
	}
}

// tend works on what keeps the network together.
func (s *sim) tend(p *person) {
	g := pick(s.dice, s.world.sites)
	list := []*host{g.tap, pick(s.dice, s.world.gateways).host, g.dhcp}
	if h := pick(s.dice, list); !h.windows {
		s.visitUnix(p, h, "care")
	}
}

// closing is the end of a month, when finance works longer.
func (s *sim) closing(p *person) bool {
	return p.role == finance && s.now.in(p.site.zone).AddDate(0, 0, 3).Day() <= 4
}

// machines of the cloud, and the programs that release to it, call it too.
func (s *sim) cloudMachines() {
	for _, c := range s.world.cloud {
		for _, h := range c.instances {
			s.instanceCalls(c, h, s.dice.span(3*time.Hour, 40*time.Hour))
		}
	}
}

func (s *sim) instanceCalls(c *cloudAccount, h *host, gap time.Duration) {
	s.after(gap/2+s.dice.wait(gap/2), func() {
		if h.gone != 0 {
			return
		}
		s.trail(c, 0, c.machine("app", instanceID(h), "ASIA"+s.world.hex(16)), s.world.sites[0].egress, "Boto3/1.34.84 md/Botocore#1.34.84", "ssm.amazonaws.com", "UpdateInstanceInformation", null, null, "AwsApiCall", false)
		s.instanceCalls(c, h, gap)
	})
}

func instanceID(h *host) string {
	return fmt.Sprintf("i-0%02x%02x%02x56789abcde", h.mac[3], h.mac[4], h.mac[5])
}

// machine is the identity of a role that a program took.
func (c *cloudAccount) machine(role, name, key string) string {
	return fmt.Sprintf(`{"type":"AssumedRole","principalId":"AROA%s:%s","arn":"arn:aws:sts::%s:assumed-role/%s/%s","accountId":"%s","accessKeyId":"%s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%s","arn":"arn:aws:iam::%s:role/%s","accountId":"%s","userName":"%s"},"attributes":{"mfaAuthenticated":"false"}}}`,
		c.number[:8], name, c.number, role, name, c.number, key, c.number[:8], c.number, role, c.number, role)
}

// roleTaken is a release's way into a cloud account.
func (s *sim) roleTaken(x *session, c *cloudAccount) {
	s.takeRole(x, c, x.to, s.world.sites[0].egress)
}

// takeRole uses the key of the releases to take their role.
func (s *sim) takeRole(x *session, c *cloudAccount, from *host, ip netip.Addr) *session {
	user := fmt.Sprintf(`{"type":"IAMUser","principalId":"AIDA%s","arn":"arn:aws:iam::%s:user/deploy","accountId":"%s","accessKeyId":"AKIA%sDEPLOY","userName":"deploy"}`, c.number, c.number, c.number, c.number[:10])
	key := "ASIA" + s.world.hex(16)
	y := s.begin(session{parent: x, account: s.world.deployAccount, from: from, to: c.host, service: "cloud", why: x.why, addr: ip})
	s.trail(c, 0, user, ip, "aws-cli/2.15.40", "sts.amazonaws.com", "AssumeRole", `{"roleArn":"arn:aws:iam::`+c.number+`:role/release","roleSessionName":"release-`+digits(int(x.id))+`","durationSeconds":3600}`,
		`{"credentials":{"accessKeyId":"`+key+`"},"assumedRoleUser":{"assumedRoleId":"AROA:release","arn":"arn:aws:sts::`+c.number+`:assumed-role/release/release"}}`, "AwsApiCall", true).truth = truth{"explicit", y}
	for i, call := range []string{"DescribeImages", "DescribeInstances", "CreateTags"} {
		s.trail(c, time.Duration(i+1)*4*time.Second, c.machine("release", "release-"+digits(int(x.id)), key), ip, "aws-cli/2.15.40", "ec2.amazonaws.com", call, null, null, "AwsApiCall", i < 2)
	}
	s.finishIn(y, s.dice.span(time.Minute, 20*time.Minute))
	return y
}

// replication is what controllers do with one another.
func (s *sim) replication() {
	var all []*host
	for _, g := range s.world.sites {
		all = append(all, g.controllers...)
	}
	gap := s.dice.span(40*time.Minute, 7*time.Hour)
	for _, h := range all {
		s.replicate(h, all, gap)
	}
}

func (s *sim) replicate(h *host, all []*host, gap time.Duration) {
	s.after(gap/2+s.dice.wait(gap/2), func() {
		s.machineAt(h, pick(s.dice, all), "replication")
		s.replicate(h, all, gap)
	})
}
