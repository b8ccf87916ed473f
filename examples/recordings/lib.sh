# Shared by the record.sh scripts; see README.md.
#
# A recording runs in mount, PID, network, IPC and UTS namespaces of its own.
# Every host in it is a network namespace on one bridge, with a Debian root of
# its own (an overlay). All of it is gone when the script ends, also when it
# is killed; only the images below $WORK stay, for the next time.
set -euo pipefail

WORK=${FOOTFALL_RECORDINGS:-/var/tmp/footfall-recordings}
SCRIPT=$(readlink -f "$0")
OUT=${RECORDING_OUT:-$(dirname "$SCRIPT")}
NAME=$(basename "$(dirname "$SCRIPT")")

trap 'echo "${BASH_SOURCE[0]}:$LINENO: $BASH_COMMAND" >&2' ERR

say() { printf '%s\n' "$*" >&2; }
die() { say "$NAME: $*"; exit 1; }

# main runs images() where packages can be had and record() where nothing can
# be reached but the hosts of the recording.
main() {
	[ "$(id -u)" = 0 ] || die "run as root"
	if [ -z "${INSIDE-}" ]; then
		for tool in debootstrap ip unshare nsenter; do
			command -v $tool >/dev/null || die "needs $tool (debootstrap, iproute2, util-linux)"
		done
		mkdir -p "$WORK/pcap"
		INSIDE=images flock "$WORK/lock" unshare --mount --pid --fork --kill-child --mount-proc "$SCRIPT"
		# What only the machine as a whole can set: before() and after().
		if declare -F before >/dev/null; then
			trap after EXIT
			before
		fi
		# shellcheck disable=SC2086
		INSIDE=record unshare --mount --net --uts --ipc ${PIDNS---pid --fork --kill-child --mount-proc} "$SCRIPT"
		return
	fi
	if [ "$INSIDE" = images ]; then
		images
		return
	fi
	RUN=$(mktemp -d "$WORK/run.XXXXXX")
	# The kernel drops the mounts with the namespace; the empty folders stay.
	trap 'finish' EXIT
	mount -t tmpfs -o size=2g tmpfs "$RUN"
	mkdir -p "$RUN/uts" /run/netns
	mount -t tmpfs tmpfs /run/netns
	ip link set lo up
	bridge lan
	rm -f "$OUT/truth.tsv"
	printf 'time\taction\tuser\tsource\tdestination\toutcome\n' >"$OUT/truth.tsv"
	capture
	record
	sleep 1
	stop
	[ -z "${KEEP_LOG-}" ] || cp -r "$RUN"/*.out "$KEEP_LOG"/
	collect
	chmod -R u=rwX,go=rX "$OUT"
}

finish() {
	local status=$?
	if [ $status -ne 0 ]; then
		say "failed ($status); the last lines of the clients and daemons:"
		tail -n 15 "$RUN"/*.out >&2 || true
		for log in "$RUN"/*/root/var/log/{auth.log,syslog}; do
			[ -e "$log" ] && tail -n 15 "$log" >&2
		done
		[ -z "${SHELL_ON_FAILURE-}" ] || bash -i
	fi
	stop
	umount -R -l "$RUN" 2>/dev/null || true
	rmdir "$RUN" 2>/dev/null || true
}

