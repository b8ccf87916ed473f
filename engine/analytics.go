package engine

import (
	"slices"

	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/graph"
)

// Analytics is every analytic that there is, the graph of logins behind them.
var Analytics = append(slices.Clone(analyze.All), graph.Analytic)
