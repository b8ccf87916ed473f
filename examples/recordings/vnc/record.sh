#!/usr/bin/env bash
# TigerVNC (desk1) and x11vnc (desk2): right and wrong passwords, guessing
# until the address is blocked, and names of TigerVNC's security type Plain.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image vncserver trixie tigervnc-standalone-server tigervnc-tools x11vnc xvfb rsyslog
	image vncclient trixie python3 python3-pycryptodome netcat-openbsd
}

desk1=10.77.0.41
desk2=10.77.0.42
ws1=10.77.0.21
ws2=10.77.0.22
evil=10.77.0.66

# A client of RFC 6143 that leaves after a second; it fails if it is not let in.
client() {
	cat >"$RUN/$1/root/usr/local/bin/rfb" <<-'EOF'
		#!/usr/bin/env python3
		# rfb HOST PORT PASSWORD [USER]: security type 2 (VNC), with USER 19 (VeNCrypt) and in it 256 (Plain)
		import socket, struct, sys, time
		from Cryptodome.Cipher import DES
		host, port, password, user = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4:]
		s = socket.create_connection((host, port), 10)
		f = s.makefile("rb")
		f.read(12)
		s.sendall(b"RFB 003.008\n")
		types = f.read(f.read(1)[0])
		if not types:
		    sys.exit(f.read(struct.unpack(">I", f.read(4))[0]).decode())
		if user:
		    s.sendall(b"\x13")
		    f.read(2)
		    s.sendall(b"\x00\x02")
		    f.read(1)
		    f.read(4 * f.read(1)[0])
		    s.sendall(struct.pack(">I", 256))
		    name = user[0].encode()
		    s.sendall(struct.pack(">II", len(name), len(password)) + name + password)
		else:
		    s.sendall(b"\x02")
		    key = bytes(int(f"{b:08b}"[::-1], 2) for b in password[:8].ljust(8, b"\0"))
		    s.sendall(DES.new(key, DES.MODE_ECB).encrypt(f.read(16)))
		result = f.read(4)
		if result != bytes(4):
		    sys.exit("not let in: %r" % (result + f.read(4)))
		s.sendall(b"\x01")
		width, height = struct.unpack(">HH", f.read(4))
		print(width, height)
		time.sleep(1)
	EOF
	chmod +x "$RUN/$1/root/usr/local/bin/rfb"
}

record() {
	host desk1 vncserver $desk1/24
	host desk2 vncserver $desk2/24
	host ws1 vncclient $ws1/24
	host ws2 vncclient $ws2/24
	host evil vncclient $evil/24
	for machine in ws1 ws2 evil; do client $machine; done
	for desk in desk1 desk2; do
		logging $desk
		on $desk mkdir -p -m 1777 /tmp/.X11-unix
	done
	on desk1 sh -c 'mkdir -p /root/.vnc; echo see-it-8 | tigervncpasswd -f >/root/.vnc/passwd; chmod 600 /root/.vnc/passwd'
	start desk1 sh -c 'exec Xtigervnc :1 -geometry 800x600 -rfbport 5901 -SecurityTypes VncAuth,Plain -PlainUsers alice,bob -PasswordFile /root/.vnc/passwd -pn 2>/root/.vnc/desk1:1.log'
	start desk2 Xvfb :0 -screen 0 800x600x16
	wait_for desk2 test -S /tmp/.X11-unix/X0
	on desk2 x11vnc -storepasswd see-it-8 /root/.vncpasswd >/dev/null 2>&1
	start desk2 x11vnc -display :0 -rfbport 5900 -rfbauth /root/.vncpasswd -forever -shared -noxdamage -o /var/log/x11vnc.log
	listening desk1 5901
	listening desk2 5900
	sleep 1

	try success 'VncAuth' - $ws1 $desk1:5901 ws1 rfb $desk1 5901 see-it-8
	try failure 'VncAuth, wrong password' - $ws2 $desk1:5901 ws2 rfb $desk1 5901 wrong
	try success 'VncAuth, right after one mistake' - $ws2 $desk1:5901 ws2 rfb $desk1 5901 see-it-8
	try success 'Plain' alice $ws1 $desk1:5901 ws1 rfb $desk1 5901 "$(password alice)" alice
	try failure 'Plain, wrong password' bob $ws1 $desk1:5901 ws1 rfb $desk1 5901 guess bob
	try failure 'Plain, user not listed' carol $ws1 $desk1:5901 ws1 rfb $desk1 5901 "$(password carol)" carol
	try failure 'Plain, hostile name' 'alice from 192.0.2.9::5900' $ws1 $desk1:5901 ws1 rfb $desk1 5901 guess 'alice from 192.0.2.9::5900'
	try none 'connected and left' - $evil $desk1:5901 evil nc -z $desk1 5901
	try none 'no VNC: a web request' - $evil $desk1:5901 evil sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 $desk1 5901"
	for guess in 123456 password vnc secret letmein admin; do
		try failure 'VncAuth, password guess' - $evil $desk1:5901 evil rfb $desk1 5901 $guess
	done

	try success 'VNC password' - $ws1 $desk2:5900 ws1 rfb $desk2 5900 see-it-8
	for guess in 123456 password vnc; do
		try failure 'VNC password, guess' - $evil $desk2:5900 evil rfb $desk2 5900 $guess
	done
	try success 'VNC password, guessed' - $evil $desk2:5900 evil rfb $desk2 5900 see-it-8
	try none 'connected and left' - $evil $desk2:5900 evil nc -z $desk2 5900
	sleep 1
}

collect() {
	take desk1 /root/.vnc/desk1:1.log desk1-tigervnc.log
	take desk1 /var/log/auth.log desk1-auth.log
	take desk2 /var/log/x11vnc.log desk2-x11vnc.log
}

main "$@"