# image NAME SUITE PACKAGE...: a Debian root with these packages, made once.
# Services do not start while it is made. setup_NAME, if there is such a
# function, finishes it.
image() {
	local name=$1 suite=$2 dir="$WORK/image.$1" key packages
	shift 2
	packages=$*
	key="$suite $* $(declare -f "setup_$name" || true)"
	base "$suite"
	[ -e "$dir/key" ] && [ "$(cat "$dir/key")" = "$key" ] && return
	say "$NAME: making image $name ($suite)"
	rm -rf "$dir"
	mkdir -p "$dir/upper" "$dir/work" "$dir/root"
	printf '%s' "$WORK/$suite" >"$dir/lower"
	mount -t overlay overlay -o "lowerdir=$WORK/$suite,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
	mount -t proc proc "$dir/root/proc"
	mount --bind /dev "$dir/root/dev"
	mkdir -p "$WORK/apt.$suite"
	mount --bind "$WORK/apt.$suite" "$dir/root/var/cache/apt/archives"
	cp /etc/resolv.conf "$dir/root/etc/resolv.conf"
	printf '#!/bin/sh\nexit 101\n' >"$dir/root/usr/sbin/policy-rc.d"
	chmod +x "$dir/root/usr/sbin/policy-rc.d"
	within "$dir/root" apt-get update -qq
	# shellcheck disable=SC2086
	within "$dir/root" apt-get install -y -qq --no-install-recommends -o APT::Keep-Downloaded-Packages=true $packages >"$dir/apt.log" 2>&1 ||
		{ tail -n 20 "$dir/apt.log" >&2; die "image $name"; }
	users "$dir/root"
	if declare -F "setup_$name" >/dev/null; then "setup_$name" "$dir/root"; fi
	# shellcheck disable=SC2086
	within "$dir/root" dpkg-query -W -f '${Package} ${Version}\n' $packages >"$dir/versions"
	rm -f "$dir/root/etc/resolv.conf"
	umount -R "$dir/root"
	printf '%s' "$key" >"$dir/key"
}

base() {
	[ -e "$WORK/$1/etc/debian_version" ] && return
	say "$NAME: making base $1"
	rm -rf "$WORK/$1.part"
	debootstrap --variant=minbase --include=ca-certificates,iproute2,procps,rsyslog,tcpdump,iputils-ping,python3-minimal \
		"$1" "$WORK/$1.part" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$WORK/debootstrap.$1.log" 2>&1 || die "debootstrap $1"
	mv "$WORK/$1.part" "$WORK/$1"
}

within() {
	local root=$1
	shift
	${EXEC-} chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
}

# The accounts of every host. The passwords are worth nothing elsewhere.
password() {
	case $1 in
	alice) echo 'Sun-flower-41' ;;
	bob) echo 'Green-tea-7' ;;
	carol) echo 'Wet-stone-88' ;;
	root) echo 'Old-barn-3' ;;
	*) echo 'Nobody-0' ;;
	esac
}

users() {
	local user
	for user in alice bob carol; do
		within "$1" useradd -m -s /bin/bash "$user"
	done
	for user in alice bob carol root; do
		printf '%s:%s\n' "$user" "$(password "$user")"
	done | within "$1" chpasswd
}

# host NAME IMAGE ADDRESS...: a machine on the bridge lan, or $BRIDGE. Addresses
# are CIDR.
host() {
	local name=$1 image=$2 root="$RUN/$1/root" address
	shift 2
	mkdir -p "$root" "$RUN/$name/upper" "$RUN/$name/work"
	mount -t overlay overlay -o "lowerdir=$WORK/image.$image/upper:$(cat "$WORK/image.$image/lower"),upperdir=$RUN/$name/upper,workdir=$RUN/$name/work" "$root"
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	mknod -m 666 "$root/dev/null" c 1 3
	mknod -m 666 "$root/dev/zero" c 1 5
	mknod -m 444 "$root/dev/random" c 1 8
	mknod -m 444 "$root/dev/urandom" c 1 9
	mknod -m 666 "$root/dev/tty" c 5 0
	mkdir "$root/dev/pts" "$root/dev/net"
	mkdir -m 1777 "$root/dev/shm"
	mknod -m 666 "$root/dev/net/tun" c 10 200
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	printf '%s\n' "$name" >"$root/etc/hostname"
	printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
	touch "$root/etc/default/locale" "$root/run/utmp" "$root/var/log/wtmp" "$root/var/log/lastlog"
	install -m 660 /dev/null "$root/var/log/btmp"
	touch "$RUN/uts/$name"
	unshare --uts="$RUN/uts/$name" hostname "$name"
	ip netns add "$name"
	ip -n "$name" link set lo up
	wire "$name" eth0 "${BRIDGE-lan}" "$@"
}

bridge() {
	ip link add "$1" type bridge
	ip link set "$1" up
}

