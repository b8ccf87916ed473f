package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/sigma"
)

// The middles of the records below.
const (
	trail  = `{"eventVersion":"1.08","eventTime":"2026-03-02T09:00:00Z","awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.30","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","principalId":"AIDAEX","arn":"arn:aws:iam::111122223333:user/dora","accountId":"111122223333","accessKeyId":"AKIAEX","userName":"dora"},`
	tenant = `{"time":"2026-03-02T09:00:00Z","resourceId":"/tenants/t-1/providers/Microsoft.aadiam","tenantId":"t-1","callerIpAddress":"198.51.100.30","correlationId":"c-1",`
	signed = tenant + `"operationName":"Sign-in activity","category":"SignInLogs",`
	entry  = `{"insertId":"x","logName":"projects/shop/logs/cloudaudit.googleapis.com%2Factivity","timestamp":"2026-03-02T09:00:00Z","resource":{"type":"k8s_cluster","labels":{"project_id":"shop"}},"protoPayload":{"authenticationInfo":{"principalEmail":"bob@example.com"},`
	audit  = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a","stage":"ResponseComplete","user":{"username":"bob"},"sourceIPs":["198.51.100.2"],"requestReceivedTimestamp":"2026-03-02T09:00:00Z","stageTimestamp":"2026-03-02T09:00:00Z",`
)

func directory(operation, properties string) string {
	return tenant + `"operationName":"` + operation + `","category":"AuditLogs","properties":{"activityDisplayName":"` + operation + `",` + properties + `}}`
}

func activityOf(operation string) string {
	return `{"time":"2026-03-02T09:00:00Z","resourceId":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/P/AdFederationService_x","operationName":"` + operation + `","category":"Administrative","resultType":"Success","callerIpAddress":"198.51.100.31"}`
}

