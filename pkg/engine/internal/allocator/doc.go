// Package allocator finds the functions of a guest by which it takes and gives
// back memory: by their names, mangled or not, by its exports, or as the user
// names them.
package allocator
