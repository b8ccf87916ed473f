// Package analyze runs analytics over identified steps and their sessions.
// In go steps in the order of time, each with the session that it is in; out
// come findings, and facts that answer questions about them. It lists every
// analytic, gives each step to the instances of its keys, and asks witnesses
// about what was found. It sees no records and no events, keeps everything
// bounded, and reads no clock: time is the steps'.
package analyze

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze/account"
	"github.com/footfall/footfall/analyze/after"
	"github.com/footfall/footfall/analyze/around"
	"github.com/footfall/footfall/analyze/bulk"
	"github.com/footfall/footfall/analyze/campaign"
	"github.com/footfall/footfall/analyze/cloudjoin"
	"github.com/footfall/footfall/analyze/coerce"
	"github.com/footfall/footfall/analyze/correlate"
	"github.com/footfall/footfall/analyze/discovery"
	"github.com/footfall/footfall/analyze/dormant"
	"github.com/footfall/footfall/analyze/explicit"
	"github.com/footfall/footfall/analyze/fanout"
	"github.com/footfall/footfall/analyze/federated"
	"github.com/footfall/footfall/analyze/firstflow"
	"github.com/footfall/footfall/analyze/firsthop"
	"github.com/footfall/footfall/analyze/gaps"
	"github.com/footfall/footfall/analyze/guess"
	"github.com/footfall/footfall/analyze/inbound"
	"github.com/footfall/footfall/analyze/intel"
	"github.com/footfall/footfall/analyze/inward"
	"github.com/footfall/footfall/analyze/mapper"
	"github.com/footfall/footfall/analyze/netservice"
	"github.com/footfall/footfall/analyze/newentry"
	"github.com/footfall/footfall/analyze/planted"
	"github.com/footfall/footfall/analyze/relayed"
	"github.com/footfall/footfall/analyze/remotecmd"
	"github.com/footfall/footfall/analyze/rights"
	"github.com/footfall/footfall/analyze/rulehit"
	"github.com/footfall/footfall/analyze/shape"
	"github.com/footfall/footfall/analyze/shares"
	"github.com/footfall/footfall/analyze/silent"
	"github.com/footfall/footfall/analyze/spread"
	"github.com/footfall/footfall/analyze/sweep"
	"github.com/footfall/footfall/analyze/takeover"
	"github.com/footfall/footfall/analyze/together"
	"github.com/footfall/footfall/analyze/travel"
	"github.com/footfall/footfall/analyze/usual"
	"github.com/footfall/footfall/analyze/volume"
)

// All is every analytic there is. A new one is one line here.
var All = []footfall.Analytic{
	guess.Analytic,
	spread.Analytic,
	campaign.Analytic,
	inward.Analytic,
	fanout.Analytic,
	firsthop.Analytic,
	netservice.Analytic,
	shares.Analytic,
	bulk.Analytic,
	coerce.Analytic,
	mapper.Analytic,
	sweep.Analytic,
	firstflow.Analytic,
	inbound.Analytic,
	volume.Analytic,
	relayed.Analytic,
	takeover.Analytic,
	remotecmd.Analytic,
	explicit.Analytic,
	discovery.Analytic,
	rights.Analytic,
	planted.Analytic,
	intel.Analytic,
	newentry.Analytic,
	federated.Analytic,
	cloudjoin.Analytic,
	dormant.Analytic,
	travel.Analytic,
	gaps.Analytic,
	silent.Analytic,
	rulehit.Analytic,
	correlate.Analytic,
	together.Analytic,
	usual.Analytic,
	shape.Analytic,
	after.Analytic,
	around.Analytic,
	account.Analytic,
}
