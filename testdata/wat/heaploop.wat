;; Has functions named malloc and free, and never ends: a guest whose heap can be watched.
(module
  (memory (export "memory") 1)
  (func $malloc (export "malloc") (param i32) (result i32) (i32.const 4096))
  (func $free (export "free") (param i32))
  (func (export "_start")
    (call $free (call $malloc (i32.const 8)))
    (loop $forever
      (br $forever))))
