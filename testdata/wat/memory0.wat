;; A memory of no pages that grows by one in _start; traps where it can't.
(module
  (memory (export "memory") 0)
  (func (export "_start")
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const 0))
      (then unreachable))
    (i32.store (i32.const 65532) (i32.const 1))))
