package footfall

// A Coverage is what one chunk shows of one log of one host: the span that
// was seen. "No" is only said inside it.
type Coverage struct {
	Host    Name
	Log     Name // channel, or program family of a syslog
	First   int64
	Last    int64
	Lowest  uint64 // native record numbers, 0 when the log has none
	Highest uint64
	Records int64
	Input   uint32
}
