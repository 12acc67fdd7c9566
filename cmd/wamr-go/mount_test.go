package main

import (
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestParseDir(t *testing.T) {
	tests := []struct {
		text string
		want mount
	}{
		{"a", mount{"a", "a", wasi.ReadWrite}},
		{"/a/b", mount{"/a/b", "/a/b", wasi.ReadWrite}},
		{"a::b", mount{"a", "b", wasi.ReadWrite}},
		{"a:ro", mount{"a", "a", wasi.ReadOnly}},
		{"a::b:ro", mount{"a", "b", wasi.ReadOnly}},
		{"a:b", mount{"a:b", "a:b", wasi.ReadWrite}},
		{"a:b::c:d", mount{"a:b", "c:d", wasi.ReadWrite}},
		{`C:\data`, mount{`C:\data`, `C:\data`, wasi.ReadWrite}},
		{`C:\data::/data:ro`, mount{`C:\data`, "/data", wasi.ReadOnly}},
		{"a:ro::b", mount{"a:ro", "b", wasi.ReadWrite}},
		{"a:roe", mount{"a:roe", "a:roe", wasi.ReadWrite}},
		{"a:rw::b", mount{"a:rw", "b", wasi.ReadWrite}},
		{".", mount{".", "/", wasi.ReadWrite}},
		{"./:ro", mount{"./", "/", wasi.ReadOnly}},
		{".::.", mount{".", ".", wasi.ReadWrite}},
		{"./sub", mount{"./sub", "./sub", wasi.ReadWrite}},
	}
	for _, tt := range tests {
		got, err := parseDir(tt.text)
		if err != nil {
			t.Errorf("parseDir(%q): %v", tt.text, err)
		}
		if got != tt.want {
			t.Errorf("parseDir(%q) = %+v, want %+v", tt.text, got, tt.want)
		}
	}
	for _, bad := range []string{"", ":ro", "::", "::b", "a::", "a::b::c", "::b:ro", "a:::ro",
		"a:RO", "a::b:RO", "a::b:Ro", "a::b:readonly", "a::b:rw", "a::b:ro:ro", "a:ro:ro", "a::b:rw:ro", "a:read-only"} {
		if got, err := parseDir(bad); err == nil {
			t.Errorf("parseDir(%q) = %+v, want an error", bad, got)
		}
	}
}

func TestParseMapDir(t *testing.T) {
	got, err := parseMapDir(`/data::C:\data:ro`)
	if err != nil {
		t.Fatal(err)
	}
	if want := (mount{`C:\data`, "/data", wasi.ReadOnly}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, bad := range []string{"", "a", "a:b", "a::", "::a", "a:ro", "/a::b:RO", "/a::b:ro:ro", "/a::b:rw"} {
		if got, err := parseMapDir(bad); err == nil {
			t.Errorf("parseMapDir(%q) = %+v, want an error", bad, got)
		}
	}
}

// Both flags fill one list, in the order of the command line.
func TestMountsOrder(t *testing.T) {
	var m mounts
	for _, set := range []error{
		dirFlag{&m}.Set("x::/1"), mapDirFlag{&m}.Set("/2::y"), dirFlag{&m}.Set("z::/3"),
	} {
		if set != nil {
			t.Fatal(set)
		}
	}
	want := mounts{{host: "x", guest: "/1"}, {host: "y", guest: "/2"}, {host: "z", guest: "/3"}}
	if !slices.Equal(m, want) {
		t.Errorf("got %+v, want %+v", m, want)
	}
	if err := (mapDirFlag{&m}).Set("/1/::other"); err == nil {
		t.Error("a name twice is no error")
	}
	if len(m) != 3 {
		t.Errorf("%d mounts, want 3", len(m))
	}
}
