;; A reactor: _initialize sets the global to 42, get returns it, set changes it.
(module
  (memory (export "memory") 1)
  (global $value (mut i32) (i32.const 0))
  (func (export "_initialize")
    (global.set $value (i32.const 42)))
  (func (export "get") (result i32)
    (global.get $value))
  (func (export "set") (param $v i32)
    (global.set $value (local.get $v))))
