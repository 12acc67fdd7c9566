package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestParseDir(t *testing.T) {
	tests := []struct {
		text string
		want wasi.Preopen
	}{
		{"a", wasi.Preopen{Host: "a", Guest: "a"}},
		{"/a/b", wasi.Preopen{Host: "/a/b", Guest: "/a/b"}},
		{"a::b", wasi.Preopen{Host: "a", Guest: "b"}},
		{"a:ro", wasi.Preopen{Host: "a", Guest: "a", ReadOnly: true}},
		{"a::b:ro", wasi.Preopen{Host: "a", Guest: "b", ReadOnly: true}},
		{"a:b", wasi.Preopen{Host: "a:b", Guest: "a:b"}},
		{"a:b::c:d", wasi.Preopen{Host: "a:b", Guest: "c:d"}},
		{`C:\data`, wasi.Preopen{Host: `C:\data`, Guest: `C:\data`}},
		{`C:\data::/data:ro`, wasi.Preopen{Host: `C:\data`, Guest: "/data", ReadOnly: true}},
		{"a:ro::b", wasi.Preopen{Host: "a:ro", Guest: "b"}},
		{"a:roe", wasi.Preopen{Host: "a:roe", Guest: "a:roe"}},
		{"a:rw::b", wasi.Preopen{Host: "a:rw", Guest: "b"}},
		{".", wasi.Preopen{Host: ".", Guest: "/"}},
		{"./:ro", wasi.Preopen{Host: "./", Guest: "/", ReadOnly: true}},
		{".::.", wasi.Preopen{Host: ".", Guest: "."}},
		{"./sub", wasi.Preopen{Host: "./sub", Guest: "./sub"}},
	}
	for _, tt := range tests {
		got, err := parseDir(tt.text)
		if err != nil {
			t.Errorf("parseDir(%q): %v", tt.text, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("parseDir(%q) (-want +got):\n%s", tt.text, diff)
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
	if diff := cmp.Diff(wasi.Preopen{Host: `C:\data`, Guest: "/data", ReadOnly: true}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
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
	want := mounts{{Host: "x", Guest: "/1"}, {Host: "y", Guest: "/2"}, {Host: "z", Guest: "/3"}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := (mapDirFlag{&m}).Set("/1/::other"); err == nil {
		t.Error("a name twice is no error")
	}
	if len(m) != 3 {
		t.Errorf("%d mounts, want 3", len(m))
	}
}
