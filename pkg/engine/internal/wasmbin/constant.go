package wasmbin

// constants evaluates constant expressions of a module.
type constants struct {
	module  *Module
	globals []constant // that the module defines, once one was asked for
}

// constant is the value of an i32, or no value if it is unknown until there is
// an instance.
type constant struct {
	value uint32
	known bool
}

// i32 evaluates an expression. It knows the instructions of the extended-const
// proposal, and global.get of a global that the module defines.
func (c *constants) i32(expression []byte) constant {
	if v, ok := I32Const(expression); ok { // nearly always
		return constant{uint32(v), true}
	}
	if c.globals == nil {
		c.readGlobals()
	}
	var stack []uint32
	r := reader{data: expression}
	for !r.done() && r.err == nil {
		switch op := r.byte(); op {
		case opI32Const:
			stack = append(stack, uint32(r.s64()))
		case opGlobalGet:
			g := c.global(r.u32())
			if !g.known {
				return constant{}
			}
			stack = append(stack, g.value)
		case opI32Add, opI32Sub, opI32Mul:
			n := len(stack)
			if n < 2 {
				return constant{}
			}
			stack[n-2] = calculate(op, stack[n-2], stack[n-1])
			stack = stack[:n-1]
		default:
			return constant{}
		}
	}
	if len(stack) != 1 || r.err != nil {
		return constant{}
	}
	return constant{stack[0], true}
}

func calculate(op byte, a, b uint32) uint32 {
	switch op {
	case opI32Add:
		return a + b
	case opI32Sub:
		return a - b
	default:
		return a * b
	}
}

// global returns the value of the global of that index.
func (c *constants) global(index uint32) constant {
	imported := c.module.Imported(ImportGlobal)
	if index < imported || uint64(index-imported) >= uint64(len(c.globals)) {
		return constant{}
	}
	return c.globals[index-imported]
}

// readGlobals evaluates the globals in order: each can use those before it. One
// that cannot be read has no value.
func (c *constants) readGlobals() {
	c.globals = []constant{}
	_ = c.module.walk(SectionGlobal, func(r *reader, _ uint32) error {
		r.valueType()
		r.byte() // mutability
		c.globals = append(c.globals, c.i32(r.expression()))
		return nil
	})
}