# wire HOST INTERFACE BRIDGE ADDRESS...
wire() {
	local name=$1 interface=$2 bridge=$3 address
	shift 3
	WIRES=$((${WIRES-0} + 1))
	ip link add "w$WIRES" type veth peer name "$interface" netns "$name"
	ip link set "w$WIRES" master "$bridge" up
	ip -n "$name" link set "$interface" up
	# Capture and flow export want packets as a wire carries them.
	command -v ethtool >/dev/null && ip netns exec "$name" ethtool -K "$interface" tx off tso off gso off gro off >/dev/null 2>&1 || true
	for address; do
		ip -n "$name" addr add "$address" dev "$interface"
	done
}

# names ADDRESS NAME...: one line for /etc/hosts of every host.
names() {
	local root
	for root in "$RUN"/*/root; do printf '%s\n' "$*" >>"$root/etc/hosts"; done
}

# on HOST COMMAND...: as root, in the host.
on() {
	local name=$1
	shift
	${EXEC-} nsenter --net="/run/netns/$name" --uts="$RUN/uts/$name" --root="$RUN/$name/root" --wd="$RUN/$name/root" \
		env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C TERM=xterm HOME=/root "$@"
}

# start HOST COMMAND...: a daemon that stays in the foreground.
start() {
	local name=$1
	# exec, so that the pid is the daemon's and not a shell's.
	EXEC=exec on "$@" >>"$RUN/$name.out" 2>&1 </dev/null &
	PIDS="$! ${PIDS-}"
}

stop() {
	local pid
	for pid in ${PIDS-}; do
		kill "$pid" 2>/dev/null || continue
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.2
		done
		kill -9 "$pid" 2>/dev/null || true
	done
	PIDS=
}

# logging HOST [traditional]: Debian's rsyslog, without the kernel's log.
logging() {
	local conf="$RUN/$1/root/etc/rsyslog.conf"
	sed -i '/imklog/d' "$conf"
	if [ "${2-}" = traditional ]; then
		# shellcheck disable=SC2016
		sed -i '1i $ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat' "$conf"
	fi
	start "$1" rsyslogd -n
	wait_for "$1" test -S /dev/log
}

# wait_for HOST COMMAND...: until it succeeds, 20 s at most.
wait_for() {
	local i
	for i in $(seq 100); do
		on "$@" >/dev/null 2>&1 && return
		sleep 0.2
	done
	die "waited in vain: $*"
}

listening() { wait_for "$1" sh -c "ss -Hltun 'sport = :$2' | grep -q ."; }

truth() {
	local now
	now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
	(IFS=$'\t'; printf '%s\t%s\n' "$now" "$*") >>"$OUT/truth.tsv"
}

# try OUTCOME ACTION USER SOURCE DESTINATION CLIENT COMMAND...: does it on the
# host CLIENT, notes it in truth.tsv, and fails if it ended otherwise. The
# time noted is that of the beginning. Outcome "none": nobody tried to
# log on. With ~ before it the exit status is not looked at, for clients whose
# status does not tell.
try() {
	local outcome=$1 action=$2 user=$3 source=$4 destination=$5 ended=success
	shift 5
	truth "$action" "$user" "$source" "$destination" "${outcome#\~}"
	printf -- '--- %s %s %s\n' "$outcome" "$action" "$user" >>"$RUN/clients.out"
	timeout 60 bash -c "$(declare -f on); RUN='$RUN'; on \"\$@\"" try "$@" >>"$RUN/clients.out" 2>&1 </dev/null || ended=failure
	[[ $outcome = none || $outcome = \~* ]] || [ "$ended" = "$outcome" ] || die "$action $user: $ended instead of $outcome: $*"
}

# take HOST FILE [NAME]: a log, as it was written.
take() { cp "$RUN/$1/root$2" "$OUT/${3-$(basename "$2")}"; }

# capture keeps what crosses the bridge, for netflow and suricata.
capture() {
	command -v tcpdump >/dev/null || { say "$NAME: no tcpdump, no capture"; return; }
	: >"$RUN/tcpdump.out"
	tcpdump -i lan -U -s 0 -w "$WORK/pcap/$NAME.pcap" >/dev/null 2>"$RUN/tcpdump.out" &
	PIDS="${PIDS-} $!"
	while ! grep -q listening "$RUN/tcpdump.out"; do sleep 0.1; done
}
