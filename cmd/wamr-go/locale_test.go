package main

import "testing"

func TestASCIILocale(t *testing.T) {
	for _, tc := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false},
		{"", "", "C", true},
		{"", "", "POSIX", true},
		{"C", "en_US.UTF-8", "en_US.UTF-8", true},
		{"", "C", "en_US.UTF-8", true},
		{"en_US.UTF-8", "C", "C", false},
		{"", "", "C.UTF-8", false},
		{"", "", "C.utf8", false},
		{"", "", "de_DE.UTF-8@euro", false},
		{"", "", "de_DE", false},
		{"", "", "de_DE@euro", false},
		{"", "", "de_DE.ISO-8859-1", true},
		{"", "", "ja_JP.eucJP", true},
	} {
		env := map[string]string{"LC_ALL": tc.all, "LC_CTYPE": tc.ctype, "LANG": tc.lang}
		if got := asciiLocale(func(name string) string { return env[name] }); got != tc.want {
			t.Errorf("%v: %v, want %v", env, got, tc.want)
		}
	}
}
