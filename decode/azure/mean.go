package azure

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/record"
)

// mean gives an event its meaning by the category of the record.
func (r *reader) mean(b *footfall.Batch, e *footfall.Event) error {
	v := r.values
	e.Log, e.Service = r.other, footfall.ServiceCloud
	e.Time = moment(v.Get(when))
	if e.Time == 0 {
		e.Time = moment(v.Get(created))
	}
	e.From.Addr, e.Tenant = v.Addr(callerIP), v.Get(tenant)
	e.Session, e.UID = v.Get(correlation), v.Get(requestID)
	switch c := v.Get(category); {
	case strings.HasPrefix(c, "kube-audit") && v.Get(kubeLog) != "":
		text := v.Get(kubeLog)
		e.Computer = segment(v.Get(resourceID), "managedclusters")
		return r.audit.Read(b, e, footfall.Bytes(text[max(0, strings.IndexByte(text, '{')):]))
	case hasSuffixFold(c, "SignInLogs"), hasSuffixFold(v.Get(kindOfTable), "SignInLogs"), r.looksSignin():
		e.Log = r.signins
		r.signin(b, e)
	case strings.HasPrefix(c, "Risky"), strings.HasSuffix(c, "RiskEvents"), v.Get(riskType) != "", c == "" && v.Get(riskState) != "":
		e.Log = r.risk
		r.alert(e)
	case c == "AuditLogs", v.Get(loggedBy) != "", v.Get(byUPN) != "", v.Get(byApp) != "", v.Get(activity) != "":
		e.Log = r.audits
		r.directory(b, e)
	case c == "BastionAuditLogs", v.Get(bastionTarget) != "":
		r.bastion(e)
	case strings.HasPrefix(c, "ApplicationGateway"):
		r.request(e)
	case v.Get(operation) == "":
		return errRecord
	default:
		if activityCategory(c) {
			e.Log = r.activity
		}
		r.operation(b, e)
	}
	return nil
}

