;; Atomic instructions on a memory that is not shared.
(module
  (memory (export "memory") 1)
  ;; n times 1, added atomically
  (func (export "count") (param $n i32) (result i32)
    (loop $again
      (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (atomic.fence)
    (i32.atomic.load (i32.const 8)))
  (func (export "exchange") (result i64)
    (i64.atomic.store (i32.const 16) (i64.const 5))
    (i64.add
      (i64.atomic.rmw.cmpxchg (i32.const 16) (i64.const 5) (i64.const 7))
      (i64.atomic.rmw.xchg (i32.const 16) (i64.const 1))))
  (func (export "notify") (result i32) (memory.atomic.notify (i32.const 8) (i32.const 1)))
  ;; traps: nobody could wake it
  (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
  (func (export "unaligned") (result i32) (i32.atomic.load (i32.const 9))))
