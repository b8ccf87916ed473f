// Package decode turns records into events: it lists every decoder, tells by
// content which one reads a stream, and runs it over chunks. Bytes of whole
// records go in, events in a batch come out. An envelope's message goes on to
// the decoder of its program, and Windows events of any dress to the one
// table of their meaning. It knows no rules, keeps no state over records but
// a decoder's caches, and never panics on input.
package decode

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/evtx"
	"github.com/footfall/footfall/decode/evtxdump"
	"github.com/footfall/footfall/decode/evtxecmd"
	"github.com/footfall/footfall/decode/nxlog"
	"github.com/footfall/footfall/decode/pam"
	"github.com/footfall/footfall/decode/sshd"
	"github.com/footfall/footfall/decode/sudo"
	"github.com/footfall/footfall/decode/syslog"
	"github.com/footfall/footfall/decode/wazuh"
	"github.com/footfall/footfall/decode/winlogbeat"
	"github.com/footfall/footfall/decode/winxml"
)

// All is every decoder there is. A new one is one line here.
var All = []footfall.Decoder{
	evtx.Decoder,
	evtxdump.Decoder,
	evtxecmd.Decoder,
	evtxecmd.CSV,
	nxlog.Decoder,
	pam.Decoder,
	sshd.Decoder,
	sudo.Decoder,
	syslog.Decoder,
	wazuh.Decoder,
	winlogbeat.Decoder,
	winxml.Decoder,
}
