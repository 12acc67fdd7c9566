package main

import "strings"

// environment returns the guest's environment as NAME=value, each name once: the
// host's variables if they are inherited, then those of --env, where the last
// one wins. A NAME alone copies the host's value; a name that the host does not
// have is left out with a warning.
func environment(flags []string, inherit bool, host []string, warnf func(string, ...any)) ([]string, error) {
	var env []string
	if inherit {
		env = append(env, host...)
	}
	for _, text := range flags {
		name, _, hasValue := strings.Cut(text, "=")
		if name == "" {
			return nil, usagef("--env %q: the name is empty", text).withHint("write --env NAME=VALUE")
		}
		if !hasValue {
			value, ok := lookup(host, name)
			if !ok {
				warnf("--env %s: it is not set here, so the guest does not get it", name)
				continue
			}
			text = name + "=" + value
		}
		env = append(env, text)
	}
	return lastOfEach(env), nil
}

// namesOf returns the names of variables, without their values.
func namesOf(env []string) []string {
	names := make([]string, len(env))
	for i, e := range env {
		names[i], _, _ = strings.Cut(e, "=")
	}
	return names
}

func lookup(env []string, name string) (string, bool) {
	for i := len(env) - 1; i >= 0; i-- {
		if n, value, _ := strings.Cut(env[i], "="); n == name {
			return value, true
		}
	}
	return "", false
}

// lastOfEach keeps the last value of each name, at the first one's position.
func lastOfEach(env []string) []string {
	place := make(map[string]int, len(env))
	kept := env[:0]
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if name == "" {
			continue // Windows keeps a drive's directory as "=C:=C:\dir"
		}
		if i, ok := place[name]; ok {
			kept[i] = e
			continue
		}
		place[name] = len(kept)
		kept = append(kept, e)
	}
	return kept
}
