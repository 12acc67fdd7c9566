package report

import (
	"encoding/json"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Process is the host process after the run and, if it was measured then too,
// before it. In JSON the readings after the run are members of the object
// itself.
type Process struct {
	probe.Process
	Before *probe.Process // after compilation, before the first instance
}

// MarshalJSON returns one object: the readings after the run, then before.
func (p Process) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(p.Process)
	if err != nil || p.Before == nil {
		return text, err
	}
	before, err := json.Marshal(p.Before)
	if err != nil {
		return nil, err
	}
	text = text[:len(text)-1] // the closing brace
	if len(text) > 1 {
		text = append(text, ',')
	}
	return append(append(append(text, `"before":`...), before...), '}'), nil
}

// UnmarshalJSON reads the output of MarshalJSON. It ignores unknown members.
func (p *Process) UnmarshalJSON(data []byte) error {
	var own struct {
		Before *probe.Process `json:"before"`
	}
	if err := json.Unmarshal(data, &own); err != nil {
		return err
	}
	p.Before = own.Before
	return p.Process.UnmarshalJSON(data)
}
