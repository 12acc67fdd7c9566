package census

import "runtime/metrics"

// mappedByGo is how much the Go runtime has mapped to read and write.
type mappedByGo struct{ bytes, pages int64 }

// observe reads the present size. The runtime asks the system for sizes that are
// not whole pages, and counts what it asked for. So what it mapped since the
// previous census is rounded up: else a page of the runtime's would pass for one
// that the program lost.
func (m *mappedByGo) observe(previous *Census, page int64) {
	m.bytes = mappedBytes()
	m.pages = m.bytes / page
	if previous == nil {
		return
	}
	grown := m.bytes - previous.mappedByGo.bytes
	pages := (max(grown, -grown) + page - 1) / page
	if grown < 0 {
		pages = -pages
	}
	m.pages = previous.mappedByGo.pages + pages
}

// mappedBytes returns how many bytes the Go runtime has asked the system for, to
// read and write.
func mappedBytes() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64())
}
