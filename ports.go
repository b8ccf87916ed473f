package footfall

// ServiceOfPort names the service that usually listens on a TCP or UDP port
// (IANA Service Name and Transport Protocol Port Number Registry, and the
// makers' defaults); ServiceUnknown when none of those that matter does.
func ServiceOfPort(p uint16) Service {
	switch {
	case p == 22:
		return ServiceSSH
	case p == 3389:
		return ServiceRDP
	case p == 445 || p == 139:
		return ServiceSMB
	case p == 135:
		return ServiceRPC
	case p == 5985 || p == 5986 || p == 47001:
		return ServiceWinRM
	case p >= 5900 && p <= 5909:
		return ServiceVNC
	case p == 23:
		return ServiceTelnet
	case p == 3283:
		return ServiceARD
	case p == 20 || p == 21:
		return ServiceFTP
	case p == 88 || p == 464:
		return ServiceKerberos
	case p == 389 || p == 636 || p == 3268 || p == 3269:
		return ServiceLDAP
	case p == 1433 || p == 1434:
		return ServiceSQL
	case p == 80 || p == 443 || p == 8080 || p == 8443:
		return ServiceWeb
	case p == 512 || p == 513 || p == 514:
		return ServiceR
	case p == 500 || p == 4500 || p == 1194 || p == 51820 || p == 1723 || p == 1701:
		return ServiceVPN
	case p == 3391 || p == 1494 || p == 2598:
		return ServiceGateway
	case p == 6443 || p == 10250:
		return ServiceKube
	case p == 902 || p == 8006:
		return ServiceVirtual
	case p == 1080 || p == 3128:
		return ServiceProxy
	case p == 1812 || p == 1813 || p == 1645 || p == 1646 || p == 49:
		return ServiceRADIUS
	case p == 5938 || p == 7070 || p == 8040 || p == 8041:
		return ServiceRMM
	case p == 25 || p == 465 || p == 587 || p == 143 || p == 993 || p == 110 || p == 995:
		return ServiceMail
	case p == 53:
		return ServiceDNS
	case p == 67 || p == 68:
		return ServiceDHCP
	}
	return ServiceUnknown
}
