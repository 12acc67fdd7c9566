;; The helper of a guest whose heap is watched. Wrappers of the guest's allocator
;; call it, from wasm to wasm, so that nearly no call leaves compiled code. It has
;; three things, each in a part of its memory:
;;
;;   0x000000  the log: records of 16 bytes (what, address, size, stack), which the
;;             host takes when the log is full, and at the end
;;   0x010000  contexts: a hash table of 2^16 slots (hash i64, stack i32, unused),
;;             which the host fills and the helper reads
;;   0x110000  a bit for each aligned word of the guest's memory: a live block
;;             begins there
;;
;; `make heaphelper` builds helper.wasm from this file.
(module
  (import "wamr-go:calls" "flush" (func $flush (param i32)))
  (memory (export "memory") 17)
  (global $logged (export "logged") (mut i32) (i32.const 0)) ;; bytes

  (func $log (param $what i32) (param $addr i32) (param $size i32) (param $stack i32)
    (local $at i32)
    (local.set $at (global.get $logged))
    (i32.store (local.get $at) (local.get $what))
    (i32.store offset=4 (local.get $at) (local.get $addr))
    (i32.store offset=8 (local.get $at) (local.get $size))
    (i32.store offset=12 (local.get $at) (local.get $stack))
    (global.set $logged (i32.add (local.get $at) (i32.const 16)))
    (if (i32.eq (global.get $logged) (i32.const 0x10000))
      (then
        (call $flush (global.get $logged))
        (global.set $logged (i32.const 0)))))

  ;; stack returns the number of the stack that a context stands for, or 0 if it is
  ;; not in the table.
  (func (export "stack") (param $context i64) (result i32)
    (local $slot i32) (local $at i32) (local $stack i32)
    (local.set $slot (i32.wrap_i64 (i64.shr_u
      (i64.mul (local.get $context) (i64.const 0x9e3779b97f4a7c15)) (i64.const 48))))
    (loop $next
      (local.set $at (i32.shl (local.get $slot) (i32.const 4)))
      (local.set $stack (i32.load offset=0x10008 (local.get $at)))
      (if (i32.eqz (local.get $stack)) (then (return (i32.const 0))))
      (if (i64.eq (i64.load offset=0x10000 (local.get $at)) (local.get $context))
        (then (return (local.get $stack))))
      (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (i32.const 0xffff)))
      (br $next))
    (unreachable))

  ;; inside says whether there is a bit for an address.
  (func $inside (param $addr i32) (result i32)
    (i32.lt_u
      (i32.add (i32.const 0x110000) (i32.shr_u (local.get $addr) (i32.const 5)))
      (i32.shl (memory.size) (i32.const 16))))

  (func $bit (param $addr i32) (result i32)
    (i32.shl (i32.const 1) (i32.and (i32.shr_u (local.get $addr) (i32.const 2)) (i32.const 7))))

  ;; live says whether a live block begins at an address. It does not know blocks
  ;; that are not aligned: the host does.
  (func $live (export "live") (param $addr i32) (result i32)
    (if (i32.and (local.get $addr) (i32.const 3)) (then (return (i32.const 0))))
    (if (i32.eqz (call $inside (local.get $addr))) (then (return (i32.const 0))))
    (i32.ne (i32.const 0)
      (i32.and
        (i32.load8_u offset=0x110000 (i32.shr_u (local.get $addr) (i32.const 5)))
        (call $bit (local.get $addr)))))

  ;; clear clears the bit of an address that is live.
  (func $clear (param $addr i32)
    (local $at i32)
    (local.set $at (i32.shr_u (local.get $addr) (i32.const 5)))
    (i32.store8 offset=0x110000 (local.get $at)
      (i32.xor (i32.load8_u offset=0x110000 (local.get $at)) (call $bit (local.get $addr)))))

  (func $set (param $addr i32)
    (local $at i32)
    (if (i32.and (local.get $addr) (i32.const 3)) (then (return)))
    (local.set $at (i32.shr_u (local.get $addr) (i32.const 5)))
    (if (i32.eqz (call $inside (local.get $addr)))
      (then
        (if (i32.eq (i32.const -1)
              (memory.grow (i32.sub
                (i32.add (i32.const 0x12) (i32.shr_u (local.get $at) (i32.const 16)))
                (memory.size))))
          (then (return)))))
    (i32.store8 offset=0x110000 (local.get $at)
      (i32.or (i32.load8_u offset=0x110000 (local.get $at)) (call $bit (local.get $addr)))))

  ;; alloc notes a block. Null is none.
  (func $alloc (export "alloc") (param $addr i32) (param $size i32) (param $stack i32)
    (if (i32.eqz (local.get $addr)) (then (return)))
    (call $set (local.get $addr))
    (call $log (i32.const 1) (local.get $addr) (local.get $size) (local.get $stack)))

  ;; free notes that a block is freed, and returns 0 if it knows no such block.
  (func (export "free") (param $addr i32) (param $stack i32) (result i32)
    (if (i32.eqz (call $live (local.get $addr))) (then (return (i32.const 0))))
    (call $clear (local.get $addr))
    (call $log (i32.const 2) (local.get $addr) (i32.const 0) (local.get $stack))
    (i32.const 1))

  ;; realloc notes that a block was replaced. Both can be null.
  (func (export "realloc") (param $old i32) (param $new i32) (param $size i32) (param $stack i32)
    (if (local.get $old)
      (then
        (if (call $live (local.get $old)) (then (call $clear (local.get $old))))
        (call $log (i32.const 2) (local.get $old) (i32.const 0) (local.get $stack))))
    (call $alloc (local.get $new) (local.get $size) (local.get $stack)))

  ;; keep notes that a block is in use, as the guest passed it to its host.
  (func (export "keep") (param $addr i32)
    (call $log (i32.const 3) (local.get $addr) (i32.const 0) (i32.const 0))))
