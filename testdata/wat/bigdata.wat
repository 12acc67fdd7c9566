;; A memory of 64 MiB with data at its beginning, its middle and its last four bytes. _start traps unless each is where
;; it belongs and the space between is zero.
(module
  (memory (export "memory") 1024)
  (data (i32.const 0) "head")
  (data (i32.const 33554432) "midd")
  (data (i32.const 67108860) "tail")
  (func $expect (param $at i32) (param $want i32)
    (if (i32.ne (i32.load (local.get $at)) (local.get $want))
      (then unreachable)))
  (func (export "_start")
    (call $expect (i32.const 0) (i32.const 0x64616568))
    (call $expect (i32.const 33554432) (i32.const 0x6464696d))
    (call $expect (i32.const 67108860) (i32.const 0x6c696174))
    (call $expect (i32.const 4) (i32.const 0))
    (call $expect (i32.const 16777216) (i32.const 0))))
