#!/usr/bin/env bash
# Suricata's eve.json over the packets that the other recordings left in
# $FOOTFALL_RECORDINGS/pcap: run those first.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

sources='openssh samba-ad xrdp vnc telnet vsftpd slapd'

# part SOURCE: the packets that are enough to show everything.
part() {
	case $1 in
	openssh) echo 'host 198.51.100.20 or host 10.77.0.3' ;;
	samba-ad) echo '(host 10.77.0.66 and port 88) or host 10.77.0.11' ;;
	vsftpd) echo 'host 10.77.0.66' ;;
	*) echo 'tcp or udp' ;;
	esac
}

images() {
	for source in $sources; do
		[ -s "$WORK/pcap/$source.pcap" ] || die "run ../$source/record.sh first"
	done
	image suricata trixie suricata
}

record() {
	host ids1 suricata 10.77.0.250/24
	cat >"$RUN/ids1/root/tmp/own.rules" <<-'EOF'
		alert tcp any any -> any 3389 (msg:"RDP connection request"; flow:to_server,established; content:"|03 00|"; depth:2; classtype:attempted-user; sid:9000001; rev:1;)
		alert smb any any -> any 445 (msg:"Executable written to a share"; flow:to_server,established; content:"t|00|o|00|o|00|l|00|.|00|e|00|x|00|e|00|"; classtype:attempted-admin; sid:9000002; rev:1;)
		alert ssh any any -> any 22 (msg:"SSH client by paramiko"; flow:to_server; ssh.software; content:"paramiko"; nocase; classtype:misc-activity; sid:9000003; rev:2;)
		alert tcp any any -> any 23 (msg:"Telnet in clear text"; flow:to_server,established; classtype:policy-violation; sid:9000004; rev:1; threshold:type limit, track by_src, count 1, seconds 60;)
	EOF
	# rdp, rfb and the like are off or commented out in Debian's file.
	on ids1 sed -i -e '/^ *# *- \(rfb\|rdp\|smb\|krb5\|dcerpc\|ssh\|ldap\|ntlm\)$/s/# *//' -e 's/^\( *\)enabled: detection-only/\1enabled: yes/' /etc/suricata/suricata.yaml
	on ids1 sed -i '/^        - stats:/a\            enabled: no' /etc/suricata/suricata.yaml
	for source in $sources; do
		cp "$WORK/pcap/$source.pcap" "$RUN/ids1/root/tmp/in.pcap"
		on ids1 mkdir -p "/tmp/$source"
		# shellcheck disable=SC2046
		on ids1 suricata -r /tmp/in.pcap -l "/tmp/$source" -S /tmp/own.rules -k none --runmode single --set app-layer.protocols.rdp.enabled=yes --set app-layer.protocols.rfb.enabled=yes \
			--set app-layer.protocols.telnet.enabled=yes $(part $source) >>"$RUN/ids1.out" 2>&1
		truth "suricata -r $source.pcap $(part $source)" - - - "$(wc -l <"$RUN/ids1/root/tmp/$source/eve.json") records"
	done
}

collect() {
	for source in $sources; do
		take ids1 "/tmp/$source/eve.json" "eve-$source.json"
	done
	take ids1 /tmp/xrdp/fast.log fast-xrdp.log
}

main "$@"
