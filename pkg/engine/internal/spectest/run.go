package spectest

import (
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero/api"
)

// Engine executes the commands of one script, one at a time.
type Engine interface {
	// Instantiate compiles a binary and instantiates it. resolve returns the
	// instance that was registered by a name, or nil. The instance is nil unless
	// the outcome is Done.
	Instantiate(binary []byte, resolve func(name string) api.Module) (Instance, Outcome)
	// Close closes all instances.
	Close() error
}

// Instance is a module's instance.
type Instance interface {
	// Module returns the module from which others can import.
	Module() api.Module
	// Call calls an export that exists. Parameters are in wazero's encoding.
	Call(name string, params []uint64) Outcome
}

// Result is the end of one command.
type Result struct {
	Outcome
	Passed  bool // the command's assertion holds
	Skipped bool // the command is about the text format
}

// Differs compares two engines' results of one command. The texts of refusals
// do not count; those of traps do. Values count only if the script expects
// others: then not all NaNs are the same.
func (r Result) Differs(other Result) bool {
	if r.Kind != other.Kind || r.Passed != other.Passed {
		return true
	}
	return r.Kind == Trapped && r.Message != other.Message
}

// String returns the result in words.
func (r Result) String() string {
	switch {
	case r.Skipped:
		return "skipped"
	case r.Kind == Done && len(r.Results) > 0:
		return fmt.Sprintf("returned %#x", r.Results)
	case r.Kind == Done:
		return r.Kind.String()
	default:
		return fmt.Sprintf("%s: %s", r.Kind, r.Message)
	}
}

// run is a script that is being executed.
type run struct {
	script     *Script
	engine     Engine
	current    Instance
	named      map[string]Instance
	registered map[string]api.Module
}

// Run executes the commands of a script. The module host is there for all
// scripts to import from, as "spectest". The engine is not closed.
func (s *Script) Run(e Engine, host []byte) ([]Result, error) {
	r := &run{s, e, nil, map[string]Instance{}, map[string]api.Module{}}
	instance, o := e.Instantiate(host, r.resolve)
	if o.Kind != Done {
		return nil, fmt.Errorf("module spectest: %v", Result{Outcome: o})
	}
	r.registered["spectest"] = instance.Module()
	results := make([]Result, len(s.Commands))
	for i := range s.Commands {
		c := &s.Commands[i]
		if c.isText() {
			results[i].Skipped = true
			continue
		}
		o, err := r.execute(c)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", s.Name, c.Line, err)
		}
		passed, err := c.judge(o)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", s.Name, c.Line, err)
		}
		results[i] = Result{Outcome: o, Passed: passed}
	}
	return results, nil
}

func (r *run) resolve(name string) api.Module {
	if m, ok := r.registered[name]; ok {
		return m
	}
	return nil
}

// execute executes one command. An error is a defect of the script, or of this
// package.
func (r *run) execute(c *Command) (Outcome, error) {
	switch c.Type {
	case "module":
		return r.instantiate(c)
	case "register":
		instance := r.find(c.Name)
		if instance == nil {
			return noInstance, nil
		}
		r.registered[c.As] = instance.Module()
		return Outcome{}, nil
	case "action", "assert_return", "assert_trap", "assert_exhaustion", "assert_exception":
		if c.Action.Type != "" {
			return r.act(&c.Action)
		}
	case "assert_malformed", "assert_invalid", "assert_unlinkable", "assert_uninstantiable":
	default:
		return Outcome{}, fmt.Errorf("unknown command %q", c.Type)
	}
	binary, err := r.script.binary(c)
	if err != nil {
		return Outcome{}, err
	}
	_, o := r.engine.Instantiate(binary, r.resolve)
	return o, nil
}

func (r *run) instantiate(c *Command) (Outcome, error) {
	binary, err := r.script.binary(c)
	if err != nil {
		return Outcome{}, err
	}
	instance, o := r.engine.Instantiate(binary, r.resolve)
	r.current = instance
	if c.Name != "" {
		r.named[c.Name] = instance
	}
	return o, nil
}

// noInstance is the end of a command whose module was not instantiated.
var noInstance = Outcome{Kind: Failed, Message: "no instance"}

// find returns the instance of that name, or the last one. It is nil if
// instantiation failed.
func (r *run) find(name string) Instance {
	if name == "" {
		return r.current
	}
	return r.named[name]
}

func (r *run) act(a *Action) (Outcome, error) {
	instance := r.find(a.Module)
	if instance == nil {
		return noInstance, nil
	}
	switch a.Type {
	case "get":
		g := instance.Module().ExportedGlobal(a.Field)
		if g == nil {
			return Outcome{Kind: Failed, Message: "no such global"}, nil
		}
		return Outcome{Results: []uint64{g.Get()}}, nil
	case "invoke":
		if instance.Module().ExportedFunction(a.Field) == nil {
			return Outcome{Kind: Failed, Message: "no such function"}, nil
		}
		var params []uint64
		for _, v := range a.Args {
			slots, err := v.slots()
			if err != nil {
				return Outcome{}, err
			}
			params = append(params, slots...)
		}
		return instance.Call(a.Field, params), nil
	default:
		return Outcome{}, fmt.Errorf("unknown action %q", a.Type)
	}
}

// judge reports whether a command's assertion holds.
func (c *Command) judge(o Outcome) (bool, error) {
	switch c.Type {
	case "assert_return":
		if o.Kind != Done {
			return false, nil
		}
		return matchesAll(c.Expected, o.Results)
	case "assert_trap":
		return o.Kind == Trapped && c.expectsTrap(o.Message) || o.Kind == Thrown && c.Text == o.Message, nil
	case "assert_exhaustion":
		return o.Kind == Exhausted, nil
	case "assert_exception":
		return o.Kind == Thrown, nil
	case "assert_malformed", "assert_invalid":
		return o.Kind == Refused, nil
	case "assert_unlinkable":
		return o.Kind == Rejected, nil
	case "assert_uninstantiable":
		return o.Kind == Rejected || o.Kind == Trapped, nil
	default: // an action, whose results do not matter, or a module
		return o.Kind == Done, nil
	}
}

// expectsTrap reports whether wazero's message is that of the script.
func (c *Command) expectsTrap(message string) bool {
	for _, t := range traps {
		if strings.HasPrefix(c.Text, t.script) && message == t.wazero {
			return true
		}
	}
	return false
}
