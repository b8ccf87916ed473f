package suricata

import (
	"strings"

	"github.com/footfall/footfall"
)

// smb reads one command with its answer: session setups are logons, tree
// connects shares, creates files and pipes.
func (r *reader) smb(e *footfall.Event) {
	v := r.v
	status := v.Get(vStatus)
	switch status {
	case "", "STATUS_MORE_PROCESSING_REQUIRED":
	case "STATUS_SUCCESS":
		e.Outcome = footfall.Success
	default:
		e.Outcome = footfall.Failure
	}
	command := v.Get(vCommand)
	switch {
	case v.Get(vUUID) != "" || v.Get(vOpnum) != "":
		r.call(e)
	case strings.Contains(command, "SESSION_SETUP"):
		r.setup(e, status)
	case strings.Contains(command, "TREE_CONNECT"):
		e.Kind, e.Object = footfall.KindShare, share(v.Get(vShare))
	case strings.Contains(command, "CREATE") || strings.Contains(command, "OPEN_ANDX"):
		r.create(e)
	case strings.Contains(command, "LOGOFF"):
		e.Kind = footfall.KindLogoff
	}
}

func (r *reader) setup(e *footfall.Event, status string) {
	v := r.v
	e.User = footfall.Account{Name: v.Get(vNTUser), Domain: v.Get(vNTDomain)}
	e.Client = v.Get(vNTHost)
	switch {
	case v.Get(vSNames) != "" || v.Get(vRealm) != "":
		e.Auth, e.Object = footfall.AuthKerberos, v.Get(vSNames)
	case v.Get(vNTUser) != "" || v.Get(vNTHost) != "" || v.Get(vNTDomain) != "":
		e.Auth = footfall.AuthNTLM
		e.Guest = v.Get(vNTUser) == ""
	}
	if e.Outcome == footfall.OutcomeUnknown {
		e.Kind = footfall.KindAttempt
		return
	}
	e.Kind = footfall.KindLogon
	if e.Outcome == footfall.Failure {
		e.Reason = ntReason(status)
	}
}

// ntReason reads the names of MS-ERREF section 2.3.1.
func ntReason(s string) footfall.Reason {
	switch s {
	case "STATUS_NO_SUCH_USER":
		return footfall.ReasonNoUser
	case "STATUS_LOGON_FAILURE", "STATUS_WRONG_PASSWORD":
		return footfall.ReasonBadPassword
	case "STATUS_ACCOUNT_DISABLED":
		return footfall.ReasonDisabled
	case "STATUS_ACCOUNT_LOCKED_OUT":
		return footfall.ReasonLocked
	case "STATUS_PASSWORD_EXPIRED", "STATUS_ACCOUNT_EXPIRED", "STATUS_PASSWORD_MUST_CHANGE":
		return footfall.ReasonExpired
	case "STATUS_ACCOUNT_RESTRICTION", "STATUS_INVALID_LOGON_HOURS", "STATUS_INVALID_WORKSTATION", "STATUS_LOGON_TYPE_NOT_GRANTED", "STATUS_ACCESS_DENIED", "STATUS_LOGON_NOT_GRANTED":
		return footfall.ReasonRestricted
	}
	return footfall.ReasonUnknown
}

