#!/usr/bin/env bash
# strongSwan (gw1): IKEv2 with a pre-shared key and with EAP-MSCHAPv2, inner
# addresses. ESP in user space (kernel-libipsec), as the kernel may have none.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image strongswan trixie strongswan-swanctl strongswan-pki libcharon-extra-plugins libcharon-extauth-plugins libstrongswan-extra-plugins libstrongswan-standard-plugins strongswan-charon strongswan-libcharon rsyslog
}

gw1=198.51.100.7
home1=198.51.100.20
branch=198.51.100.30
evil=198.51.100.66

charon() { # charon HOST: the daemon of one host
	local root="$RUN/$1/root"
	cat >"$root/etc/strongswan.conf" <<-'EOF'
		charon {
			load_modular = yes
			install_routes = no
			install_virtual_ip = yes
			retransmit_tries = 1
			plugins {
				include strongswan.d/charon/*.conf
				kernel-libipsec {
					load = yes
				}
			}
			syslog {
				identifier = charon
				daemon {
					default = 1
				}
			}
			filelog {
				charon {
					path = /var/log/charon.log
					time_format = %b %e %T
					ike_name = yes
					append = yes
					default = 1
					flush_line = yes
				}
			}
		}
		include strongswan.d/*.conf
	EOF
	on "$1" mkdir -p /run
	start "$1" /usr/lib/ipsec/charon
	wait_for "$1" test -S /run/charon.vici
}

server() {
	local root="$RUN/gw1/root"
	(
		cd "$root/etc/swanctl"
		on gw1 sh -c 'cd /etc/swanctl; umask 77
			pki --gen --type ecdsa --size 256 --outform pem >private/ca.pem
			pki --self --ca --lifetime 2 --in private/ca.pem --type ecdsa --dn "O=Example, CN=Example CA" --outform pem >x509ca/ca.pem
			pki --gen --type ecdsa --size 256 --outform pem >private/gw1.pem
			pki --pub --in private/gw1.pem --type ecdsa | pki --issue --lifetime 1 --cacert x509ca/ca.pem --cakey private/ca.pem --dn "O=Example, CN=gw1.example.test" --san gw1.example.test --flag serverAuth --outform pem >x509/gw1.pem
			rm private/ca.pem'
	)
	cat >"$root/etc/swanctl/conf.d/site.conf" <<-EOF
		connections {
			staff {
				version = 2
				pools = staff
				local {
					auth = pubkey
					certs = gw1.pem
					id = gw1.example.test
				}
				remote {
					auth = eap-mschapv2
					eap_id = %any
				}
				children {
					staff {
						local_ts = 10.77.0.0/24
					}
				}
			}
			branch {
				version = 2
				remote_addrs = $branch, $evil
				local {
					auth = psk
					id = gw1.example.test
				}
				remote {
					auth = psk
					id = branch.example.test
				}
				children {
					branch {
						local_ts = 10.77.0.0/24
						remote_ts = 10.77.30.0/24
					}
				}
			}
		}
		pools {
			staff {
				addrs = 10.77.6.0/24
			}
		}
		secrets {
			eap-alice {
				id = alice
				secret = "$(password alice)"
			}
			eap-bob {
				id = bob
				secret = "$(password bob)"
			}
			ike-branch {
				id-1 = branch.example.test
				secret = "Long-road-2000"
			}
		}
	EOF
}

# client HOST CONNECTION USER SECRET
client() {
	local etc="$RUN/$1/root/etc/swanctl" auth
	cp "$RUN/gw1/root/etc/swanctl/x509ca/ca.pem" "$etc/x509ca/"
	if [ "$2" = staff ]; then
		auth=$(printf 'vips = 0.0.0.0\nlocal {\nauth = eap-mschapv2\neap_id = "%s"\nid = "%s"\n}\nremote {\nauth = pubkey\nid = gw1.example.test\n}\n' "$3" "$3")
	else
		auth=$(printf 'local {\nauth = psk\nid = %s\n}\nremote {\nauth = psk\nid = gw1.example.test\n}\n' "$3")
	fi
	cat >"$etc/conf.d/site.conf" <<-EOF
		connections {
			$2 {
				version = 2
				remote_addrs = $gw1
				$auth
				children {
					$2 {
						local_ts = $([ "$2" = staff ] && echo dynamic || echo 10.77.30.0/24)
						remote_ts = 10.77.0.0/24
					}
				}
			}
		}
		secrets {
			$([ "$2" = staff ] && echo eap-x || echo ike-x) {
				$([ "$2" = staff ] && echo id || echo id-1) = "$([ "$2" = staff ] && echo "$3" || echo gw1.example.test)"
				secret = "$4"
			}
		}
	EOF
	on "$1" swanctl --load-all >>"$RUN/$1.out" 2>&1
}

# vpn OUTCOME ACTION USER HOST SOURCE CONNECTION SECRET
vpn() {
	client "$4" "$6" "$3" "$7"
	try "$1" "$2" "$3" "$5" "$gw1" "$4" swanctl --initiate --child "$6" --timeout 12
	[ "$1" = failure ] || sleep 2
	on "$4" swanctl --terminate --ike "$6" >>"$RUN/$4.out" 2>&1 || true
	sleep 0.5
}

record() {
	host gw1 strongswan $gw1/24 10.77.0.7/24
	host home1 strongswan $home1/24
	host branch strongswan $branch/24
	host evil strongswan $evil/24
	logging gw1
	server
	for machine in gw1 home1 branch evil; do charon $machine; done
	on gw1 swanctl --load-all >>"$RUN/gw1.out" 2>&1
	vpn success 'IKEv2, EAP-MSCHAPv2' alice home1 $home1 staff "$(password alice)"
	vpn failure 'IKEv2, EAP-MSCHAPv2, wrong password' bob home1 $home1 staff guess
	vpn success 'IKEv2, PSK' branch.example.test branch $branch branch Long-road-2000
	vpn failure 'IKEv2, PSK, wrong key' branch.example.test evil $evil branch guess
	vpn failure 'IKEv2, EAP-MSCHAPv2, unknown user' admin evil $evil staff admin
	vpn failure 'IKEv2, EAP-MSCHAPv2, wrong password' bob evil $evil staff 123456
	vpn failure 'IKEv2, EAP-MSCHAPv2, hostile name' "bob' with EAP successful" evil $evil staff 123456
	vpn success 'IKEv2, EAP-MSCHAPv2, password guessed' bob evil $evil staff "$(password bob)"
	sleep 1
}

collect() {
	take gw1 /var/log/charon.log gw1-charon.log
	take gw1 /var/log/syslog gw1-syslog
}

main "$@"
