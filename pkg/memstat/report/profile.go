package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/pprof"
)

// profileTypes are the values of each sample in a profile of the guest's heap. The
// first four are those of Go's heap profiles.
var profileTypes = []struct {
	pprof.Value
	of func(guestheap.SiteTotal) uint64
}{
	{pprof.Value{Type: "alloc_objects", Unit: "count"}, func(s guestheap.SiteTotal) uint64 { return s.Allocs }},
	{pprof.Value{Type: "alloc_space", Unit: "bytes"}, func(s guestheap.SiteTotal) uint64 { return s.Bytes }},
	{pprof.Value{Type: "inuse_objects", Unit: "count"}, func(s guestheap.SiteTotal) uint64 { return s.LiveBlocks }},
	{pprof.Value{Type: "inuse_space", Unit: "bytes"}, func(s guestheap.SiteTotal) uint64 { return s.LiveBytes }},
	{pprof.Value{Type: "peak_objects", Unit: "count"}, func(s guestheap.SiteTotal) uint64 { return s.PeakBlocks }},
	{pprof.Value{Type: "peak_space", Unit: "bytes"}, func(s guestheap.SiteTotal) uint64 { return s.PeakBytes }},
}

// WriteProfile writes the guest's heap as a profile for `go tool pprof`: a sample for
// each place of [guestheap.Report.Sites]. Without them the profile has no samples,
// and comments tell the reason. No option applies.
func WriteProfile(w io.Writer, r *Report, _ Options) error {
	h := pprof.Header{Default: "inuse_space", Comments: profileComments(r)}
	for _, t := range profileTypes {
		h.Types = append(h.Types, t.Value)
	}
	if r.Module != nil {
		h.Binary = r.Module.Path
	}
	if r.Run != nil {
		h.Time, h.Duration = r.Run.Started, time.Duration(r.Run.ElapsedNS)
	}
	b := pprof.New(h)
	if r.GuestHeap != nil {
		values := make([]int64, len(profileTypes))
		for _, s := range r.GuestHeap.Sites {
			for i, t := range profileTypes {
				values[i] = int64(t.of(s))
			}
			stack := s.Stack
			if len(stack) == 0 { // pprof would not show it
				stack = []memstat.Frame{{Function: "(the host)"}}
			}
			b.Add(stack, values...)
		}
	}
	var out bytes.Buffer
	_, _ = b.WriteTo(&out) // a Buffer takes all
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// profileComments tells the allocator and the notes, or the reason for a profile
// without samples.
func profileComments(r *Report) []string {
	if r.GuestHeap == nil {
		return []string{"the guest's heap was not watched: the run ended as " + r.Outcome.Kind}
	}
	var comments []string
	if all := r.GuestHeap.Allocators; len(all) > 0 {
		comments = append(comments, "watched "+strings.Join(all, ", "))
	}
	return append(comments, r.GuestHeap.Notes...)
}
