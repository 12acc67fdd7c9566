;; _start calls proc_exit(42) from three frames below; what follows is never reached.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func $inner
    (call $proc_exit (i32.const 42))
    unreachable)
  (func $middle
    (call $inner)
    unreachable)
  (func $outer
    (call $middle)
    unreachable)
  (func (export "_start")
    (call $outer)))