// cloudRules are rules of SigmaHQ and a record that each must hit.
var cloudRules = [][2]string{
	{"aws/cloudtrail/aws_console_getsignintoken.yml", trail + `"eventSource":"signin.amazonaws.com","eventName":"GetSigninToken","userAgent":"x","responseElements":{"GetSigninToken":"Success"}}`},
	{"aws/cloudtrail/aws_cloudtrail_disable_logging.yml", trail + `"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","requestParameters":{"name":"t"}}`},
	{"aws/cloudtrail/aws_ec2_startup_script_change.yml", trail + `"eventSource":"ec2.amazonaws.com","eventName":"ModifyInstanceAttribute","requestParameters":{"instanceId":"i-1","attribute":"userData"}}`},
	{"aws/cloudtrail/aws_ec2_import_key_pair_activity.yml", trail + `"eventSource":"ec2.amazonaws.com","eventName":"ImportKeyPair","requestParameters":{"keyName":"k"}}`},
	{"aws/cloudtrail/aws_enum_buckets.yml", trail + `"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}`},
	{"aws/cloudtrail/aws_iam_backdoor_users_keys.yml", trail + `"eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","requestParameters":{"userName":"ghost"},"responseElements":{"accessKey":{"userName":"ghost"}}}`},
	{"aws/cloudtrail/aws_cloudtrail_console_login_success_without_mfa.yml", trail + `"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"NO"}}`},
	{"aws/cloudtrail/aws_root_account_usage.yml", `{"eventVersion":"1.08","eventTime":"2026-03-02T09:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.3","userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}}`},

	{"azure/signin_logs/azure_account_lockout.yml", signed + `"resultType":"50053","properties":{"userPrincipalName":"a@example.com"}}`},
	{"azure/signin_logs/azure_mfa_interrupted.yml", signed + `"resultType":"50074","resultDescription":"Strong Auth required.","properties":{"userPrincipalName":"a@example.com"}}`},
	{"azure/signin_logs/azure_mfa_denies.yml", signed + `"resultType":"500121","properties":{"userPrincipalName":"a@example.com","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":500121,"additionalDetails":"MFA denied; user declined the authentication"}}}`},
	{"azure/signin_logs/azure_user_login_blocked_by_conditional_access.yml", signed + `"resultType":"53003","properties":{"userPrincipalName":"a@example.com"}}`},
	{"azure/signin_logs/azure_ad_only_single_factor_auth_required.yml", signed + `"resultType":"0","properties":{"userPrincipalName":"a@example.com","authenticationRequirement":"singleFactorAuthentication"}}`},
	{"azure/signin_logs/azure_ad_sign_ins_from_unknown_devices.yml", signed + `"resultType":"0","properties":{"userPrincipalName":"a@example.com","authenticationRequirement":"singleFactorAuthentication","networkLocationDetails":[],"deviceDetail":{"deviceId":""}}}`},
	{"azure/signin_logs/azure_ad_sign_ins_from_noncompliant_devices.yml", signed + `"resultType":"0","properties":{"userPrincipalName":"a@example.com","deviceDetail":{"isCompliant":false}}}`},
	{"azure/signin_logs/azure_app_device_code_authentication.yml", signed + `"resultType":"0","properties":{"userPrincipalName":"a@example.com","authenticationProtocol":"deviceCode"}}`},
	{"azure/signin_logs/azure_ad_suspicious_signin_bypassing_mfa.yml", `{"id":"s","createdDateTime":"2026-03-02T09:00:00Z","userPrincipalName":"a@example.com","appDisplayName":"x","conditionalAccessStatus":"success","userAgent":"BAV2ROPC","status":{"errorCode":0}}`},
	{"azure/signin_logs/azure_ad_azurehound_discovery.yml", `{"TimeGenerated":"2026-03-02T09:00:00Z","UserPrincipalName":"a@example.com","ResultType":"0","UserAgent":"azurehound/v2","AppDisplayName":"x","Type":"SigninLogs"}`},
	{"azure/signin_logs/azure_ad_device_registration_or_join_without_mfa.yml", signed + `"resultType":"0","properties":{"userPrincipalName":"a@example.com","resourceDisplayName":"Device Registration Service","conditionalAccessStatus":"success","authenticationRequirement":"singleFactorAuthentication"}}`},

	{"azure/audit_logs/azure_ad_user_added_to_admin_role.yml", directory("Add member to role", `"targetResources":[{"type":"User","modifiedProperties":[{"displayName":"Role.DisplayName","newValue":"\"Global Administrator\""}]}]`)},
	{"azure/audit_logs/azure_user_account_mfa_disable.yml", directory("Update user", `"loggedByService":"Core Directory","category":"UserManagement","targetResources":[{"modifiedProperties":[{"displayName":"StrongAuthenticationRequirement","newValue":"[{\"State\":0}]"}]}]`)},
	{"azure/audit_logs/azure_app_owner_added.yml", directory("Add owner to application", `"result":"success"`)},
	{"azure/audit_logs/azure_mfa_disabled.yml", directory("Disable Strong Authentication", `"result":"success"`)},
	{"azure/audit_logs/azure_federation_modified.yml", directory("Set federation settings on domain", `"result":"success"`)},
	{"azure/audit_logs/azure_ad_account_created_deleted.yml", directory("Add user", `"result":"success"`)},
	{"azure/audit_logs/azure_guest_invite_failure.yml", directory("Invite external user", `"result":"failure"`)},
	{"azure/audit_logs/azure_ad_bitlocker_key_retrieval.yml", directory("Read BitLocker key", `"category":"KeyManagement"`)},
	{"azure/audit_logs/azure_change_to_authentication_method.yml", directory("User registered security info", `"category":"UserManagement","loggedByService":"Authentication Methods"`)},
	{"azure/audit_logs/azure_app_end_user_consent.yml", directory("Consent to application", `"targetResources":[{"modifiedProperties":[{"displayName":"ConsentContext.IsAdminConsent","oldValue":null,"newValue":"\"False\""}]}]`)},
	{"azure/audit_logs/azure_aad_secops_new_ca_policy_addedby_bad_actor.yml", directory("Add conditional access policy", `"result":"success"`)},
	{"azure/audit_logs/azure_auditlogs_laps_credential_dumping.yml", directory("Recover device local administrator password", `"category":"Device","additionalDetails":[{"key":"AdditionalInfo","value":"Successfully recovered local credential by device id"}]`)},
	{"azure/audit_logs/azure_ad_users_added_to_device_admin_roles.yml", directory("Add member to role", `"category":"RoleManagement","targetResources":[{"id":"62e90394-69f5-4237-9190-012177145e10"}]`)},
	{"azure/audit_logs/azure_tap_added.yml", directory("Admin registered security info", `"resultReason":"Admin registered temporary access pass method for user"`)},

	{"azure/activity_logs/azure_network_security_modified_or_deleted.yml", activityOf("MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/SECURITYRULES/WRITE")},
	{"azure/activity_logs/azure_network_firewall_rule_modified_or_deleted.yml", `{"TimeGenerated":"2026-03-02T09:00:00Z","OperationNameValue":"Microsoft.Network/firewallPolicies/ruleGroups/write","CategoryValue":"Administrative","ActivityStatusValue":"Success"}`},
	{"azure/activity_logs/azure_new_cloudshell_created.yml", activityOf("MICROSOFT.PORTAL/CONSOLES/WRITE")},
	{"azure/activity_logs/azure_aadhybridhealth_adfs_service_delete.yml", activityOf("Microsoft.ADHybridHealthService/services/delete")},
	{"azure/activity_logs/azure_virtual_network_modified_or_deleted.yml", activityOf("MICROSOFT.NETWORK/VIRTUALNETWORKS/SUBNETS/WRITE")},
	{"azure/identity_protection/azure_identity_protection_password_spray.yml", `{"id":"r","riskEventType":"passwordSpray","riskState":"atRisk","riskLevel":"high","detectedDateTime":"2026-03-02T09:00:00Z"}`},
	{"azure/privileged_identity_management/azure_pim_role_no_mfa_required.yml", tenant + `"operationName":"User Risk Detection","category":"UserRiskEvents","properties":{"riskEventType":"noMfaOnRoleActivationAlertIncident"}}`},

	{"gcp/audit/gcp_firewall_rule_modified_or_deleted.yml", entry + `"methodName":"v1.compute.firewalls.insert","serviceName":"compute.googleapis.com"}}`},
	{"gcp/audit/gcp_vpn_tunnel_modified_or_deleted.yml", entry + `"methodName":"v1.compute.vpnTunnels.insert","serviceName":"compute.googleapis.com"}}`},
	{"gcp/audit/gcp_access_policy_deleted.yml", entry + `"methodName":"google.identity.accesscontextmanager.v1.AccessContextManager.DeleteAccessPolicy","serviceName":"accesscontextmanager.googleapis.com","authorizationInfo":[{"permission":"accesscontextmanager.accessPolicies.delete","granted":true}]}}`},
	{"gcp/audit/gcp_service_account_disabled_or_deleted.yml", entry + `"methodName":"google.iam.admin.v1.DeleteServiceAccount","serviceName":"iam.googleapis.com","authorizationInfo":[{"permission":"iam.serviceAccounts.delete","granted":true}]}}`},
	{"gcp/audit/gcp_kubernetes_admission_controller.yml", entry + `"methodName":"io.k8s.admissionregistration.v1.mutatingwebhookconfigurations.create","serviceName":"k8s.io"}}`},
	{"gcp/audit/gcp_kubernetes_secrets_modified_or_deleted.yml", entry + `"methodName":"io.k8s.core.v1.secrets.delete","serviceName":"k8s.io"}}`},
	{"gcp/gworkspace/login/gcp_gworkspace_suspicious_login.yml", entry + `"methodName":"google.login.LoginService.suspiciousLogin","serviceName":"login.googleapis.com","metadata":{"event":[{"eventName":"suspicious_login"}]}}}`},
	{"gcp/gworkspace/admin/gcp_gworkspace_user_granted_admin_privileges.yml", entry + `"methodName":"google.admin.AdminService.grantAdminPrivilege","serviceName":"admin.googleapis.com","metadata":{"event":[{"eventName":"GRANT_ADMIN_PRIVILEGE"}]}}}`},

	{"kubernetes/audit/kubernetes_audit_exec_into_container.yml", audit + `"verb":"create","requestURI":"/x","objectRef":{"resource":"pods","subresource":"exec"}}`},
	{"kubernetes/audit/kubernetes_audit_hostpath_mount.yml", audit + `"verb":"create","requestURI":"/x","objectRef":{"resource":"pods"},"requestObject":{"spec":{"volumes":[{"hostPath":{"path":"/"}}]}}}`},
	{"kubernetes/audit/kubernetes_audit_privileged_pod_creation.yml", strings.Replace(audit, `"auditID":"a"`, `"auditID":"b"`, 1) + `"verb":"create","requestURI":"/x","objectRef":{"resource":"pods"},"requestObject":{"spec":{"containers":[{"securityContext":{"capabilities":{"add":["SYS_ADMIN"]}}}]}}}`},
	{"kubernetes/audit/kubernetes_audit_rbac_permisions_listing.yml", audit + `"verb":"create","requestURI":"/x","objectRef":{"resource":"selfsubjectrulesreviews","apiGroup":"authorization.k8s.io"}}`},
	{"kubernetes/audit/kubernetes_audit_unauthorized_unauthenticated_actions.yml", audit + `"verb":"list","requestURI":"/x","objectRef":{"resource":"pods"},"responseStatus":{"code":403}}`},
}

// TestCloudRules holds that SigmaHQ's rules for clouds and clusters hit
// records by the names that they use. All rules run at once, over one file for
// each record.
func TestCloudRules(t *testing.T) {
	root := filepath.Join(shared.Dir(t), "data", "dev", "sigma", "rules")
	dir := t.TempDir()
	var srcs []sigma.Source
	for i, c := range cloudRules {
		folder := "cloud"
		if strings.HasPrefix(c[0], "kubernetes") {
			folder = "application"
		}
		data, err := os.ReadFile(filepath.Join(root, folder, c[0]))
		if err != nil {
			t.Fatal(err)
		}
		srcs = append(srcs, sigma.Source{Name: c[0], Data: data})
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.json", i)), []byte(c[1]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, errs := sigma.Load(srcs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	found := hitsIn(t, dir, list)
	for _, r := range list {
		if found[r.Meta.ID] == 0 {
			t.Errorf("%s (%s) hits no record", r.Meta.Title, r.Meta.ID)
		}
	}
}
