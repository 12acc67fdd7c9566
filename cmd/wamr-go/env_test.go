package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	host := []string{"A=1", "B=two=2", "=C:=C:\\dir"}
	tests := []struct {
		name    string
		flags   []string
		inherit bool
		want    []string
		warned  int
	}{
		{"nothing by default", nil, false, nil, 0},
		{"all of the host's", nil, true, []string{"A=1", "B=two=2"}, 0},
		{"a value", []string{"X=1"}, false, []string{"X=1"}, 0},
		{"an empty value", []string{"X="}, false, []string{"X="}, 0},
		{"the host's value", []string{"B"}, false, []string{"B=two=2"}, 0},
		{"not set", []string{"NO", "A"}, false, []string{"A=1"}, 1},
		{"the last counts", []string{"X=1", "Y=2", "X=3"}, false, []string{"X=3", "Y=2"}, 0},
		{"over the host's", []string{"A=9"}, true, []string{"A=9", "B=two=2"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			warned := 0
			got, err := environment(tt.flags, tt.inherit, host, func(string, ...any) { warned++ })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if warned != tt.warned {
				t.Errorf("%d warnings, want %d", warned, tt.warned)
			}
		})
	}
	if _, err := environment([]string{"=x"}, false, host, nil); err == nil {
		t.Error("an empty name is no error")
	}
}
