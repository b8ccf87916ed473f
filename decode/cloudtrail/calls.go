package cloudtrail

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/record"
)

// A call is what an operation means. The numbers are of values of the record.
type call struct {
	source  string // the service whose operation it is, where several have one of that name
	kind    footfall.Kind
	service footfall.Service
	target  int
	object  int
	host    int
	more    func(*footfall.Event, *record.Values)
}

const (
	ec2    = "ec2.amazonaws.com"
	ssm    = "ssm.amazonaws.com"
	signin = "signin.amazonaws.com"
	iam    = "iam.amazonaws.com"
)

// calls are the operations that open, prepare or hide a way into an account or
// an instance, by the names of the API references of IAM, STS, EC2, Systems
// Manager, EC2 Instance Connect, CloudTrail, GuardDuty, Config and IAM
// Identity Center.
var calls = map[string]call{
	"ConsoleLogin":           {source: signin, kind: footfall.KindLogon, more: consoleLogin},
	"CheckMfa":               {source: signin, kind: footfall.KindCredential, more: checkMFA},
	"UserAuthentication":     {kind: footfall.KindLogon, more: identityCenter},
	"CredentialVerification": {kind: footfall.KindCredential, more: identityCenter},
	"CredentialChallenge":    {kind: footfall.KindAttempt, object: challenge},
	"Authenticate":           {source: "sso.amazonaws.com", kind: footfall.KindLogon, more: identityCenter},
	"PasswordRecoveryRequested": {
		source: signin, kind: footfall.KindPassword, more: self,
	},
	"PasswordRecoveryCompleted": {source: signin, kind: footfall.KindPassword, more: self},
	"PasswordUpdated":           {kind: footfall.KindPassword, more: self},
	"EmailUpdated":              {kind: footfall.KindAccount, more: self},

	"SwitchRole":                {source: signin, kind: footfall.KindExplicit, more: takeRole},
	"ExitRole":                  {source: signin, kind: footfall.KindLogoff},
	"RenewRole":                 {source: signin, kind: footfall.KindExplicit, more: takeRole},
	"GetSigninToken":            {source: signin, kind: footfall.KindExplicit, more: takeRole},
	"AssumeRole":                {kind: footfall.KindExplicit, more: takeRole},
	"AssumeRoleWithSAML":        {kind: footfall.KindExplicit, more: takeRole},
	"AssumeRoleWithWebIdentity": {kind: footfall.KindExplicit, more: takeRole},
	"AssumeRoot":                {kind: footfall.KindExplicit, more: takeRole},
	"GetFederationToken":        {kind: footfall.KindExplicit, more: takeRole},
	"GetSessionToken":           {kind: footfall.KindExplicit, more: takeRole},
	"Federate":                  {kind: footfall.KindExplicit, more: takeRole},

	"SendSSHPublicKey":              {kind: footfall.KindLogon, service: footfall.ServiceSSH, host: requestInstance, more: sendKey},
	"SendSerialConsoleSSHPublicKey": {kind: footfall.KindLogon, service: footfall.ServiceSSH, host: requestInstance, more: sendKey},
	"OpenTunnel":                    {source: "ec2-instance-connect.amazonaws.com", kind: footfall.KindConnection, host: requestInstance},
	"EnableSerialConsoleAccess":     {kind: footfall.KindConfig},
	"DisableSerialConsoleAccess":    {kind: footfall.KindConfig},
	"StartSession":                  {source: ssm, kind: footfall.KindLogon, host: requestTarget, more: session},
	"ResumeSession":                 {source: ssm, kind: footfall.KindReconnect, host: requestTarget, more: session},
	"TerminateSession":              {source: ssm, kind: footfall.KindLogoff, host: requestTarget, more: session},
	"SendCommand":                   {source: ssm, kind: footfall.KindShell, object: requestDocument, host: requestInstances, more: command},
	"StartAutomationExecution":      {source: ssm, kind: footfall.KindShell, object: requestDocument, more: command},
	"CreateAssociation":             {source: ssm, kind: footfall.KindTask, object: requestName, host: requestInstance},
	"ExecuteCommand":                {source: "ecs.amazonaws.com", kind: footfall.KindShell},

	"GetPasswordData":                      {source: ec2, kind: footfall.KindCredential, host: requestInstance},
	"ImportKeyPair":                        {source: ec2, kind: footfall.KindConfig, object: requestKeyName},
	"CreateKeyPair":                        {source: ec2, kind: footfall.KindConfig, object: requestKeyName},
	"DeleteKeyPair":                        {source: ec2, kind: footfall.KindConfig, object: requestKeyName},
	"RunInstances":                         {source: ec2, host: requestInstances},
	"StartInstances":                       {source: ec2, host: requestInstances},
	"StopInstances":                        {source: ec2, host: requestInstances},
	"RebootInstances":                      {source: ec2, host: requestInstances},
	"TerminateInstances":                   {source: ec2, host: requestInstances},
	"ModifyInstanceAttribute":              {source: ec2, host: requestInstance, more: attribute},
	"AssociateIamInstanceProfile":          {source: ec2, kind: footfall.KindConfig, host: requestInstance},
	"ReplaceIamInstanceProfileAssociation": {source: ec2, kind: footfall.KindConfig, host: requestInstance},
	"AuthorizeSecurityGroupIngress":        {source: ec2, kind: footfall.KindConfig, object: requestSecurityGroup},
	"AuthorizeSecurityGroupEgress":         {source: ec2, kind: footfall.KindConfig, object: requestSecurityGroup},
	"RevokeSecurityGroupIngress":           {source: ec2, kind: footfall.KindConfig, object: requestSecurityGroup},
	"RevokeSecurityGroupEgress":            {source: ec2, kind: footfall.KindConfig, object: requestSecurityGroup},
	"ModifySecurityGroupRules":             {source: ec2, kind: footfall.KindConfig, object: requestSecurityGroup},
	"CreateSecurityGroup":                  {source: ec2, kind: footfall.KindConfig, object: requestGroup},
	"DeleteSecurityGroup":                  {source: ec2, kind: footfall.KindConfig, object: requestSecurityGroup},
	"CreateNetworkAclEntry":                {source: ec2, kind: footfall.KindConfig},
	"ReplaceNetworkAclEntry":               {source: ec2, kind: footfall.KindConfig},
	"CreateVpnConnection":                  {source: ec2, kind: footfall.KindConfig},
	"CreateClientVpnEndpoint":              {source: ec2, kind: footfall.KindConfig},
	"AuthorizeClientVpnIngress":            {source: ec2, kind: footfall.KindConfig},
	"CreateVpcPeeringConnection":           {source: ec2, kind: footfall.KindConfig},
	"AcceptVpcPeeringConnection":           {source: ec2, kind: footfall.KindConfig},
	"CreateInstanceConnectEndpoint":        {source: ec2, kind: footfall.KindConfig},
	"AuthorizeDBSecurityGroupIngress":      {kind: footfall.KindConfig},

	"CreateUser":                      {source: iam, kind: footfall.KindAccount, target: requestUser},
	"DeleteUser":                      {source: iam, kind: footfall.KindAccount, target: requestUser},
	"UpdateUser":                      {source: iam, kind: footfall.KindAccount, target: requestUser},
	"CreateLoginProfile":              {source: iam, kind: footfall.KindPassword, more: self},
	"UpdateLoginProfile":              {source: iam, kind: footfall.KindPassword, more: self},
	"DeleteLoginProfile":              {source: iam, kind: footfall.KindPassword, more: self},
	"ChangePassword":                  {source: iam, kind: footfall.KindPassword, more: self},
	"UpdateAccountPasswordPolicy":     {source: iam, kind: footfall.KindConfig},
	"CreateAccessKey":                 {source: iam, kind: footfall.KindAccount, more: key},
	"UpdateAccessKey":                 {source: iam, kind: footfall.KindAccount, more: key},
	"DeleteAccessKey":                 {source: iam, kind: footfall.KindAccount, more: key},
	"UploadSSHPublicKey":              {source: iam, kind: footfall.KindAccount, more: key},
	"UpdateSSHPublicKey":              {source: iam, kind: footfall.KindAccount, more: key},
	"DeleteSSHPublicKey":              {source: iam, kind: footfall.KindAccount, more: key},
	"UploadSigningCertificate":        {source: iam, kind: footfall.KindAccount, more: key},
	"CreateServiceSpecificCredential": {source: iam, kind: footfall.KindAccount, more: key},
	"ResetServiceSpecificCredential":  {source: iam, kind: footfall.KindAccount, more: key},
	"EnableMFADevice":                 {source: iam, kind: footfall.KindAccount, more: key},
	"DeactivateMFADevice":             {source: iam, kind: footfall.KindAccount, more: key},
	"ResyncMFADevice":                 {source: iam, kind: footfall.KindAccount, more: key},
	"CreateVirtualMFADevice":          {source: iam, kind: footfall.KindAccount},
	"DeleteVirtualMFADevice":          {source: iam, kind: footfall.KindAccount, object: requestKeyName},
	"AddUserToGroup":                  {source: iam, kind: footfall.KindGroup, target: requestUser, object: requestGroup},
	"RemoveUserFromGroup":             {source: iam, kind: footfall.KindGroup, target: requestUser, object: requestGroup},
	"CreateGroup":                     {source: iam, kind: footfall.KindGroup, object: requestGroup},
	"DeleteGroup":                     {source: iam, kind: footfall.KindGroup, object: requestGroup},
	"AttachUserPolicy":                {source: iam, kind: footfall.KindGroup, target: requestUser, object: requestPolicy},
	"PutUserPolicy":                   {source: iam, kind: footfall.KindGroup, target: requestUser, object: requestPolicy},
	"AttachGroupPolicy":               {source: iam, kind: footfall.KindGroup, target: requestGroup, object: requestPolicy},
	"PutGroupPolicy":                  {source: iam, kind: footfall.KindGroup, target: requestGroup, object: requestPolicy},
	"AttachRolePolicy":                {source: iam, kind: footfall.KindGroup, target: requestRoleName, object: requestPolicy},
	"PutRolePolicy":                   {source: iam, kind: footfall.KindGroup, target: requestRoleName, object: requestPolicy},
	"DetachUserPolicy":                {source: iam, kind: footfall.KindGroup, target: requestUser, object: requestPolicy},
	"DetachRolePolicy":                {source: iam, kind: footfall.KindGroup, target: requestRoleName, object: requestPolicy},
	"PutUserPermissionsBoundary":      {source: iam, kind: footfall.KindGroup, target: requestUser},
	"DeleteUserPermissionsBoundary":   {source: iam, kind: footfall.KindGroup, target: requestUser},
	"CreatePolicyVersion":             {source: iam, kind: footfall.KindGroup, object: requestPolicy},
	"SetDefaultPolicyVersion":         {source: iam, kind: footfall.KindGroup, object: requestPolicy},
	"CreateRole":                      {source: iam, kind: footfall.KindAccount, target: requestRoleName},
	"DeleteRole":                      {source: iam, kind: footfall.KindAccount, target: requestRoleName},
	"UpdateAssumeRolePolicy":          {source: iam, kind: footfall.KindGroup, target: requestRoleName},
	"CreateSAMLProvider":              {source: iam, kind: footfall.KindConfig},
	"UpdateSAMLProvider":              {source: iam, kind: footfall.KindConfig},
	"CreateOpenIDConnectProvider":     {source: iam, kind: footfall.KindConfig},
	"AddRoleToInstanceProfile":        {source: iam, kind: footfall.KindGroup, target: requestRoleName},
	"CreateAccountAssignment":         {kind: footfall.KindGroup, target: requestPrincipal},
	"DeleteAccountAssignment":         {kind: footfall.KindGroup, target: requestPrincipal},
	"CreateGroupMembership":           {kind: footfall.KindGroup},
	"UpdatePassword":                  {kind: footfall.KindPassword, more: self},
	"AddMemberToGroup":                {kind: footfall.KindGroup, object: requestGroup},

	"StopLogging":                   {kind: footfall.KindCleared, object: requestRoleSession},
	"DeleteTrail":                   {kind: footfall.KindCleared, object: requestRoleSession},
	"DeleteEventDataStore":          {kind: footfall.KindCleared},
	"StopEventDataStoreIngestion":   {kind: footfall.KindCleared},
	"UpdateTrail":                   {kind: footfall.KindConfig, object: requestRoleSession},
	"PutEventSelectors":             {kind: footfall.KindConfig, object: requestName},
	"StartLogging":                  {kind: footfall.KindConfig, object: requestRoleSession},
	"CreateTrail":                   {kind: footfall.KindConfig, object: requestRoleSession},
	"DeleteFlowLogs":                {source: ec2, kind: footfall.KindCleared},
	"DeleteLogGroup":                {kind: footfall.KindCleared},
	"DeleteLogStream":               {kind: footfall.KindCleared},
	"StopConfigurationRecorder":     {kind: footfall.KindConfig},
	"DeleteConfigurationRecorder":   {kind: footfall.KindConfig},
	"DeleteDeliveryChannel":         {kind: footfall.KindConfig},
	"DeleteDetector":                {kind: footfall.KindConfig, object: requestName},
	"UpdateDetector":                {kind: footfall.KindConfig, object: requestName},
	"DisassociateFromMasterAccount": {kind: footfall.KindConfig},
	"DisableSecurityHub":            {kind: footfall.KindConfig},
}
