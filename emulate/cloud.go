package emulate

import (
	"fmt"
	"net/netip"
	"time"
)

// A cloudAccount is one of AWS, with its instances.
type cloudAccount struct {
	number, name string
	log          *source
	host         *host // stands for the console and the API
	instances    []*host
	role         string
	net          *network
}

const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36"

// public is the address that a computer has on the Internet.
func (s *sim) public(p *person, h *host) netip.Addr {
	switch {
	case h.tunnel != nil && !s.p.fullTunnel:
		return h.tunnel.outer
	case h.tunnel != nil:
		return h.tunnel.gate.public
	case h.addr.IsValid():
		return h.where().egress
	case p != nil && p.outside.IsValid():
		return p.outside
	}
	return s.world.sites[0].egress
}

// signIn is the single sign-on of the morning.
func (s *sim) signIn(p *person, h *host) *session {
	ip := s.public(p, h)
	x := s.begin(session{person: p, account: p.account, from: h, to: nil, service: "cloud", why: "work", addr: ip})
	token := "102" + s.world.hex(20)
	p.token = token
	if s.dice.chance(s.p.typos) {
		t := attempt(nil, p.account, h, nil, "cloud", "mistake")
		t.person = p
		s.okta(p, ip, "", "user.session.start", "User login to Okta", `{"reason":"INVALID_CREDENTIALS","result":"FAILURE"}`, "null", 0).truth = truth{"failure", t}
	}
	s.okta(p, ip, token, "user.authentication.auth_via_mfa", "Authentication of user via MFA", `{"reason":null,"result":"SUCCESS"}`, "null", 14*time.Second)
	s.okta(p, ip, token, "user.session.start", "User login to Okta", `{"reason":null,"result":"SUCCESS"}`, "null", 15*time.Second).truth = truth{"cloud", x}
	s.finishIn(x, s.dice.span(4*time.Hour, 13*time.Hour))
	return x
}

// application opens one by single sign-on.
func (s *sim) application(p *person, h *host, name string) {
	target := fmt.Sprintf(`[{"id":"0oa%08x","type":"AppInstance","alternateId":"%s","displayName":"%s"}]`, len(name)*7919, name, name)
	x := attempt(nil, p.account, h, nil, "cloud", "work")
	x.person = p
	s.okta(p, s.public(p, h), p.token, "user.authentication.sso", "User single sign on to app", `{"reason":null,"result":"SUCCESS"}`, target, 0).truth = truth{"cloud", x}
}

func (s *sim) okta(p *person, ip netip.Addr, token, kind, words, outcome, target string, delay time.Duration) *record {
	mail, uuid := p.account.name+"@"+s.p.realm, s.world.hex(32)
	country := p.site.country()
	tokenText := "null"
	if token != "" {
		tokenText = `"` + token + `"`
	}
	return s.text(s.idp, s.world.sites[0].controllers[0].site.tap, delay, func(b []byte, at time.Time) []byte {
		return fmt.Appendf(b, `{"actor":{"alternateId":"%s","detailEntry":null,"displayName":"%s","id":"00u%s","type":"User"},"authenticationContext":{"authenticationStep":0,"externalSessionId":%s},`+
			`"client":{"device":"Computer","geographicalContext":{"country":"%s"},"ipAddress":"%s","userAgent":{"browser":"CHROME","os":"Windows 10","rawUserAgent":"%s"},"zone":"null"},`+
			`"debugContext":{"debugData":{}},"displayMessage":"%s","eventType":"%s","outcome":%s,"published":"%s","request":{"ipChain":[]},"securityContext":{},"severity":"INFO","target":%s,"uuid":"%s","version":"0"}`+"\n",
			mail, p.name(), p.id, tokenText, country, ip, browser, words, kind, outcome, at.Format("2006-01-02T15:04:05.000Z"), target, uuid)
	})
}

func (g *site) country() string {
	switch g.zone.String() {
	case "America/New_York":
		return "United States"
	case "Asia/Singapore":
		return "Singapore"
	case "Europe/Lisbon":
		return "Portugal"
	}
	return "Germany"
}

// role is what somebody in the cloud is: an assumed role of the directory's.
func (c *cloudAccount) identity(s *sim, p *person, key string) string {
	return fmt.Sprintf(`{"type":"AssumedRole","principalId":"AROA%s:%s@%s","arn":"arn:aws:sts::%s:assumed-role/AWSReservedSSO_%s/%s@%s","accountId":"%s","accessKeyId":"%s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%s","arn":"arn:aws:iam::%s:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_%s","accountId":"%s","userName":"AWSReservedSSO_%s"},"attributes":{"mfaAuthenticated":"false"}}}`,
		c.number[:8], p.account.name, s.p.realm, c.number, c.role, p.account.name, s.p.realm, c.number, key, c.number[:8], c.number, c.role, c.number, c.role)
}

