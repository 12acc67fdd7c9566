;; A guest that only calls: fib is the doubly recursive one, without a loop and without memory. _start computes fib(34),
;; or with an argument fib(64), which takes years, and prints a line "fib nanoseconds result", as the kernels of
;; c/compute.c do.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; 0: results of WASI calls; 16: iovec; 64: the end of the line, which is written backwards
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func $now (result i64)
    (if (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 0)) (then unreachable))
    (i64.load (i32.const 0)))
  (func $index (result i32)
    (if (call $args_sizes_get (i32.const 0) (i32.const 4)) (then unreachable))
    (select (i32.const 64) (i32.const 34) (i32.gt_u (i32.load (i32.const 0)) (i32.const 1))))
  ;; $decimal writes the digits of $v and then the byte $after so that they end before $end, and returns their address.
  (func $decimal (param $v i64) (param $after i32) (param $end i32) (result i32)
    (local.set $end (i32.sub (local.get $end) (i32.const 1)))
    (i32.store8 (local.get $end) (local.get $after))
    (loop $digit
      (local.set $end (i32.sub (local.get $end) (i32.const 1)))
      (i32.store8 (local.get $end)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $v) (i64.const 10)))))
      (local.set $v (i64.div_u (local.get $v) (i64.const 10)))
      (br_if $digit (i64.ne (local.get $v) (i64.const 0))))
    (local.get $end))
  (func (export "_start") (local $begin i64) (local $result i32) (local $line i32)
    (local.set $begin (call $now))
    (local.set $result (call $fib (call $index)))
    (local.set $line
      (call $decimal (i64.sub (call $now) (local.get $begin)) (i32.const 32)
        (call $decimal (i64.extend_i32_u (local.get $result)) (i32.const 10) (i32.const 64))))
    (local.set $line (i32.sub (local.get $line) (i32.const 4)))
    (i32.store (local.get $line) (i32.const 0x20626966)) ;; "fib "
    (i32.store (i32.const 16) (local.get $line))
    (i32.store (i32.const 20) (i32.sub (i32.const 64) (local.get $line)))
    (if (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 0)) (then unreachable))))
