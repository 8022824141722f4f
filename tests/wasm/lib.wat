(module
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "store") (param $at i32) (param $value i32) (i32.store (local.get $at) (local.get $value))))
