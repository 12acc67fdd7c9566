package census

import "runtime/metrics"

// mappedByGo is the amount of readable and writable memory that the Go runtime
// has mapped.
type mappedByGo struct{ bytes, pages int64 }

// observe reads the present size. The runtime requests sizes that are not whole pages,
// and counts the requested bytes. So growth since the previous census is rounded up;
// otherwise a page of the runtime would look like a page that the program lost.
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

// mappedBytes returns the number of readable and writable bytes that the Go runtime has
// requested from the system.
func mappedBytes() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64())
}