// trail is one call in CloudTrail.
func (s *sim) trail(c *cloudAccount, delay time.Duration, who string, ip netip.Addr, agent, source, name, parameters, answer, kind string, readOnly bool) *record {
	id := s.world.hex(32)
	return s.text(c.log, c.host, delay, func(b []byte, at time.Time) []byte {
		return fmt.Appendf(b, `{"eventVersion":"1.09","userIdentity":%s,"eventTime":"%s","eventSource":"%s","eventName":"%s","awsRegion":"eu-central-1","sourceIPAddress":"%s","userAgent":"%s","requestParameters":%s,"responseElements":%s,"eventID":"%s-%s-%s-%s-%s","readOnly":%t,"eventType":"%s","managementEvent":true,"recipientAccountId":"%s","eventCategory":"Management"}`,
			who, at.Format("2006-01-02T15:04:05Z"), source, name, ip, agent, parameters, answer, id[:8], id[8:12], id[12:16], id[16:20], id[20:], readOnly, kind, c.number)
	})
}

const null = "null"

// console works in the cloud's console or on its command line.
func (s *sim) console(p *person, h *host, c *cloudAccount, why string) {
	t := s.consoleAt(p.desk, p, h, c, s.public(p, h), why)
	if s.dice.chance(s.p.shells) && len(c.instances) > 0 {
		s.shell(t, pick(s.dice, c.instances), why)
	}
}

// A trailing is somebody at work in the cloud.
type trailing struct {
	session *session
	cloud   *cloudAccount
	who     string
	agent   string
	delay   time.Duration // when the last call was
}

// consoleAt signs in and looks around.
func (s *sim) consoleAt(parent *session, p *person, h *host, c *cloudAccount, ip netip.Addr, why string) *trailing {
	key := "ASIA" + s.world.hex(16)
	who := c.identity(s, p, key)
	x := s.begin(session{parent: parent, person: p, account: p.account, from: h, to: c.host, service: "cloud", why: why, addr: ip})
	s.finishIn(x, s.dice.span(5*time.Minute, 3*time.Hour))
	agent := browser
	if s.dice.chance(0.6) {
		s.trail(c, 0, who, ip, agent, "signin.amazonaws.com", "ConsoleLogin", null, `{"ConsoleLogin":"Success"}`, "AwsConsoleSignIn", false).truth = truth{"cloud", x}
	} else {
		agent = "aws-cli/2.15.40 Python/3.11.8 Linux/5.15 exe/x86_64"
		s.trail(c, 0, who, ip, agent, "sts.amazonaws.com", "GetCallerIdentity", null, null, "AwsApiCall", true)
	}
	calls := [][2]string{{"ec2.amazonaws.com", "DescribeInstances"}, {"s3.amazonaws.com", "ListBuckets"}, {"logs.amazonaws.com", "DescribeLogGroups"}, {"rds.amazonaws.com", "DescribeDBInstances"}, {"iam.amazonaws.com", "ListRoles"}}
	delay := time.Duration(0)
	for range s.dice.number(2, 9) {
		delay += s.dice.span(time.Second, 3*time.Minute)
		k := pick(s.dice, calls)
		s.trail(c, delay, who, ip, agent, k[0], k[1], null, null, "AwsApiCall", true)
	}
	return &trailing{x, c, who, agent, delay}
}

// shell opens a terminal on an instance through the cloud.
func (s *sim) shell(t *trailing, to *host, why string) *session {
	x := t.session
	y := s.begin(session{parent: x, account: x.account, from: x.from, to: to, service: "ssm", why: why, addr: x.addr})
	s.trail(t.cloud, t.delay+9*time.Second, t.who, x.addr, t.agent, "ssm.amazonaws.com", "StartSession", `{"target":"`+instanceID(to)+`"}`,
		`{"sessionId":"`+x.account.name+"-"+s.world.hex(17)+`","tokenValue":"HIDDEN_DUE_TO_SECURITY_REASONS"}`, "AwsApiCall", false).truth = truth{"cloud", y}
	s.finishIn(y, s.dice.span(time.Minute, time.Hour))
	return y
}
