package citrix

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/record"
)

// Stats reads the statistics of the NITRO interface.
var Stats = footfall.Decoder{
	Name:   "citrix-stats",
	Doc:    "Statistics of Citrix ADC from its NITRO interface as JSON. They say nothing of logons; their fields are there for rules.",
	Source: "https://developer-docs.netscaler.com/en-us/adc-nitro-api (statistics: Interface, lbvserver, service, system, vpn)",
	Frame:  footfall.FrameJSON,
	By:     "names of counters such as totnetscalerpkts or vslbhealth",
	Sniff: func(head []byte) int {
		s := footfall.Str(head[:min(len(head), 8192)])
		if !strings.HasPrefix(strings.TrimLeft(s, " \r\n\t["), "{") {
			return 0
		}
		for _, w := range [...]string{`"totnetscalerpkts"`, `"vslbhealth"`, `"svrestablishedconn"`, `"rescpuusage"`, `"iipfailedmipused"`, `"csgtotalconnectedusers"`, `"curlnkstate"`, `"avgsvrttfb"`} {
			if strings.Contains(s, w) {
				return 90
			}
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		v, log := record.New(s, nil, nil), s.AddLog(footfall.Log{Product: "citrix", Services: []string{"adc"}})
		return func(b *footfall.Batch, frame []byte) error {
			e := b.New()
			e.Log, e.Program = log, "nitro"
			v.Begin(b)
			return v.JSON(frame)
		}, nil
	},
}
