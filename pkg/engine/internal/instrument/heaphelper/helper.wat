;; The helper of a guest whose heap is watched. Wrappers of the guest's allocator
;; call it, from wasm to wasm, so that nearly no call leaves compiled code. It has
;; three things, each in a part of its memory:
;;
;;   0x000000  the log: records of 16 bytes (what, address, size, stack), which the
;;             host takes when the log is full, and at the end
;;   0x010000  contexts: a hash table of 2^16 slots (hash i64, stack i32, unused),
;;             which the host fills and the helper reads
;;   0x110000  a bit for each aligned word of the guest's memory: a live block
;;             begins there. An address that is not aligned has none: the host
;;             knows such blocks
;;
;; Nothing is inlined by the engine, so each exported function has all that it
;; does nearly always in itself. Of several accesses at an address, that with the
;; largest offset comes first: its check of the bounds is the only one.
;;
;; `make heaphelper` builds helper.wasm from this file.
(module
  (import "wamr-go:calls" "flush" (func $flush (param i32)))
  (memory (export "memory") 17)
  (global $logged (export "logged") (mut i32) (i32.const 0)) ;; bytes

  ;; full has the log taken.
  (func $full
    (call $flush (global.get $logged))
    (global.set $logged (i32.const 0)))

  ;; stack returns the number of the stack that a context stands for, whose slot is
  ;; not the first one, or 0 if it is not in the table.
  (func $stack (param $context i64) (param $at i32) (result i32)
    (local $stack i32)
    (loop $next
      (local.set $stack (i32.load offset=0x10008 (local.get $at)))
      (if (i32.eqz (local.get $stack)) (then (return (i32.const 0))))
      (if (i64.eq (i64.load offset=0x10000 (local.get $at)) (local.get $context))
        (then (return (local.get $stack))))
      (local.set $at (i32.and (i32.add (local.get $at) (i32.const 16)) (i32.const 0xfffff)))
      (br $next))
    (unreachable))

  ;; room makes room for the bit at an offset.
  (func $room (param $at i32)
    (drop (memory.grow (i32.sub
      (i32.add (i32.const 0x12) (i32.shr_u (local.get $at) (i32.const 16)))
      (memory.size)))))

  ;; alloc notes a block. It returns 0, and does nothing, if it does not know the
  ;; context. Null is no block.
  (func (export "alloc") (param $context i64) (param $addr i32) (param $size i32) (result i32)
    (local $at i32) (local $stack i32)
    (if (i32.eqz (local.get $addr)) (then (return (i32.const 1))))
    (local.set $at (i32.and (i32.const 0xffff0) (i32.wrap_i64 (i64.shr_u
      (i64.mul (local.get $context) (i64.const 0x9e3779b97f4a7c15)) (i64.const 44)))))
    (local.set $stack (i32.load offset=0x10008 (local.get $at)))
    (if (i64.ne (i64.load offset=0x10000 (local.get $at)) (local.get $context))
      (then (local.set $stack (call $stack (local.get $context) (local.get $at)))))
    (if (i32.eqz (local.get $stack)) (then (return (i32.const 0))))
    (if (i32.eqz (i32.and (local.get $addr) (i32.const 3)))
      (then
        (local.set $at (i32.shr_u (local.get $addr) (i32.const 5)))
        (if (i32.ge_u (i32.add (i32.const 0x110000) (local.get $at)) (i32.shl (memory.size) (i32.const 16)))
          (then (call $room (local.get $at))))
        (i32.store8 offset=0x110000 (local.get $at)
          (i32.or (i32.load8_u offset=0x110000 (local.get $at))
            (i32.shl (i32.const 1) (i32.and (i32.shr_u (local.get $addr) (i32.const 2)) (i32.const 7)))))))
    (local.set $at (global.get $logged))
    (i32.store offset=12 (local.get $at) (local.get $stack))
    (i32.store offset=8 (local.get $at) (local.get $size))
    (i32.store offset=4 (local.get $at) (local.get $addr))
    (i32.store (local.get $at) (i32.const 1))
    (global.set $logged (local.tee $at (i32.add (local.get $at) (i32.const 16))))
    (if (i32.eq (local.get $at) (i32.const 0x10000)) (then (call $full)))
    (i32.const 1))

  ;; free notes that a block is freed. It returns 0, and does nothing, if it does
  ;; not know the context or the block.
  (func (export "free") (param $context i64) (param $addr i32) (result i32)
    (local $at i32) (local $stack i32) (local $bit i32) (local $byte i32)
    (local.set $at (i32.and (i32.const 0xffff0) (i32.wrap_i64 (i64.shr_u
      (i64.mul (local.get $context) (i64.const 0x9e3779b97f4a7c15)) (i64.const 44)))))
    (local.set $stack (i32.load offset=0x10008 (local.get $at)))
    (if (i64.ne (i64.load offset=0x10000 (local.get $at)) (local.get $context))
      (then (local.set $stack (call $stack (local.get $context) (local.get $at)))))
    (if (i32.eqz (local.get $stack)) (then (return (i32.const 0))))
    (if (i32.and (local.get $addr) (i32.const 3)) (then (return (i32.const 0))))
    (local.set $at (i32.shr_u (local.get $addr) (i32.const 5)))
    (if (i32.ge_u (i32.add (i32.const 0x110000) (local.get $at)) (i32.shl (memory.size) (i32.const 16)))
      (then (return (i32.const 0))))
    (local.set $byte (i32.load8_u offset=0x110000 (local.get $at)))
    (local.set $bit (i32.shl (i32.const 1) (i32.and (i32.shr_u (local.get $addr) (i32.const 2)) (i32.const 7))))
    (if (i32.eqz (i32.and (local.get $byte) (local.get $bit))) (then (return (i32.const 0))))
    (i32.store8 offset=0x110000 (local.get $at) (i32.xor (local.get $byte) (local.get $bit)))
    (local.set $at (global.get $logged))
    (i32.store offset=12 (local.get $at) (local.get $stack))
    (i32.store offset=4 (local.get $at) (local.get $addr))
    (i32.store (local.get $at) (i32.const 2))
    (global.set $logged (local.tee $at (i32.add (local.get $at) (i32.const 16))))
    (if (i32.eq (local.get $at) (i32.const 0x10000)) (then (call $full)))
    (i32.const 1))

  ;; live says whether it knows a live block at an address.
  (func (export "live") (param $addr i32) (result i32)
    (local $at i32)
    (if (i32.and (local.get $addr) (i32.const 3)) (then (return (i32.const 0))))
    (local.set $at (i32.shr_u (local.get $addr) (i32.const 5)))
    (if (i32.ge_u (i32.add (i32.const 0x110000) (local.get $at)) (i32.shl (memory.size) (i32.const 16)))
      (then (return (i32.const 0))))
    (i32.and (i32.const 1)
      (i32.shr_u
        (i32.load8_u offset=0x110000 (local.get $at))
        (i32.and (i32.shr_u (local.get $addr) (i32.const 2)) (i32.const 7)))))

  ;; log notes something whose stack is known: a keep, a resize, or the free of a
  ;; block that has no bit any more.
  (func (export "log") (param $what i32) (param $addr i32) (param $size i32) (param $stack i32)
    (local $at i32)
    (local.set $at (global.get $logged))
    (i32.store offset=12 (local.get $at) (local.get $stack))
    (i32.store offset=8 (local.get $at) (local.get $size))
    (i32.store offset=4 (local.get $at) (local.get $addr))
    (i32.store (local.get $at) (local.get $what))
    (global.set $logged (local.tee $at (i32.add (local.get $at) (i32.const 16))))
    (if (i32.eq (local.get $at) (i32.const 0x10000)) (then (call $full))))

  ;; resize notes that a block got another size, and stayed where it was. It
  ;; returns 0, and does nothing, if it does not know the context.
  (func (export "resize") (param $context i64) (param $addr i32) (param $size i32) (result i32)
    (local $at i32) (local $stack i32)
    (local.set $at (i32.and (i32.const 0xffff0) (i32.wrap_i64 (i64.shr_u
      (i64.mul (local.get $context) (i64.const 0x9e3779b97f4a7c15)) (i64.const 44)))))
    (local.set $stack (i32.load offset=0x10008 (local.get $at)))
    (if (i64.ne (i64.load offset=0x10000 (local.get $at)) (local.get $context))
      (then (local.set $stack (call $stack (local.get $context) (local.get $at)))))
    (if (i32.eqz (local.get $stack)) (then (return (i32.const 0))))
    (local.set $at (global.get $logged))
    (i32.store offset=12 (local.get $at) (local.get $stack))
    (i32.store offset=8 (local.get $at) (local.get $size))
    (i32.store offset=4 (local.get $at) (local.get $addr))
    (i32.store (local.get $at) (i32.const 4))
    (global.set $logged (local.tee $at (i32.add (local.get $at) (i32.const 16))))
    (if (i32.eq (local.get $at) (i32.const 0x10000)) (then (call $full)))
    (i32.const 1)))
