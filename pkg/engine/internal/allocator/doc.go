// Package allocator finds the functions of a guest by which it takes and gives
// back memory: by their names, mangled or not, by its exports, as the user names
// them, or by what the code of dlmalloc is like.
package allocator
