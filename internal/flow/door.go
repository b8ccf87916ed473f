package flow

import "github.com/footfall/footfall"

// Door is which remote service's door a connection knocks at: by what a sensor
// found in it, else by its port; ServiceUnknown when it is none that T1021 names.
func Door(s *footfall.Step) footfall.Service {
	switch s.Service {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceVNC, footfall.ServiceWinRM, footfall.ServiceTelnet,
		footfall.ServiceARD, footfall.ServiceSMB, footfall.ServiceRPC:
		return s.Service
	case footfall.ServiceR:
		if s.DstPort != 514 { // by UDP that is syslog, and every host speaks it
			return s.Service
		}
	case footfall.ServiceDCOM, footfall.ServiceWMI:
		return footfall.ServiceRPC
	case footfall.ServiceUnknown:
		if s.DstPort >= 5800 && s.DstPort <= 5809 { // VNC in a browser
			return footfall.ServiceVNC
		}
	}
	return footfall.ServiceUnknown
}

// Label is how a finding calls a service.
func Label(s footfall.Service) string {
	switch s {
	case footfall.ServiceRDP:
		return "Remote Desktop"
	case footfall.ServiceWinRM:
		return "WinRM"
	case footfall.ServiceTelnet:
		return "Telnet"
	case footfall.ServiceARD:
		return "Apple Remote Desktop"
	case footfall.ServiceR:
		return "rsh"
	case footfall.ServiceKube:
		return "Kubernetes"
	case footfall.ServiceGateway:
		return "a remote access gateway"
	case footfall.ServiceSSH, footfall.ServiceVNC, footfall.ServiceSMB, footfall.ServiceRPC, footfall.ServiceVPN, footfall.ServiceLDAP:
		return upper(s.String())
	}
	return s.String()
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// Size writes a number of bytes for a sentence.
func Size(n int64) string {
	switch {
	case n < 10_000:
		return itoa(n) + " bytes"
	case n < 10_000_000:
		return itoa(n/1000) + " KB"
	case n < 10_000_000_000:
		return itoa(n/1_000_000) + " MB"
	}
	return itoa(n/1_000_000_000) + " GB"
}
