package main

import (
	"bytes"
	"errors"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// profileFile is the place of --cpu-profile. A nil profileFile is none.
type profileFile struct{ place *outFile }

// openProfile opens the place of --cpu-profile, or returns nil without one. None of
// the reports may have the same place.
func openProfile(a *app, o *options, reports plannedReports) (*profileFile, error) {
	if o.cpuProfile == "" {
		return nil, nil
	}
	place, err := openBeside(a, o, reports, "--cpu-profile", "profile", o.cpuProfile)
	if err != nil {
		return nil, err
	}
	return &profileFile{place}, nil
}

// write writes the profile of a module, unless none was compiled, and closes the
// file.
func (p *profileFile) write(u *ui, m *engine.Module) error {
	if p == nil {
		return nil
	}
	var err error
	if m != nil {
		var text bytes.Buffer
		var samples int64
		if samples, err = m.WriteCPUProfile(&text); err == nil {
			err = p.place.write(text.Bytes())
		}
		if samples == 0 {
			u.warnf("the profile has no samples: a guest is sampled once a millisecond while it computes")
		}
	}
	return errors.Join(err, p.close())
}

func (p *profileFile) close() error {
	if p == nil {
		return nil
	}
	return p.place.close()
}
