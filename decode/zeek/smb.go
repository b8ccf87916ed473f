package zeek

import (
	"strings"

	"github.com/footfall/footfall"
)

// smbTree reads a share that was connected to.
func (r *reader) smbTree(e *footfall.Event) {
	e.Kind, e.Service = footfall.KindShare, footfall.ServiceSMB
	e.Object = share(r.v.Get(vPath))
	if e.Object != "" || r.v.Get(vShareType) != "" {
		e.Outcome = footfall.Success // Zeek logs what the server answered
	}
}

// share takes the server's name off a path: \\SERVER\share. The name is the
// client's own choice (an alias, a domain), so it does not become To's.
func share(path string) string {
	s, ok := strings.CutPrefix(path, `\\`)
	if !ok {
		return path
	}
	_, s, _ = strings.Cut(s, `\`)
	return s
}

// smbFile reads what was done with a file or a pipe.
func (r *reader) smbFile(e *footfall.Event) {
	v := r.v
	e.Service, e.Outcome = footfall.ServiceSMB, footfall.Success
	action, _ := strings.CutPrefix(v.Get(vAction), "SMB::")
	tree, name := share(v.Get(vPath)), strings.TrimLeft(v.Get(vName), `\`)
	if strings.HasPrefix(action, "PIPE_") || strings.EqualFold(tree, "IPC$") || tree == "" && wellKnown(name) {
		e.Kind, e.Object = footfall.KindPipe, r.lower(pipe(name))
		return
	}
	e.Kind = footfall.KindShare
	switch action {
	case "FILE_WRITE", "FILE_RENAME", "FILE_DELETE", "FILE_SET_ATTRIBUTE":
		e.Kind = footfall.KindFile
	}
	e.Object = r.join(tree, name)
}

// join is share\name, either of which may be unknown. Zeek names a share's
// own folder so: <share_root>.
func (r *reader) join(tree, name string) string {
	if name == "" || name == "<share_root>" {
		return tree
	}
	if tree == "" {
		return name
	}
	s := append(append(append(r.b.Grow(len(tree)+len(name)+1), tree...), '\\'), name...)
	return r.b.Kept(s)
}

// pipe takes off what stands before a pipe's name: \PIPE\.
func pipe(s string) string {
	s = strings.TrimLeft(s, `\`)
	if len(s) > 5 && strings.EqualFold(s[:5], `pipe\`) {
		s = strings.TrimLeft(s[5:], `\`)
	}
	return s
}

// wellKnown reports whether a name without a share is that of one of Windows' own pipes.
func wellKnown(name string) bool {
	switch strings.TrimSpace(name) {
	case "svcctl", "atsvc", "winreg", "samr", "lsarpc", "lsass", "srvsvc", "wkssvc", "netlogon", "spoolss", "epmapper", "ntsvcs", "eventlog", "browser", "efsrpc", "protected_storage", "netdfs", "initshutdown", "InitShutdown":
		return true
	}
	return false
}

func (r *reader) lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			out := append(r.b.Grow(len(s)), s...)
			for j := i; j < len(out); j++ {
				if c := out[j]; c >= 'A' && c <= 'Z' {
					out[j] += 'a' - 'A'
				}
			}
			return r.b.Kept(out)
		}
	}
	return s
}

func (r *reader) smbCommand(e *footfall.Event) {
	v := r.v
	e.Service, e.Object = footfall.ServiceSMB, v.Get(vArgument)
	switch v.Get(vStatus) {
	case "":
	case "SUCCESS":
		e.Outcome = footfall.Success
	default:
		e.Outcome = footfall.Failure
	}
}

// call reads a remote procedure call: Object is the interface, Command the
// operation. Over SMB it goes through a named pipe, else through a port.
func (r *reader) call(e *footfall.Event) {
	v := r.v
	e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	e.Object, e.Command = v.Get(vEndpoint), v.Get(vOperation)
	e.Service = rpcService(e.Object)
	if e.To.Port == 445 || e.To.Port == 139 || strings.HasPrefix(v.Get(vPipe), `\`) {
		e.Kind = footfall.KindPipe
	}
	if e.Object == "" {
		e.Object = pipe(v.Get(vPipe))
	}
	if e.Kind == footfall.KindPipe {
		e.Object = r.lower(e.Object)
	}
}

// rpcService tells the interfaces of WMI (MS-WMI 1.9) and DCOM (MS-DCOM 1.9)
// from the others.
func rpcService(endpoint string) footfall.Service {
	switch endpoint {
	case "IWbemServices", "IWbemLevel1Login", "IWbemLoginClientID", "IWbemLoginHelper", "IEnumWbemClassObject", "IWbemFetchSmartEnum", "IWbemWCOSmartEnum",
		"IWbemCallResult", "IWbemRefreshingServices", "IWbemRemoteRefresher", "IWbemBackupRestore", "IWbemBackupRestoreEx", "IWbemContext", "IWbemShutdown", "IWbemTransport", "IWbemObjectSink":
		return footfall.ServiceWMI
	case "IObjectExporter", "IActivation", "IRemoteSCMActivator", "ISystemActivator", "IRemUnknown", "IRemUnknown2", "IDispatch", "IUnknown", "IOXIDResolver", "ICertRequestD", "ICertRequestD2":
		return footfall.ServiceDCOM
	}
	return footfall.ServiceRPC
}
