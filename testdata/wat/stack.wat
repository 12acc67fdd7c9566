;; stack: moves a stack pointer, as compilers do, and in ways that they do not. The stack comes before the data.
(module
  (memory (export "memory") 2)
  (global $sp (export "__stack_pointer") (mut i32) (i32.const 65536))
  (data (i32.const 65536) "data")

  ;; Takes n bytes, and gives them back.
  (func (export "take") (param $n i32)
    (global.set $sp (i32.sub (global.get $sp) (local.get $n)))
    (global.set $sp (i32.add (global.get $sp) (local.get $n))))

  ;; Takes 48 bytes by an addition, and gives them back by one.
  (func (export "add")
    (global.set $sp (i32.add (global.get $sp) (i32.const -48)))
    (global.set $sp (i32.add (global.get $sp) (i32.const 48))))

  ;; Takes 16 bytes in each of n calls, and traps in the innermost one if trap is set.
  (func $deep (export "deep") (param $n i32) (param $trap i32)
    (if (i32.eqz (local.get $n))
      (then
        (if (local.get $trap) (then unreachable))
        return))
    (global.set $sp (i32.sub (global.get $sp) (i32.const 16)))
    (call $deep (i32.sub (local.get $n) (i32.const 1)) (local.get $trap))
    (global.set $sp (i32.add (global.get $sp) (i32.const 16)))))
