package m365

import "net/netip"

// apps are applications of Microsoft's own by their ids, the same in every
// tenant (learn.microsoft.com, "Verify first-party Microsoft applications in
// sign-in reports"), in one word each, as hosts are named.
var apps = map[string]string{
	"00000002-0000-0ff1-ce00-000000000000": "exchange-online",
	"9199bf20-a13f-4107-85dc-02114787ef48": "outlook-on-the-web",
	"00000003-0000-0ff1-ce00-000000000000": "sharepoint-online",
	"00000005-0000-0ff1-ce00-000000000000": "yammer",
	"00000006-0000-0ff1-ce00-000000000000": "office-365-portal",
	"00000002-0000-0000-c000-000000000000": "azure-active-directory",
	"00000003-0000-0000-c000-000000000000": "microsoft-graph",
	"0000000c-0000-0000-c000-000000000000": "app-access-panel",
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46": "azure-cli",
	"1950a258-227b-4e31-a9cf-717495945fc2": "azure-powershell",
	"1b730954-1685-4b74-9bfd-dac224a7b894": "azure-ad-powershell",
	"fb78d390-0c51-40cd-8e17-fdbfab77341b": "exchange-powershell",
	"797f4846-ba00-4fd7-ba43-dac1f8f63013": "azure-management",
	"c44b4083-3bb0-49c1-b47d-974e53cbdf3c": "azure-portal",
	"497effe9-df71-4043-a8bb-14cf78c4b63b": "exchange-admin-center",
	"80ccca67-54bd-44ab-8625-4b79c4dc7775": "security-and-compliance-center",
	"89bee1f7-5e6e-4d8a-9f3d-ecd601259da7": "office-365-shell",
	"4345a7b9-9a63-4910-a426-35363201d503": "office-365-suite",
	"4b233688-031c-404b-9a80-a4f3f2351f90": "office.com",
	"d3590ed6-52b3-4102-aeff-aad2292ab01c": "microsoft-office",
	"29d9ed98-a469-4536-ade2-f981bc1d605e": "authentication-broker",
	"5e3ce6c0-2b1f-4285-8d4b-75ee78787346": "teams-web-client",
	"1fec8e78-bce4-4aaf-ab1b-5451cc387264": "teams",
	"93d53678-613d-4013-afc1-62e9e444a0a5": "office-online-sign-in",
	"243c63a3-247d-41c5-9d83-7788c43f1c43": "office-online-core",
	"a9b49b65-0a12-430b-9540-c80b3332c127": "office-online-search",
	"2abdc806-e091-4495-9b10-b04d93c3f040": "office-online-augmentation-loop",
	"b23dd4db-9142-4734-867f-3577f640ad0c": "office-online-loki",
	"17d5e35f-655b-4fb0-8ae6-86356e9a49f5": "office-online-maker",
}

// appName names an application that is Microsoft's own; others keep their id.
func appName(id string) string {
	if len(id) != 36 {
		return id
	}
	var low [36]byte
	for i := range low {
		low[i] = id[i]
		if c := id[i]; c >= 'A' && c <= 'F' {
			low[i] = c + 'a' - 'A'
		}
	}
	if name, ok := apps[string(low[:])]; ok {
		return name
	}
	return id
}

// fronts are the addresses that Entra ID itself answers and calls from
// ("Office 365 URLs and IP address ranges", id 56).
var fronts = []netip.Prefix{
	netip.MustParsePrefix("20.20.32.0/19"), netip.MustParsePrefix("20.190.128.0/18"),
	netip.MustParsePrefix("20.231.128.0/19"), netip.MustParsePrefix("40.126.0.0/18"),
}

// front reports whether an address is one of Entra ID's own: a change in the
// directory names it when somebody made it in a portal, and it is nobody's.
func front(a netip.Addr) bool {
	for _, p := range fronts {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
