package wasmbin

import "fmt"

// arity is the number of parameters and results of a function type.
type arity struct{ params, results uint32 }

func (a arity) values() uint64 { return uint64(a.params) + uint64(a.results) }

// Code is the summary of a walk through the code of a module.
type Code struct {
	GrowsTables bool        // it has a table.grow
	references  []reference // the ref.func instructions, in order
}

// reference is the place of a ref.func in the binary.
type reference struct {
	from, to int
	function uint32 // to which it refers
}

// codeCheck compares functions with the limits of code.
type codeCheck struct {
	found     Code
	compiled  bool
	types     []arity
	functions []uint32 // type of each function, by its index
	locals    uint64   // of the functions so far
}

// checkCode checks the types, those of the functions, and their bodies.
func (m *Module) checkCode(compiled bool) (Code, error) {
	c := codeCheck{compiled: compiled}
	var err error
	if c.types, err = m.arities(); err != nil {
		return Code{}, err
	}
	own, err := m.TypeIndices()
	if err != nil {
		return Code{}, err
	}
	for i := range m.Imports {
		if m.Imports[i].Kind == ImportFunction {
			c.functions = append(c.functions, m.Imports[i].Type)
		}
	}
	c.functions = append(c.functions, own...)
	for i, t := range c.functions {
		if uint64(t) >= uint64(len(c.types)) { // wazero v1.12.0 panics on some of them
			return Code{}, &ContentError{SectionFunction, fmt.Errorf("function %d has type %d, and there are %d types", i, t, len(c.types))}
		}
	}
	for body, err := range m.FunctionBodies() {
		if err != nil {
			return Code{}, err
		}
		if err := c.function(m, body); err != nil {
			return Code{}, err
		}
	}
	return c.found, nil
}

// arities returns the arity of each type, and checks them.
func (m *Module) arities() ([]arity, error) {
	var types []arity
	one := func(r *reader) error {
		const function = 0x60
		if form := r.byte(); form != function {
			r.failf("unknown form of type %#x", form)
		}
		index := uint32(len(types))
		a := arity{r.skipValueTypes(), r.skipValueTypes()}
		types = append(types, a)
		if err := exceeds(limitParameters, uint64(a.params), "type", index); err != nil {
			return err
		}
		return exceeds(limitResults, uint64(a.results), "type", index)
	}
	err := m.walk(SectionType, func(r *reader, _ uint32) error {
		const group = 0x4e
		if r.peek() != group {
			return one(r)
		}
		r.byte()
		for range r.count() {
			if err := one(r); err != nil || r.err != nil {
				return err
			}
			if err := exceeds(limitTypes, uint64(len(types)), "", 0); err != nil {
				return err
			}
		}
		return nil
	})
	return types, err
}

// skipValueTypes reads a vector of value types and returns its length.
func (r *reader) skipValueTypes() uint32 {
	n := r.count()
	for range n {
		if r.valueType(); r.err != nil {
			break
		}
	}
	return n
}

// function checks one function.
func (c *codeCheck) function(m *Module, body FunctionBody) error {
	const function = "function"
	if err := exceeds(limitCodeSize, uint64(body.Size), function, body.Index); err != nil {
		return err
	}
	in, declared := m.Instructions(body)
	locals := uint64(c.typeOf(body.Index).params) + declared.Count
	c.locals += locals
	if err := exceeds(limitLocals, locals, function, body.Index); err != nil {
		return err
	}
	if err := exceeds(limitAllLocals, c.locals, "", 0); err != nil {
		return err
	}
	var branches, values uint64
	for in.Next() {
		switch in.Op {
		case OpRefFunc:
			c.found.references = append(c.found.references, reference{in.Start, in.End, in.Index})
		case OpTableGrow:
			c.found.GrowsTables = true
		case OpBrTable, OpTryTable:
			if err := exceeds(limitLabels, uint64(max(in.Labels, 1)-1), function, body.Index); err != nil {
				return err
			}
		}
		branches += in.branches()
		values += c.valuesOf(in)
	}
	if err := in.Err(); err != nil {
		return &ContentError{SectionCode, err}
	}
	if err := exceeds(limitBranches, branches, function, body.Index); c.compiled && err != nil {
		return err
	}
	return exceeds(limitValues, values, function, body.Index)
}

// branches counts the edges that an instruction adds to the graph of a
// function's basic blocks, roughly.
func (in *Instructions) branches() uint64 {
	switch in.Op {
	case OpBlock, OpElse, OpBr, OpReturn, OpReturnCall, OpReturnCallIndirect, OpReturnCallRef:
		return 1
	case OpLoop, OpIf, OpBrIf, OpBrOnNull, OpBrOnNonNull:
		return 2
	case OpBrTable, OpTryTable:
		return uint64(in.Labels)
	default:
		return 0
	}
}

// valuesOf counts the values that an instruction passes to a function or a
// block, and its results.
func (c *codeCheck) valuesOf(in *Instructions) uint64 {
	switch in.Op {
	case OpCall, OpReturnCall:
		return c.typeOf(in.Index).values()
	case OpCallIndirect, OpReturnCallIndirect, OpCallRef, OpReturnCallRef:
		return c.arityOf(uint64(in.Index)).values()
	case OpBlock, OpLoop, OpIf, OpTryTable:
		if in.Type >= 0 {
			return c.arityOf(uint64(in.Type)).values()
		}
	}
	return 0
}

// typeOf returns the arity of a function. wazero reports an index that is out
// of range.
func (c *codeCheck) typeOf(function uint32) arity {
	if uint64(function) >= uint64(len(c.functions)) {
		return arity{}
	}
	return c.arityOf(uint64(c.functions[function]))
}

func (c *codeCheck) arityOf(index uint64) arity {
	if index >= uint64(len(c.types)) {
		return arity{}
	}
	return c.types[index]
}
