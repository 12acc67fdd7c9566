;; The snapshot of a program that had run: its data contain dlmalloc's blocks at 8208
;; and 8240. As snapshots do, it leaves zeros out.
(module
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 16384))
  (data (i32.const 8204) "\23\00\00")          ;; 32 bytes with the header, in use
  (data (i32.const 8236) "\1b")                ;; 24
  (data (i32.const 8260) "\03\01")             ;; the rest
  (data (i32.const 9000) "no heap: a constant in the data, of which a free is wrong")
  (func $malloc (export "malloc") (param $size i32) (result i32)
    (local $block i32)
    (local.set $block (global.get $next))
    (global.set $next (i32.add (global.get $next)
      (i32.and (i32.add (local.get $size) (i32.const 31)) (i32.const -16))))
    (local.get $block))
  (func $realloc (export "realloc") (param i32 i32) (result i32) (call $malloc (local.get 1)))
  (func $free (export "free") (param i32))
  (func (export "_start")
    (call $free (call $malloc (i32.const 8)))
    (call $free (i32.const 8208))
    (call $free (call $realloc (i32.const 8240) (i32.const 100))))
  (func (export "wrong")
    (call $free (i32.const 8208))
    (call $free (i32.const 8208))   ;; twice
    (call $free (i32.const 8216))   ;; within the block's place, and no block
    (call $free (i32.const 9000))))
