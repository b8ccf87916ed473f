// Package vpcflow understands the flow logs of Amazon VPC: of any choice of
// fields under a header line, and of the default order without one. In goes a
// line, out comes a connection. A record is of one direction; what was not
// recorded (NODATA, SKIPDATA) is an event that says nothing.
package vpcflow

import (
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/record"
)

const manual = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html"

// Decoder reads files under a header line, as S3 has them.
var Decoder = footfall.Decoder{
	Name:   "vpcflow",
	Doc:    "Flow logs of Amazon VPC under a header line that names their fields.",
	Source: manual,
	Frame:  footfall.FrameCSV,
	By:     "a header line with names of its fields, srcaddr or pkt-srcaddr among them",
	Sniff: func(head []byte) int {
		line, _, _ := strings.Cut(footfall.Str(head), "\n")
		if n, known := columns(line); n >= 4 && known*10 >= n*9 && strings.Contains(line, "addr") {
			return 95
		}
		return 0
	},
	New: func(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
		d := newDecoder(s)
		line := strings.TrimSpace(string(header))
		if strings.Contains(line, ",") {
			d.mark = ","
		}
		for name := range strings.SplitSeq(line, d.mark) {
			d.column = append(d.column, d.values.Column(strings.ReplaceAll(strings.Trim(name, `" `), "_", "-")))
			if len(d.column) == maxFields {
				break
			}
		}
		return d.line, nil
	},
}

// Lines reads lines in the default order, with or without the fields of later
// versions behind it, as CloudWatch has them.
var Lines = footfall.Decoder{
	Name:   "vpcflow-line",
	Doc:    "Flow logs of Amazon VPC without a header line: the default fields, those of later versions behind them.",
	Source: manual,
	Frame:  footfall.FrameLines,
	By:     "lines of the default fields: a version, an account, an interface, two addresses, ...",
	Sniff: func(head []byte) int {
		return message.Share(head, 90, 2, func(line string) bool { return flow(unstamped(line)) })
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := newDecoder(s)
		for _, name := range order {
			d.column = append(d.column, d.values.Column(name))
		}
		return func(b *footfall.Batch, frame []byte) error {
			line := strings.TrimSpace(footfall.Str(frame))
			if line == "" {
				return nil
			}
			if line = unstamped(line); !flow(line) {
				return errLine
			}
			return d.line(b, footfall.Bytes(line))
		}, nil
	},
}

var errLine = errors.New("not a record of a VPC flow log")

const maxFields = 64

// order are all fields in the order of the documentation, which is that of
// the default format in its first fourteen.
var order = strings.Fields(`version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
	vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id
	pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path
	ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id
	ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason resource-id encryption-status`)

// Slots of the values of a record.
const (
	src = iota
	dst
	srcPort
	dstPort
	protocol
	bytes
	start
	end
	action
	status
	account
	eni
	instance
	vpc
	subnet
	direction
	region
	slots
)

var paths = []string{
	src: "srcaddr", dst: "dstaddr", srcPort: "srcport", dstPort: "dstport", protocol: "protocol", bytes: "bytes", start: "start", end: "end",
	action: "action", status: "log-status", account: "account-id", eni: "interface-id", instance: "instance-id", vpc: "vpc-id", subnet: "subnet-id",
	direction: "flow-direction", region: "region",
}

type decoder struct {
	values *record.Values
	fields firewall.Fields
	log    footfall.LogID
	column []record.Column
	mark   string
}

func newDecoder(s *footfall.Schema) *decoder {
	return &decoder{
		values: record.New(s, paths, nil), fields: firewall.New(s), mark: " ",
		log: s.AddLog(footfall.Log{Product: "aws", Services: []string{"vpcflow"}, Categories: []string{"firewall"}}),
	}
}

// columns counts the names of a header line and those that are known.
func columns(line string) (n, known int) {
	line = strings.TrimSpace(line)
	if len(line) > 4096 {
		return 0, 0
	}
	for name := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ' ' || r == ',' || r == '"' }) {
		n++
		for _, o := range order {
			if strings.ReplaceAll(name, "_", "-") == o {
				known++
				break
			}
		}
	}
	return n, known
}

// unstamped drops the time of receipt that an export of CloudWatch puts first.
func unstamped(line string) string {
	if _, n := clock.ISO(line); n > 0 {
		return strings.TrimLeft(line[n:], " ")
	}
	return line
}

// flow reports whether a line is in the default order.
func flow(line string) bool {
	if len(line) < 20 || line[0]-'0' > 9 || line[1] != ' ' {
		return false
	}
	var part [14]string
	n := 0
	for rest, more := line, true; more && n < len(part); n++ {
		part[n], rest, more = strings.Cut(rest, " ")
	}
	if n < len(part) || !strings.Contains(part[2], "-") && part[2] != "-" {
		return false
	}
	switch part[13] {
	case "OK":
		_, ok := hostport.Addr(part[3])
		return ok && (part[12] == "ACCEPT" || part[12] == "REJECT")
	case "NODATA", "SKIPDATA":
		return true
	}
	return false
}

// line reads one record, whose fields are the columns.
func (d *decoder) line(b *footfall.Batch, frame []byte) error {
	s := strings.TrimSpace(footfall.Str(frame))
	if s == "" {
		return nil
	}
	s = b.Keep(footfall.Bytes(s))
	e := b.New()
	v := d.values
	v.Begin(b)
	for i := 0; i < len(d.column) && s != ""; i++ {
		var w string
		w, s, _ = strings.Cut(s, d.mark)
		if w = strings.Trim(w, `"`); w != "-" && w != "" {
			v.PutColumn(d.column[i], w)
		}
	}
	if v.Get(src) == "" && v.Get(status) == "" && v.Get(eni) == "" {
		return errLine
	}
	e.Log = d.log
	e.Time = seconds(v.Get(start))
	if last := seconds(v.Get(end)); last >= e.Time && e.Time > 0 {
		e.Duration = last - e.Time
	}
	e.Tenant = v.Get(account)
	if e.Computer = v.Get(instance); e.Computer == "" {
		e.Computer = v.Get(eni)
	}
	if v.Get(src) == "" {
		return nil // NODATA, SKIPDATA
	}
	e.Kind = footfall.KindConnection
	e.From = footfall.Endpoint{Addr: v.Addr(src), Port: v.Port(srcPort)}
	e.To = footfall.Endpoint{Addr: v.Addr(dst), Port: v.Port(dstPort)}
	zone := v.First(subnet, vpc)
	switch v.Get(direction) {
	case "ingress":
		e.To.Zone = zone
	case "egress":
		e.From.Zone = zone
	}
	e.Service, e.Bytes = footfall.ServiceOfPort(e.To.Port), max(0, v.Int(bytes))
	switch v.Get(action) {
	case "ACCEPT":
		e.Outcome = footfall.Success
	case "REJECT":
		e.Outcome = footfall.Failure
	}
	d.fields.Add(b, "", "")
	return nil
}

// seconds reads seconds since 1970 as nanoseconds.
func seconds(s string) (n int64) {
	if len(s) > 11 {
		return 0
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0
		}
		n = n*10 + int64(s[i]-'0')
	}
	return min(n, 1<<33) * 1e9
}