// share takes the server's name off a path: \\SERVER\share.
func share(path string) string {
	s, ok := strings.CutPrefix(path, `\\`)
	if !ok {
		return path
	}
	_, s, _ = strings.Cut(s, `\`)
	return s
}

func (r *reader) create(e *footfall.Event) {
	v := r.v
	tree, name := share(v.Get(vShare)), strings.TrimLeft(v.Get(vFile), `\`)
	if p := v.Get(vPipe); p != "" || strings.EqualFold(tree, "IPC$") {
		if name == "" {
			name = p
		}
		if len(name) > 5 && strings.EqualFold(name[:5], `pipe\`) {
			name = name[5:]
		}
		e.Kind, e.Object = footfall.KindPipe, r.lower(strings.TrimLeft(name, `\`))
		return
	}
	e.Kind = footfall.KindShare
	switch v.Get(vDisposition) {
	case "FILE_CREATE", "FILE_OVERWRITE", "FILE_OVERWRITE_IF", "FILE_SUPERSEDE":
		e.Kind = footfall.KindFile
	}
	switch {
	case tree == "":
		e.Object = name
	case name == "" || name == "<share_root>":
		e.Object = tree
	default:
		s := append(append(append(r.b.Grow(len(tree)+len(name)+1), tree...), '\\'), name...)
		e.Object = r.b.Kept(s)
	}
}

func (r *reader) lower(s string) string {
	if strings.IndexFunc(s, func(c rune) bool { return c >= 'A' && c <= 'Z' }) < 0 {
		return s
	}
	out := append(r.b.Grow(len(s)), s...)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return r.b.Kept(out)
}

// An iface is an interface of remote procedure calls.
type iface struct {
	name    string
	service footfall.Service
	calls   map[string]string // names of those operations that change something, by number
}

// ifaces are those of remote administration: MS-SCMR, MS-TSCH, MS-RRP, MS-SAMR,
// MS-LSAD, MS-SRVS, MS-WKST, MS-DRSR, MS-RPRN, MS-NRPC, MS-EFSR, MS-WMI, MS-DCOM.
var ifaces = map[string]iface{
	"367abb81-9844-35f1-ad32-98f038001003": {"svcctl", footfall.ServiceRPC, map[string]string{"2": "DeleteService", "11": "ChangeServiceConfigW", "12": "CreateServiceW", "15": "OpenSCManagerW", "16": "OpenServiceW", "19": "StartServiceW", "24": "CreateServiceA", "31": "StartServiceA", "44": "CreateServiceWOW64A", "45": "CreateServiceWOW64W"}},
	"1ff70682-0a51-30e8-076d-740be8cee98b": {"atsvc", footfall.ServiceRPC, map[string]string{"0": "NetrJobAdd", "1": "NetrJobDel", "2": "NetrJobEnum"}},
	"86d35949-83c9-4044-b424-db363231fd0c": {"ITaskSchedulerService", footfall.ServiceRPC, map[string]string{"1": "SchRpcRegisterTask", "12": "SchRpcRun", "13": "SchRpcDelete", "19": "SchRpcEnableTask"}},
	"338cd001-2244-31f1-aaaa-900038001003": {"winreg", footfall.ServiceRPC, map[string]string{"6": "BaseRegCreateKey", "20": "BaseRegSaveKey", "22": "BaseRegSetValue"}},
	"12345778-1234-abcd-ef00-0123456789ac": {"samr", footfall.ServiceRPC, nil},
	"12345778-1234-abcd-ef00-0123456789ab": {"lsarpc", footfall.ServiceRPC, nil},
	"4b324fc8-1670-01d3-1278-5a47bf6ee188": {"srvsvc", footfall.ServiceRPC, map[string]string{"12": "NetrSessionEnum", "15": "NetrShareEnum"}},
	"6bffd098-a112-3610-9833-46c3f87e345a": {"wkssvc", footfall.ServiceRPC, nil},
	"e3514235-4b06-11d1-ab04-00c04fc2dcd2": {"drsuapi", footfall.ServiceRPC, map[string]string{"3": "DRSGetNCChanges", "12": "DRSCrackNames"}},
	"12345678-1234-abcd-ef00-0123456789ab": {"spoolss", footfall.ServiceRPC, map[string]string{"65": "RpcRemoteFindFirstPrinterChangeNotificationEx", "89": "RpcAddPrinterDriverEx"}},
	"12345678-1234-abcd-ef00-01234567cffb": {"netlogon", footfall.ServiceRPC, nil},
	"c681d488-d850-11d0-8c52-00c04fd90f7e": {"efsrpc", footfall.ServiceRPC, nil},
	"df1941c5-fe89-4e79-bf10-463657acf44d": {"efsrpc", footfall.ServiceRPC, nil},
	"e1af8308-5d1f-11c9-91a4-08002b14a0fa": {"epmapper", footfall.ServiceRPC, nil},
	"9556dc99-828c-11cf-a37e-00aa003240c7": {"IWbemServices", footfall.ServiceWMI, map[string]string{"24": "ExecMethod", "25": "ExecMethodAsync"}},
	"f309ad18-d86a-11d0-a075-00c04fb68820": {"IWbemLevel1Login", footfall.ServiceWMI, nil},
	"000001a0-0000-0000-c000-000000000046": {"IRemoteSCMActivator", footfall.ServiceDCOM, nil},
	"00000131-0000-0000-c000-000000000046": {"IRemUnknown", footfall.ServiceDCOM, nil},
	"00000143-0000-0000-c000-000000000046": {"IRemUnknown2", footfall.ServiceDCOM, nil},
	"99fcfec4-5260-101b-bbcb-00aa0021347a": {"IObjectExporter", footfall.ServiceDCOM, nil},
}

// call reads a remote procedure call: Object is the interface, Command the
// operation. Over SMB it goes through a named pipe, else through a port.
func (r *reader) call(e *footfall.Event) {
	v := r.v
	e.Service = footfall.ServiceRPC
	e.Kind = footfall.KindConnection
	e.Object, e.Command = v.Get(vUUID), v.Get(vOpnum)
	if f, ok := ifaces[strings.ToLower(e.Object)]; ok {
		e.Object, e.Service = f.name, f.service
		if name := f.calls[e.Command]; name != "" {
			e.Command = name
		}
	}
	if v.Get(vCommand) != "" || e.To.Port == 445 || e.To.Port == 139 {
		e.Kind = footfall.KindPipe
		if e.Object == "" {
			e.Object = v.First(vPipe, vFile)
		}
		e.Object = r.lower(e.Object)
	}
}
