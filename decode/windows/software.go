package windows

import (
	"strings"

	f "github.com/footfall/footfall"
)

// software of other makers that writes to Windows' logs in words of its own.

// screenConnect is written by the client of ScreenConnect (ConnectWise Control)
// on the host that is worked on. It does not say from where.
var screenConnect = []Meaning{
	{ID: 100, Doc: "ScreenConnect: somebody connected to this host", Provider: "ScreenConnect*", Kind: f.KindLogon, Service: f.ServiceRMM, Outcome: f.Success, Reads: anyText, finish: connectWise},
	{ID: 101, Doc: "ScreenConnect: somebody disconnected", Provider: "ScreenConnect*", Kind: f.KindLogoff, Service: f.ServiceRMM, Outcome: f.Success, Reads: anyText, finish: connectWise},
	{ID: 200, Doc: "ScreenConnect: a command ran on this host", Provider: "ScreenConnect*", Kind: f.KindShell, Service: f.ServiceRMM, Outcome: f.Success, Reads: anyText, finish: connectWise},
	{ID: 201, Doc: "ScreenConnect: files came to this host", Provider: "ScreenConnect*", Kind: f.KindTransfer, Service: f.ServiceRMM, Outcome: f.Success, Reads: anyText, finish: connectWise},
}

// connectWise reads the first line of a text: "NAME Connected", "Executed
// command of length: 42", "Transferred files with action 'Transfer': a.exe".
func connectWise(r *Reader, _ *f.Batch, e *f.Event) {
	s, rest, _ := strings.Cut(strings.TrimLeft(r.x.text, " \r\n"), "\n")
	s = strings.TrimRight(s, " \r")
	switch e.Kind {
	case f.KindLogon, f.KindLogoff:
		i := strings.LastIndexByte(s, ' ')
		if i > 0 && strings.HasSuffix(s, "onnected") {
			setFull(&e.User, s[:i])
		}
	case f.KindShell:
		e.Object = s
	case f.KindTransfer:
		_, files, _ := strings.Cut(s, "': ")
		if files == "" { // one on a line of its own
			files, _, _ = strings.Cut(strings.TrimLeft(rest, " \r\n"), "\n")
		}
		e.Object = strings.Trim(files, " \r")
	}
	e.Client = r.x.client(e.Provider)
}

// client names the installation: "ScreenConnect Client (0123456789abcdef)".
func (x *extra) client(provider string) string {
	if v := between(x.text, `\ScreenConnect Client (`, ")"); v != "" {
		return v
	}
	return between(provider, "(", ")")
}

// storeFrontProviders are StoreFront's, whose names hold those of stores.
var storeFrontProviders = []string{
	"Citrix Store Service", "Citrix Authentication Service", "Citrix Receiver for Web", "Citrix Web Receiver", "Citrix Delivery Services",
	"Citrix Credential Wallet Service", "Citrix Roaming Service", "Citrix Subscriptions Store Service", "Citrix Workspace Control Service",
}

// storeFront: the ids of its services overlap, and their texts tell them apart.
var storeFront = func() (out []Meaning) {
	for _, id := range [...]uint32{1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 19, 28, 30} {
		out = append(out, Meaning{ID: id, Doc: "StoreFront: a logon or a launch that failed, by its text", Reads: anyText, finish: storeFrontText})
	}
	return out
}()

// storeFrontText reads what failed. StoreFront logs no logon that succeeded and
// no launch: the gateway before it, the broker behind it and IIS do.
func storeFrontText(r *Reader, _ *f.Batch, e *f.Event) {
	s := r.x.text
	switch {
	case strings.HasPrefix(s, "Failed to launch the resource "):
		e.Kind, e.Service, e.Outcome = f.KindConnection, f.ServiceGateway, f.Failure
		e.Object, _ = quotedBy(s[len("Failed to launch the resource "):])
		return
	case strings.Contains(s, " single sign-on failed because the credentials failed verification"),
		strings.HasPrefix(s, "A CitrixAGBasic Login request has failed"),
		strings.HasPrefix(s, "The credentials supplied were; user: "), strings.Contains(s, "\nThe credentials supplied were; user: "):
	default:
		return
	}
	e.Kind, e.Service, e.Outcome, e.Auth = f.KindLogon, f.ServiceGateway, f.Failure, f.AuthPassword
	if strings.Contains(s, "reason: Failed") {
		e.Reason = f.ReasonBadPassword
	}
	if _, v, ok := strings.Cut(s, "The credentials supplied were; user: "); ok {
		v, _, _ = strings.Cut(v, "\n")
		v = strings.TrimRight(v, " \r.")
		i := strings.LastIndex(v, " domain: ") // the name stands before
		if i < 0 {
			i = len(v)
		} else {
			e.User.Domain = v[i+len(" domain: "):]
		}
		if e.User.Domain != "" {
			e.User.Name = v[:i]
		} else {
			setFull(&e.User, v[:i])
		}
	}
}

// quotedBy returns what stands between the quote that s begins with and its like.
func quotedBy(s string) (string, bool) {
	for _, q := range [...][2]string{{"'", "' "}, {`"`, `" `}, {"\u201c", "\u201d "}} {
		if v, ok := strings.CutPrefix(s, q[0]); ok {
			v, _, ok = strings.Cut(v, q[1])
			return v, ok
		}
	}
	return "", false
}