// looksSignin tells a sign-in without a category: of Graph, of a table, of a CSV.
func (r *reader) looksSignin() bool {
	v := r.values
	if v.Get(category) != "" || v.Get(activity) != "" || v.Get(riskType) != "" {
		return false
	}
	who := v.First(upn, userID, spID, spName) != ""
	return who && (v.Get(accessStatus) != "" || v.Get(errorCode) != "" || v.Get(appName) != "" && v.Get(resultType) != "")
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// moment reads a time of ISO 8601, or one as .NET writes it for Americans,
// which some categories have: 8/22/2022 6:11:52 PM. Both are in UTC.
func moment(s string) int64 {
	if ns, n := clock.ISO(s); n > 0 {
		return ns
	}
	date, rest, ok := strings.Cut(s, " ")
	hms, half, _ := strings.Cut(rest, " ")
	if !ok {
		return 0
	}
	var n [6]int
	i := 0
	for _, part := range [2]string{date, hms} {
		for p := range strings.FieldsFuncSeq(part, func(c rune) bool { return c == '/' || c == ':' }) {
			v, err := strconv.Atoi(p)
			if err != nil || i == 6 {
				return 0
			}
			n[i] = v
			i++
		}
	}
	switch {
	case half == "PM" && n[3] < 12:
		n[3] += 12
	case half == "AM" && n[3] == 12:
		n[3] = 0
	}
	if i < 5 {
		return 0
	}
	ns, _ := clock.Civil{Year: n[2], Month: n[0], Day: n[1], Hour: n[3], Minute: n[4], Second: n[5]}.Unix()
	return ns
}

// signin reads a sign-in (Graph resource type signIn).
func (r *reader) signin(b *footfall.Batch, e *footfall.Event) {
	v := r.values
	e.Kind = footfall.KindLogon
	e.User = footfall.Account{Name: v.Get(upn), SID: v.Get(userID)}
	if e.User.Name == "" {
		e.User = footfall.Account{Name: v.First(spName, identity), SID: v.First(spID, userID)}
	}
	e.To.Host, e.Object = v.First(appName, resourceName), v.Get(resourceName)
	e.Client, e.From.Host = v.First(userAgent, clientApp, browser), v.Get(deviceName)
	if e.Country = v.Get(country); e.Country == "" {
		e.Country = v.Get(place)
	}
	if id := v.Get(session); id != "" {
		e.Session = id
	}
	code := v.First(resultType, errorCode)
	e.Outcome, e.Reason = outcome(code, v)
	e.Auth = r.auth(code)
	r.factor(e, code)
	r.shown(b, e, code)
}

// outcome reads the code of an error of Entra; the portal's CSV has a word
// beside it.
func outcome(code string, v *record.Values) (footfall.Outcome, footfall.Reason) {
	switch {
	case code == "0", code == "Success", code == "" && v.Get(status) == "Success":
		return footfall.Success, footfall.ReasonUnknown
	case code == "" && v.Get(status) == "":
		return footfall.OutcomeUnknown, footfall.ReasonUnknown
	}
	return footfall.Failure, reasons[code]
}

// reasons are the error codes of the security token service, from
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
var reasons = map[string]footfall.Reason{
	"50034": footfall.ReasonNoUser, "51004": footfall.ReasonNoUser, "500341": footfall.ReasonNoUser, "50126": footfall.ReasonBadPassword, "50056": footfall.ReasonBadPassword,
	"50064": footfall.ReasonBadPassword, "80014": footfall.ReasonBadPassword, "7000215": footfall.ReasonBadPassword,
	"50053": footfall.ReasonLocked, "50057": footfall.ReasonDisabled, "7000112": footfall.ReasonDisabled, "700016": footfall.ReasonNoUser,
	"50055": footfall.ReasonExpired, "50142": footfall.ReasonExpired, "50144": footfall.ReasonExpired, "50133": footfall.ReasonExpired, "50173": footfall.ReasonExpired, "70008": footfall.ReasonExpired,
	"70043": footfall.ReasonExpired, "70044": footfall.ReasonExpired, "700082": footfall.ReasonExpired, "700084": footfall.ReasonExpired, "50089": footfall.ReasonExpired, "50132": footfall.ReasonExpired,
	"7000222": footfall.ReasonExpired, "700027": footfall.ReasonNoKey, "700024": footfall.ReasonNoKey, "50017": footfall.ReasonNoKey, "1001": footfall.ReasonNoKey,
	"50072": footfall.ReasonMFA, "50074": footfall.ReasonMFA, "50076": footfall.ReasonMFA, "50079": footfall.ReasonMFA, "50158": footfall.ReasonMFA, "500121": footfall.ReasonMFA, "50088": footfall.ReasonMFA,
	"53004": footfall.ReasonMFA, "500119": footfall.ReasonMFA, "500014": footfall.ReasonDisabled, "399218": footfall.ReasonMFA,
	"50005": footfall.ReasonRestricted, "50020": footfall.ReasonRestricted, "50097": footfall.ReasonRestricted, "50105": footfall.ReasonRestricted, "50131": footfall.ReasonRestricted, "50155": footfall.ReasonRestricted,
	"53000": footfall.ReasonRestricted, "53001": footfall.ReasonRestricted, "53002": footfall.ReasonRestricted, "53003": footfall.ReasonRestricted, "53009": footfall.ReasonRestricted, "53011": footfall.ReasonRestricted,
	"530021": footfall.ReasonRestricted, "530031": footfall.ReasonRestricted, "530032": footfall.ReasonRestricted, "530034": footfall.ReasonRestricted, "530035": footfall.ReasonRestricted, "65001": footfall.ReasonRestricted,
	"80012": footfall.ReasonRestricted, "90072": footfall.ReasonRestricted, "90094": footfall.ReasonRestricted, "500011": footfall.ReasonRestricted, "50194": footfall.ReasonRestricted, "1002016": footfall.ReasonProtocol,
}

// auth tells how identity was proved.
func (r *reader) auth(code string) footfall.Auth {
	v := r.values
	method := v.First(authMethod, authMethodText)
	switch {
	case strings.Contains(v.Get(credentialType), "ecret"), strings.Contains(v.Get(credentialType), "assword"):
		return footfall.AuthPassword
	case strings.Contains(v.Get(credentialType), "ertificate"):
		return footfall.AuthCertificate
	case strings.Contains(method, "Certificate"):
		return footfall.AuthCertificate
	case strings.Contains(method, "FIDO2"), strings.Contains(method, "Passkey"), strings.Contains(method, "Windows Hello"):
		return footfall.AuthKey
	case strings.Contains(method, "Password"), v.Get(authProtocol) == "ropc", code == "50126":
		return footfall.AuthPassword
	case strings.Contains(method, "Previously satisfied"), v.Get(interactive) == "false", strings.HasPrefix(v.Get(category), "NonInteractive"), strings.HasPrefix(v.Get(category), "ManagedIdentity"):
		return footfall.AuthToken
	}
	return footfall.AuthUnknown
}

// factor tells what is known of the second factor.
func (r *reader) factor(e *footfall.Event, code string) {
	v := r.values
	more := v.Get(moreDetails)
	multi := strings.EqualFold(v.Get(authRequirement), "multiFactorAuthentication") || v.Get(authRequirement) == "Multifactor authentication"
	switch {
	case code == "500121", strings.Contains(more, "MFA denied"), strings.Contains(more, "MFA Denied"):
		e.MFA = footfall.MFADenied
	case e.Outcome == footfall.Success && (multi || v.Get(mfaMethod) != ""):
		e.MFA = footfall.MFAUsed
	case e.Outcome == footfall.Success && v.Get(authRequirement) != "" && v.Get(upn) != "" && v.Get(interactive) != "false":
		e.MFA = footfall.MFAAbsent
	}
}

// interrupts are the codes of sign-ins that the portal shows as interrupted:
// the user was asked for more.
var interrupts = map[string]bool{
	"16000": true, "50055": true, "50058": true, "50072": true, "50074": true, "50076": true, "50079": true, "50097": true, "50125": true, "50127": true, "50129": true, "50140": true, "50143": true,
	"50144": true, "50158": true, "50199": true, "50203": true, "51006": true, "65001": true, "81010": true, "81012": true, "81014": true, "9002341": true,
}

// shown adds the fields that the portal has and the record has not.
func (r *reader) shown(b *footfall.Batch, e *footfall.Event, code string) {
	word := "Failure"
	switch {
	case e.Outcome == footfall.Success:
		word = "Success"
	case interrupts[code]:
		word = "Interrupted"
	case e.MFA == footfall.MFADenied:
		b.Add(r.asked.status, "MFA Denied")
	}
	b.Add(r.asked.status, word)
	b.Add(r.asked.details, "Sign-ins")
	switch r.values.Get(authProtocol) {
	case "deviceCode":
		b.Add(r.asked.message, "Device Code")
	case "ropc", "ROPC":
		b.Add(r.asked.message, "ROPC")
	}
}

// alert reads a risk detection or a risky user of Identity Protection.
func (r *reader) alert(e *footfall.Event) {
	v := r.values
	e.Kind, e.Object = footfall.KindAlert, v.First(riskType, riskState, operation)
	e.User = footfall.Account{Name: v.First(upn, spName, identity), SID: v.First(userID, spID)}
	if e.User.SID == "" {
		e.User.SID = v.Get(requestID)
	}
	e.Client, e.Country = v.Get(userAgent), v.Get(country)
}

// bastion reads a session through Azure Bastion.
func (r *reader) bastion(e *footfall.Event) {
	v := r.values
	e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	e.User.Name = v.Get(bastionMail)
	if login := v.Get(bastionUser); e.User.Name == "" {
		e.User.Name = login
	} else {
		e.Target.Name = login
	}
	e.From.Port, e.To.Addr, e.To.Host = v.Port(bastionPort), v.Addr(bastionTarget), machine(v.Get(bastionVM))
	if a := v.Addr(bastionIP); a.IsValid() {
		e.From.Addr = a
	}
	switch p := v.Get(bastionProtocol); {
	case strings.EqualFold(p, "ssh"):
		e.Service = footfall.ServiceSSH
	case strings.EqualFold(p, "rdp"):
		e.Service = footfall.ServiceRDP
	default:
		e.Service = footfall.ServiceGateway
	}
	e.Computer, e.Session, e.Client = segment(v.Get(resourceID), "bastionhosts"), v.First(bastionTunnel, correlation), v.Get(userAgent)
	text := v.Get(message)
	switch {
	case hasSuffixFold(v.Get(operation), "disconnect"), strings.Contains(text, "isconnected"):
		e.Kind = footfall.KindLogoff
	case strings.Contains(text, "ail"), strings.Contains(text, "rror"):
		e.Outcome = footfall.Failure
	}
}

// request reads the access log of an application gateway.
func (r *reader) request(e *footfall.Event) {
	v := r.values
	e.Kind, e.Service, e.Object, e.Client = footfall.KindRequest, footfall.ServiceWeb, v.Get(requestURI), v.Get(userAgent)
	e.From.Addr, e.Computer = v.Addr(clientIP), segment(v.Get(resourceID), "applicationgateways")
	if n := v.Int(httpStatus); n >= 400 {
		e.Outcome = footfall.Failure
	} else if n > 0 {
		e.Outcome = footfall.Success
	}
}
