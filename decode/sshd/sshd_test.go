package sshd

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// one decodes a message as the decode stage does.
func one(t testing.TB, b *footfall.Batch, text string) *footfall.Event {
	t.Helper()
	f, err := newDecoder(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Reset()
	e := b.New()
	e.Program, e.PID, e.Message = "sshd", 4711, text
	if err := f(b, footfall.Bytes(e.Message)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return &b.Events[0]
}

// line is an event in one line.
func line(e *footfall.Event) string {
	var s []string
	add := func(name, v string) {
		if v != "" {
			s = append(s, name+"="+v)
		}
	}
	add("kind", e.Kind.String())
	add("outcome", e.Outcome.String())
	add("reason", e.Reason.String())
	add("auth", e.Auth.String())
	add("user", e.User.Name)
	add("uid", e.User.SID)
	add("from", ends(e.From))
	add("to", ends(e.To))
	add("object", e.Object)
	add("client", e.Client)
	add("parent", e.Parent)
	if e.Elevated {
		add("elevated", "yes")
	}
	if e.Session != "4711" {
		add("session", e.Session)
	}
	return strings.Join(s, " ")
}

func ends(p footfall.Endpoint) string {
	s := p.Host
	if p.Addr.IsValid() {
		s = p.Addr.String()
	}
	if p.Port != 0 {
		s += fmt.Sprintf("#%d", p.Port)
	}
	return s
}

func TestMessages(t *testing.T) {
	var b footfall.Batch
	f := func(in, want string) {
		t.Helper()
		if got := line(one(t, &b, in)); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("Accepted password for root from 198.51.100.7 port 50022 ssh2",
		"kind=logon outcome=success auth=password user=root from=198.51.100.7#50022 elevated=yes")
	f("Accepted publickey for ana from 2001:db8::5 port 50022 ssh2: ED25519 SHA256:pT0q",
		"kind=logon outcome=success auth=key user=ana from=2001:db8::5#50022 object=SHA256:pT0q")
	f("Accepted publickey for ana from 198.51.100.7 port 50022 ssh2: ED25519-CERT SHA256:pT0q ID ana@corp laptop (serial 42) CA RSA SHA256:caca",
		"kind=logon outcome=success auth=certificate user=ana from=198.51.100.7#50022 object=SHA256:pT0q client=ana@corp laptop")
	f("Accepted gssapi-with-mic for ana from 198.51.100.7 port 50022 ssh2: ana@CORP.EXAMPLE",
		"kind=logon outcome=success auth=kerberos user=ana from=198.51.100.7#50022 client=ana@CORP.EXAMPLE")
	f("Accepted keyboard-interactive/pam for ana from ::ffff:198.51.100.7 port 50022 ssh2",
		"kind=logon outcome=success auth=keyboard user=ana from=198.51.100.7#50022")
	f(" Accepted password for ana from 198.51.100.7 port 50022  ssh2",
		"kind=logon outcome=success auth=password user=ana from=198.51.100.7#50022")
	f("Failed password for invalid user  from 198.51.100.7 port 50022 ssh2",
		"kind=logon outcome=failure reason=no-user auth=password from=198.51.100.7#50022")
	f("Failed keyboard-interactive for <invalid username> from 198.51.100.7 port 50022 ssh2",
		"kind=logon outcome=failure reason=no-user auth=keyboard from=198.51.100.7#50022")
	f("Failed publickey for git from 198.51.100.7 port 50022 ssh2: ECDSA 0e:ff:01",
		"kind=logon outcome=failure reason=no-key auth=key user=git from=198.51.100.7#50022 object=0e:ff:01")
	f("Failed password for illegal user x from host.example.net",
		"kind=logon outcome=failure reason=no-user auth=password user=x from=host.example.net")
	f("Invalid user  from 198.51.100.7 port 3",
		"kind=attempt outcome=failure reason=no-user from=198.51.100.7#3")
	f("Connection closed by authenticating user root 198.51.100.7 port 3 [preauth]",
		"kind=attempt outcome=failure user=root from=198.51.100.7#3")
	f("Connection closed by invalid user  198.51.100.7 port 3 [preauth]",
		"kind=attempt outcome=failure reason=no-user from=198.51.100.7#3")
	f("Connection closed by 198.51.100.7 [preauth]", "kind=attempt outcome=failure from=198.51.100.7")
	f("Connection closed by 198.51.100.7", "kind=logoff outcome=success from=198.51.100.7")
	f("Disconnected from user ana 198.51.100.7 port 3", "kind=logoff outcome=success user=ana from=198.51.100.7#3")
	f("Received disconnect from 198.51.100.7 port 3:11: disconnected by user", "kind=logoff outcome=success from=198.51.100.7#3")
	f("Received disconnect from 2001:db8::5: 11: Bye from 203.0.113.1 [preauth]", "kind=attempt outcome=failure from=2001:db8::5")
	f("error: Received disconnect from 198.51.100.7 port 3:14: No supported authentication methods available [preauth]",
		"kind=attempt outcome=failure from=198.51.100.7#3")
	f("Connection from 198.51.100.7 port 3 on 10.0.0.5 port 22 rdomain \"\"", "kind=attempt from=198.51.100.7#3 to=10.0.0.5#22")
	f("User child is on pid 4800", "parent=4711 session=4800")
	f("Starting session: shell on pts/0 for ana from 198.51.100.7 port 3 id 0", "kind=shell outcome=success user=ana from=198.51.100.7#3 object=shell")
	f("Starting session: subsystem 'sftp' for ana from 198.51.100.7 port 3 id 0", "kind=shell outcome=success user=ana from=198.51.100.7#3 object=sftp")
	f("subsystem request for netconf by user ana failed, subsystem not found", "kind=shell outcome=failure user=ana object=netconf")
	f("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.7  user=root",
		"kind=credential outcome=failure reason=bad-password user=root from=198.51.100.7")
	f("pam_unix(sshd:session): session opened for user ana(uid=1000) by (uid=0)", "kind=credential outcome=success user=ana uid=1000")
	f("pam_unix(sshd:session): session closed for user ana", "kind=logoff outcome=success user=ana")
	f("PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.7  user=root",
		"kind=credential outcome=failure reason=bad-password user=root from=198.51.100.7")
	f("2 more authentication failures; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=host.example.net ",
		"kind=credential outcome=failure reason=no-user from=host.example.net")
	f("pam_unix(sshd:auth): check pass; user unknown", "")
	f("error: PAM: Authentication failure for illegal user x from 198.51.100.7 via 10.0.0.5",
		"kind=credential outcome=failure reason=no-user auth=keyboard user=x from=198.51.100.7")
	f("error: maximum authentication attempts exceeded for invalid user x from 198.51.100.7 port 3 ssh2 [preauth]",
		"kind=credential outcome=failure reason=no-user user=x from=198.51.100.7#3")
	f("User root from 198.51.100.7 not allowed because not listed in AllowUsers",
		"kind=credential outcome=failure reason=restricted user=root from=198.51.100.7")
	f("User root not allowed because account is locked", "kind=credential outcome=failure reason=locked user=root")
	f("refused connect from _U2F=_@::ffff:198.51.100.7 (::ffff:198.51.100.7)", "kind=attempt outcome=failure reason=restricted from=198.51.100.7")
	f("drop connection #10 from [198.51.100.7]:3 on [10.0.0.5]:22 penalty: failed authentication",
		"kind=attempt outcome=failure reason=restricted from=198.51.100.7#3")
	f("Timeout before authentication for connection from 198.51.100.7 to 10.0.0.5, pid = 29098",
		"kind=attempt outcome=failure reason=protocol from=198.51.100.7 to=10.0.0.5 session=29098")
	f("fatal: Timeout before authentication for 198.51.100.7 port 3", "kind=attempt outcome=failure reason=protocol from=198.51.100.7#3")
	f("fatal: Unable to negotiate with 198.51.100.7 port 3: no matching cipher found. Their offer: x: y from 203.0.113.1 port 2",
		"kind=attempt outcome=failure reason=protocol from=198.51.100.7#3")
	f("error: kex_exchange_identification: client sent invalid protocol identifier \"x from 203.0.113.1 port 2\"",
		"kind=attempt outcome=failure reason=protocol")
	f("reverse mapping checking getaddrinfo for a.example [198.51.100.7] failed - POSSIBLE BREAK-IN ATTEMPT!", "kind=attempt from=198.51.100.7")
	f("Address 198.51.100.7 maps to a.example, but this does not map back to the address - POSSIBLE BREAK-IN ATTEMPT!", "kind=attempt from=198.51.100.7")
	f("error: connect_to 10.0.0.9 port 3389: failed.", "kind=connection outcome=failure to=10.0.0.9#3389")
	f("Server listening on :: port 22.", "kind=start outcome=success to=::#22")
	f("sshd: Accepted password for ana from 198.51.100.7 port 50022 ssh2",
		"kind=logon outcome=success auth=password user=ana from=198.51.100.7#50022")
	f("something new", "")
	f("", "")
}

// What a client says of itself is never its address.
func TestHostile(t *testing.T) {
	var b footfall.Batch
	f := func(in, from string) {
		t.Helper()
		if got := ends(one(t, &b, in).From); got != from {
			t.Errorf("%s\n got %q, want %q", in, got, from)
		}
	}
	f("Failed password for invalid user a from 203.0.113.9 port 22 ssh2 from 127.0.0.1 port 5 ssh2", "127.0.0.1#5")
	f("Failed password for invalid user a from 203.0.113.9 port 22 ssh2: from 127.0.0.1 port 5 ssh2", "127.0.0.1#5")
	f("Failed publickey for invalid user a from 203.0.113.9 port 22 ssh2: RSA SHA256:x from 127.0.0.1 port 5 ssh2: RSA SHA256:y", "127.0.0.1#5")
	f("Failed publickey for bob from 127.0.0.1 port 5 ssh2: RSA-CERT SHA256:y ID x from 203.0.113.9 port 22 ssh2: RSA SHA256:z (serial 0) CA RSA SHA256:c", "127.0.0.1#5")
	f("Accepted publickey for bob from 127.0.0.1 port 5 ssh2: RSA-CERT SHA256:y ID x from 203.0.113.9 port 22 ssh2 (serial 0) CA RSA SHA256:c", "127.0.0.1#5")
	// Either the name or the id of the certificate was made up: nobody can tell.
	f("Failed publickey for invalid user bob from 127.0.0.1 port 5 ssh2: RSA-CERT SHA256:y ID x from 203.0.113.9 port 22 ssh2: RSA-CERT SHA256:z ID w (serial 0) CA RSA SHA256:c", "")
	f("Failed password for user from 127.0.0.1 port 20000 ssh1: ruser from 203.0.113.9", "127.0.0.1#20000")
	f("Bad protocol version identification 'x' from 203.0.113.9 port 3' from 127.0.0.1 port 5", "127.0.0.1#5")
	f("Disconnecting invalid user a 203.0.113.9 port 1: Too many authentication failures 127.0.0.1 port 5: Too many authentication failures [preauth]", "127.0.0.1#5")
	f("Disconnecting invalid user a 203.0.113.9 port 1: Packet corrupt 127.0.0.1 port 5: Packet corrupt [preauth]", "127.0.0.1#5")
	f("Disconnecting invalid user a 127.0.0.1 port 5: Change of username or service not allowed: (a,ssh-connection) -> (203.0.113.9 port 3: Too many authentication failures,x) [preauth]", "127.0.0.1#5")
	f("Disconnecting invalid user a 203.0.113.9 port 1: Change of username or service not allowed: (b 127.0.0.1 port 5: Change of username or service not allowed: (a,ssh-connection) -> (c,ssh-connection) [preauth]", "")
	f("Starting session: subsystem 'a for root from 203.0.113.9 port 1' for ana from 127.0.0.1 port 5 id 0", "127.0.0.1#5")
	f("reverse mapping checking getaddrinfo for a [203.0.113.9] failed [127.0.0.1] failed - POSSIBLE BREAK-IN ATTEMPT!", "127.0.0.1")
	f("Authentication tried for ana with correct key but not from a permitted host (host=a, ip=203.0.113.9, ip=127.0.0.1, required=10.0.0.0/8).", "127.0.0.1")
	f("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=127.0.0.1  user=x rhost=203.0.113.9", "127.0.0.1")
	f("error: PAM: Authentication failure for x from 203.0.113.9 via 203.0.113.8 from 127.0.0.1", "127.0.0.1")
	f("reverse mapping checking getaddrinfo for a[203.0.113.9] [127.0.0.1] failed - POSSIBLE BREAK-IN ATTEMPT!", "127.0.0.1")
	f("refused connect from x (203.0.113.9) (127.0.0.1)", "127.0.0.1")
}

func TestHostileFile(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev/hostile/sshd-hostile-names.log"))
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	n := 0
	for l := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		_, text, _ := strings.Cut(l, "]: ")
		e := one(t, &b, text)
		switch {
		case e.Kind == footfall.KindStart:
			continue
		case e.From.Addr == netip.MustParseAddr("127.0.0.1"):
			n++
		case text == "pam_unix(sshd:auth): check pass; user unknown":
		default:
			t.Errorf("%s\nfrom %v", l, e.From)
		}
	}
	if n < 40 {
		t.Errorf("%d lines blame the client", n)
	}
}

func TestRepeated(t *testing.T) {
	var b footfall.Batch
	one(t, &b, "message repeated 3 times: [ Failed password for root from 198.51.100.7 port 5 ssh2]")
	if len(b.Events) != 3 {
		t.Fatalf("%d events", len(b.Events))
	}
	for i := range b.Events {
		if got := line(&b.Events[i]); got != "kind=logon outcome=failure reason=bad-password auth=password user=root from=198.51.100.7#5" {
			t.Errorf("copy %d: %s", i, got)
		}
	}
	one(t, &b, "message repeated 99999999 times: [ Failed password for root from 198.51.100.7 port 5 ssh2]")
	if len(b.Events) != maxRepeats {
		t.Errorf("%d events", len(b.Events))
	}
	one(t, &b, "message repeated x times: [ Failed password for root from 198.51.100.7 port 5 ssh2]")
	if len(b.Events) != 1 || b.Events[0].Kind != footfall.KindUnknown {
		t.Errorf("%d events", len(b.Events))
	}
}

func FuzzDecode(f *testing.F) {
	for i := range Messages {
		f.Add([]byte(Messages[i].Form))
	}
	f.Add([]byte("Failed publickey for invalid user a from 203.0.113.9 port 22 ssh2: RSA SHA256:x from 127.0.0.1 port 5 ssh2: RSA SHA256:y"))
	f.Add([]byte("message repeated 3 times: [ Failed password for root from 198.51.100.7 port 5 ssh2]"))
	decode, err := newDecoder(footfall.NewSchema(true), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		b.New().PID = 7
		if err := decode(&b, in); err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		if len(b.Events) > maxRepeats {
			t.Fatalf("%d events", len(b.Events))
		}
	})
}
